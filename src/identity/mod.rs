//! [`Identity`]: who the caller is, and how that was established.

mod facts;

use std::{fmt, sync::Arc, time::SystemTime};

use http::Extensions;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    claims::Claims, error::AuthError, evidence::Evidence, permission::Memo, shared::Shared,
};

pub(crate) use self::facts::Facts;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub(crate) use self::facts::Recheck;

/// Who the caller is: what an [`Authenticator`](crate::Authenticator) returns and a handler receives.
///
/// An authenticator builds one with [`new`](Self::new) and the `with_*` setters. The layer then
/// adds how it was established and puts it into the request, from where a handler takes it as an
/// axum extractor or with [`from_extensions`](Self::from_extensions). Only a layer of this crate
/// can put it there: an `Identity` that some other code inserted into the extensions is not seen.
///
/// A clone costs one reference count. `Debug` prints no claim values.
///
/// # Examples
///
/// ```
/// use tower_auth::Identity;
///
/// let identity = Identity::new("alice").with_issuer("https://login.example.com").with_claim("tenant", "acme");
/// assert_eq!(identity.subject(), "alice");
/// assert_eq!(identity.claims().str("tenant"), Some("acme"));
/// assert!(!identity.is_anonymous());
/// ```
#[derive(Clone)]
pub struct Identity {
    facts: Shared<Facts>,
    outer: Option<Arc<Self>>,
    /// Whether the outer identity acts as this one.
    impersonated: Option<Reach>,
}

/// For which tenants a caller may act as somebody.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reach {
    /// Those that the caller belongs to as well.
    OwnTenants,
    AnyTenant,
}

impl Identity {
    /// The method of an identity that no layer has established yet.
    const UNESTABLISHED: &'static str = "unestablished";

    /// The method of an anonymous caller.
    pub(crate) const ANONYMOUS: &'static str = "Anonymous";

    /// The method of an identity that somebody else acts as.
    pub(crate) const IMPERSONATION: &'static str = "Impersonation";

    /// An identity known by this subject, unique within its issuer (`sub`, RFC 7519, section 4.1.2).
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        let facts = Facts {
            subject: subject.into(),
            issuer: None,
            method: Self::UNESTABLISHED,
            expires_at: None,
            claims: Claims::default(),
            anonymous: false,
            recheck: None,
            memo: Memo::new(),
        };
        Self { facts: Shared::new(Arc::new(facts)), outer: None, impersonated: None }
    }

    /// Nobody in particular; give it claims to let anonymous callers do something.
    ///
    /// See [`AuthLayer::allow_anonymous_as`](crate::AuthLayer::allow_anonymous_as).
    #[must_use]
    pub fn anonymous() -> Self {
        Self::new("anonymous").into_anonymous()
    }

    /// Adds a claim, replacing one of the same name.
    #[must_use]
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.facts_mut().claims.insert(name.into(), value.into());
        self
    }

    /// Replaces all claims.
    #[must_use]
    pub fn with_claims(mut self, claims: impl Into<Claims>) -> Self {
        self.facts_mut().claims = claims.into();
        self
    }

    /// Sets who vouches for the subject (`iss`, RFC 7519, section 4.1.1).
    #[must_use]
    pub fn with_issuer(mut self, issuer: impl Into<Arc<str>>) -> Self {
        self.facts_mut().issuer = Some(issuer.into());
        self
    }

    /// Sets when the credentials end. Nothing may be remembered of them for longer.
    #[must_use]
    pub fn with_expiry(mut self, expires_at: SystemTime) -> Self {
        self.facts_mut().expires_at = Some(expires_at);
        self
    }

    /// Says whether the identity still counts, for answers that take longer than it may last: an
    /// `IdentityEnd` (feature `stream`) asks it from time to time.
    ///
    /// It must answer from memory. Verifiers of tokens with a
    /// list of what is revoked, and certificate rules with lists, set it by themselves.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, atomic::{AtomicBool, Ordering}};
    /// use tower_auth::{AuthError, Identity};
    ///
    /// let logged_in = Arc::new(AtomicBool::new(true));
    /// let session = Arc::clone(&logged_in);
    /// let identity = Identity::new("alice").with_recheck(move |_| {
    ///     if session.load(Ordering::Relaxed) { Ok(()) } else { Err(AuthError::invalid("logged out")) }
    /// });
    /// # let _ = identity;
    /// ```
    #[must_use]
    pub fn with_recheck(
        mut self,
        recheck: impl Fn(&Self) -> Result<(), AuthError> + Send + Sync + 'static,
    ) -> Self {
        self.facts_mut().recheck = Some(Arc::new(recheck));
        self
    }

    /// The identity of a request, as the innermost authentication layer established it.
    ///
    /// `None` when no authentication layer ran. Works for any request type that carries
    /// [`http::Extensions`], tonic's among them.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.identity.as_ref()
    }

    /// The subject, unique within its issuer. Identify a principal by issuer *and* subject.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    /// Who vouches for the subject.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.facts.issuer.as_deref()
    }

    /// How it was established: the [`NAME`](crate::Credentials::NAME) of the credentials, such as
    /// `Basic`, `Bearer`, `ClientCertificate`, or `Anonymous` or `Impersonation`.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.facts.method
    }

    /// When the credentials end.
    #[must_use]
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.facts.expires_at
    }

    /// What is known about the caller.
    #[must_use]
    pub fn claims(&self) -> &Claims {
        &self.facts.claims
    }

    /// All claims, read as a type.
    ///
    /// # Errors
    ///
    /// When a claim the type needs is absent or of another JSON type.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tower_auth::Identity;
    /// #[derive(serde::Deserialize)]
    /// struct Staff {
    ///     department: String,
    /// }
    ///
    /// let identity = Identity::new("alice").with_claim("department", "sales");
    /// assert_eq!(identity.claims_as::<Staff>()?.department, "sales");
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn claims_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        self.facts.claims.read_as()
    }

    /// The identity that an outer layer established, where authentication layers are stacked; the
    /// caller, where this is who an [`ImpersonationLayer`](crate::ImpersonationLayer) lets it act as.
    #[must_use]
    pub fn outer(&self) -> Option<&Self> {
        self.outer.as_deref()
    }

    /// The caller who acts as this identity by an [`ImpersonationLayer`](crate::ImpersonationLayer).
    ///
    /// For an audit trail keep both: this one is who really sent the request.
    #[must_use]
    pub fn impersonator(&self) -> Option<&Self> {
        self.outer().filter(|_| self.impersonated.is_some())
    }

    /// The identity outside of this one, where it must agree with the tenant that this one acts for.
    pub(crate) fn outer_of_tenant(&self) -> Option<&Self> {
        self.outer().filter(|_| self.impersonated != Some(Reach::AnyTenant))
    }

    /// Whether the caller presented no credentials.
    #[must_use]
    pub fn is_anonymous(&self) -> bool {
        self.facts.anonymous
    }

    /// Whether this identity and those outside of it still count.
    #[cfg(feature = "stream")]
    pub(crate) fn recheck(&self) -> Result<(), AuthError> {
        std::iter::successors(Some(self), |identity| identity.outer()).try_for_each(|identity| {
            identity.facts.recheck.as_ref().map_or(Ok(()), |recheck| recheck(identity))
        })
    }

    /// Stores that keep identities establish them once, so that a request copies none.
    pub(crate) fn established_by(mut self, method: &'static str) -> Self {
        if self.facts.method != method {
            self.facts_mut().method = method;
        }
        self
    }

    pub(crate) fn into_anonymous(mut self) -> Self {
        self.facts_mut().anonymous = true;
        self.established_by(Self::ANONYMOUS)
    }

    /// Makes this the identity that acts, with `outer` reachable from it.
    pub(crate) fn inside_of(mut self, outer: Self) -> Self {
        self.outer = Some(Arc::new(outer));
        self.impersonated = None;
        self
    }

    /// What is known, to be remembered.
    #[cfg(feature = "cache")]
    pub(crate) fn into_facts(self) -> Arc<Facts> {
        self.facts.into_arc()
    }

    /// Makes this the identity that acts, with nobody outside of it: what an authenticator kept of
    /// another request counts for nothing in this one.
    pub(crate) fn outermost(mut self) -> Self {
        self.outer = None;
        self.impersonated = None;
        self
    }

    /// Makes this the identity as which `caller` acts, for no longer than the caller may act.
    pub(crate) fn impersonated_by(self, caller: Self, reach: Reach) -> Self {
        let mut target = self.established_by(Self::IMPERSONATION);
        let ends = [target.expires_at(), caller.expires_at()].into_iter().flatten().min();
        if target.expires_at() != ends {
            target.facts_mut().expires_at = ends;
        }
        Self { impersonated: Some(reach), ..target.inside_of(caller) }
    }

    /// An identity of remembered facts.
    #[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
    pub(crate) const fn of(facts: Shared<Facts>) -> Self {
        Self { facts, outer: None, impersonated: None }
    }

    /// Where the permissions of a remembered identity are kept; nowhere where somebody is outside of
    /// it, which belongs to a request and not to what is remembered.
    pub(crate) fn memo(&self) -> Option<&Memo> {
        (self.facts.is_striped() && self.outer.is_none()).then_some(&self.facts.memo)
    }

    /// Clones only what somebody else holds too. What was said of the facts is forgotten.
    fn facts_mut(&mut self) -> &mut Facts {
        let facts = self.facts.make_mut();
        facts.memo.clear();
        facts
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("subject", &self.facts.subject)
            .field("issuer", &self.facts.issuer)
            .field("method", &self.facts.method)
            .field("expires_at", &self.facts.expires_at)
            .field("claims", &self.facts.claims)
            .field("outer", &self.outer)
            .field("impersonated", &self.impersonated)
            .finish()
    }
}
