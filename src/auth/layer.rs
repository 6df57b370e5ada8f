//! [`AuthLayer`]: who are you?

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, request::Parts};
use tower::Layer;

use crate::{
    auth::{Admission, Challenges, Scheme},
    error::{AuthError, AuthErrorKind},
    evidence::Evidence,
    gate::{Check, Gate, GateLayer, Verdict},
    identity::Identity,
    rejection::DefaultRejection,
    shared::Striped,
};

/// Establishes who the caller is, by one of several schemes.
///
/// The schemes are alternatives: a request must carry credentials for exactly one of them. Credentials
/// for two are refused as ambiguous, so a client cannot choose by accident which of them counts, and
/// credentials that are bad are refused even where another scheme, or nobody, would do. To demand
/// two schemes at once, stack two layers.
///
/// [`BasicAuthLayer`](crate::BasicAuthLayer), [`JwtAuthLayer`](crate::JwtAuthLayer) and
/// [`MtlsIdentityLayer`](crate::MtlsIdentityLayer) are this layer with one scheme; use it for
/// credentials of your own and for several schemes on one route.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | no scheme finds credentials (and anonymous callers are not allowed) | 401 | `UNAUTHENTICATED` |
/// | two `Authorization` lines, or credentials for two schemes | 400 | `UNAUTHENTICATED` |
/// | the credentials cannot be read, are not good or have expired | 401 | `UNAUTHENTICATED` |
/// | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
/// | too many attempts have failed, with a `FailureThrottle` around the authenticator | 429 | `RESOURCE_EXHAUSTED` |
/// | the work of judging is at its bound | 503 | `RESOURCE_EXHAUSTED` |
/// | what is needed to judge is out of reach | 503 | `UNAVAILABLE` |
/// | the authenticator panicked | 500 | `INTERNAL` |
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, AuthLayer, Basic, Bearer, Identity, Scheme};
///
/// let layer = AuthLayer::first_of([
///     Scheme::bearer(async |_: Bearer| Err(AuthError::invalid("no token is good enough"))),
///     Scheme::basic(async |user: Basic| Ok(Identity::new(user.username()))),
/// ])
/// .with_realm("orders");
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct AuthLayer(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    schemes: Vec<Scheme>,
    /// Made from the schemes and the realm, anew whenever one of them changes.
    challenges: Arc<Striped<Challenges>>,
    realm: Cow<'static, str>,
    anonymous: Option<Identity>,
    keep_credentials: bool,
}

impl AuthLayer {
    /// The realm of challenges where none is set.
    pub const DEFAULT_REALM: &'static str = "api";

    /// Authentication by one scheme.
    pub fn new(scheme: Scheme) -> Self {
        Self::first_of([scheme])
    }

    /// Authentication by whichever of the schemes finds its credentials in the request.
    ///
    /// Challenges are written in the order of the schemes. A layer without schemes that lets no
    /// anonymous callers in refuses everybody as `Misconfigured`.
    pub fn first_of(schemes: impl IntoIterator<Item = Scheme>) -> Self {
        let inner = Inner {
            schemes: schemes.into_iter().collect(),
            challenges: Arc::new(Striped::new(Arc::new(Challenges::new([])))),
            realm: Cow::Borrowed(Self::DEFAULT_REALM),
            anonymous: None,
            keep_credentials: false,
        };
        Self(Arc::new(inner)).with_realm(Self::DEFAULT_REALM)
    }

    /// Sets the realm in the challenges (RFC 9110, section 11.5). The default is `api`.
    pub fn with_realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        let inner = self.inner_mut();
        inner.realm = realm.into();
        let challenges = inner.schemes.iter().map(|scheme| scheme.challenge(inner.realm.clone()));
        inner.challenges = Arc::new(Striped::new(Arc::new(Challenges::new(challenges))));
        self
    }

    /// Lets callers in who present no credentials, as [`Identity::anonymous`].
    ///
    /// Credentials that are presented and bad are refused all the same.
    pub fn allow_anonymous(self) -> Self {
        self.allow_anonymous_as(Identity::anonymous())
    }

    /// Lets callers in who present no credentials, with claims of your choice.
    ///
    /// Whatever `identity` is, it counts as anonymous.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tower_auth::{AuthLayer, Identity};
    /// let layer = AuthLayer::first_of([])
    ///     .allow_anonymous_as(Identity::anonymous().with_claim("roles", vec!["guest"]));
    /// # let _ = layer;
    /// ```
    pub fn allow_anonymous_as(mut self, identity: Identity) -> Self {
        self.inner_mut().anonymous = Some(identity.into_anonymous());
        self
    }

    /// Leaves the credentials in the request, for a handler that passes them on.
    ///
    /// Without this they are removed once the caller is admitted. Kept values are marked sensitive
    /// by [`Credentials::mark_sensitive`](crate::Credentials::mark_sensitive), so that `Debug` does
    /// not print them.
    pub fn keep_credentials(mut self) -> Self {
        self.inner_mut().keep_credentials = true;
        self
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection); configure the rest first.
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// The one scheme whose credentials the request carries.
    fn presented(&self, parts: &Parts) -> Result<Option<&Scheme>, AuthError> {
        let mut presented = None;
        for scheme in &self.0.schemes {
            if scheme.is_presented(parts)? && presented.replace(scheme).is_some() {
                return Err(AuthErrorKind::AmbiguousCredentials.into());
            }
        }
        Ok(presented)
    }

    fn judge(&self, parts: &Parts) -> Verdict<Admission> {
        // One scheme need not be asked whether it is the one.
        if let [scheme] = self.0.schemes.as_slice() {
            return scheme.judge(parts);
        }
        match self.presented(parts) {
            Ok(Some(scheme)) => scheme.judge(parts),
            Ok(None) => Verdict::Passed,
            Err(error) => Verdict::Denied(error),
        }
    }

    /// The verdict on a request without credentials.
    fn absent(&self, parts: &Parts) -> Verdict<Admission> {
        let Some(anonymous) = &self.0.anonymous else {
            return Verdict::Denied(match self.0.schemes.as_slice() {
                [] => AuthError::misconfigured("the layer has no scheme, so nobody can log in"),
                _ => AuthErrorKind::MissingCredentials.into(),
            });
        };
        let requested = Evidence::of(&parts.extensions).and_then(Evidence::requested);
        Admission::agreed(anonymous.clone(), None, requested)
    }
}

impl Check for AuthLayer {
    type Grant = Admission;

    fn name(&self) -> &'static str {
        "authentication"
    }

    fn check(&self, parts: &Parts) -> Verdict<Admission> {
        match self.judge(parts) {
            Verdict::Passed => self.absent(parts),
            verdict => verdict,
        }
    }

    fn admit(&self, Admission { identity, judge }: Admission, parts: &mut Parts) {
        match judge {
            Some(judge) if self.0.keep_credentials => judge.mark_sensitive(parts),
            Some(judge) => judge.remove_secret(parts),
            None => {}
        }
        Evidence::of_mut(&mut parts.extensions).admit(identity, self.0.challenges.get());
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        self.0.schemes.iter().for_each(|scheme| scheme.mark_sensitive(parts));
    }

    fn challenge(&self, error: &AuthError, _: &Parts, headers: &mut HeaderMap) {
        self.0.challenges.write(error, headers);
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}
