//! [`Scheme`]: credentials of one kind, paired with the authenticator that judges them.

use std::{borrow::Cow, fmt, sync::Arc};

use http::request::Parts;

use crate::{
    auth::reader::{AsEver, Reader},
    authenticator::{Answer, Authenticator},
    credentials::Credentials,
    error::{AuthError, AuthErrorKind},
    evidence::{Evidence, ask_anonymous_to_log_in},
    gate::Verdict,
    identity::Identity,
    rejection::Challenge,
    shared::{Shared, Striped},
    tenant::{Requested, Standing},
};

/// One way to authenticate: a kind of [`Credentials`] and the [`Authenticator`] that judges them.
///
/// The pair is erased, so that the schemes of a service can be chosen at run time.
#[derive(Clone)]
pub struct Scheme {
    judge: Arc<Striped<dyn Judge>>,
    realm: Option<Cow<'static, str>>,
}

impl Scheme {
    /// Pairs credentials with the authenticator that judges them.
    ///
    /// # Panics
    ///
    /// When the name or the challenge of the credentials is not a token, see [`Challenge::new`].
    #[must_use]
    pub fn new<C, A>(authenticator: A) -> Self
    where
        C: Credentials,
        A: Authenticator<C>,
    {
        Self::reading(AsEver, authenticator)
    }

    /// Credentials that are not, or not only, where they usually are.
    pub(crate) fn reading<C, A>(reader: impl Reader<C>, authenticator: A) -> Self
    where
        C: Credentials,
        A: Authenticator<C>,
    {
        // Asked now, so that a wrong name is found while the service is being set up.
        let _ = C::challenge();
        let pair = Pair {
            authenticator: Arc::new(authenticator),
            reader: Box::new(reader) as Box<dyn Reader<C>>,
        };
        Self { judge: Arc::new(Striped::new(Arc::new(pair))), realm: None }
    }

    /// A user-id and a password (RFC 7617).
    #[cfg(feature = "basic")]
    #[must_use]
    pub fn basic(authenticator: impl Authenticator<crate::Basic>) -> Self {
        Self::new(authenticator)
    }

    /// A bearer token (RFC 6750).
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    #[must_use]
    pub fn bearer(authenticator: impl Authenticator<crate::Bearer>) -> Self {
        Self::new(authenticator)
    }

    /// A bearer token that is in one of these places of the request, and in no other.
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    #[must_use]
    pub fn bearer_from(
        locations: impl IntoIterator<Item = crate::TokenLocation>,
        authenticator: impl Authenticator<crate::Bearer>,
    ) -> Self {
        Self::reading(crate::jwt::Locations::of(locations), authenticator)
    }

    /// A bearer token that looks like a JWT: one with a dot. Values without a dot are left to other
    /// schemes, such as one of [`BearerPassword`](crate::BearerPassword).
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    #[must_use]
    pub fn jwt(authenticator: impl Authenticator<crate::Bearer>) -> Self {
        Self::reading(crate::jwt::Dotted, authenticator)
    }

    /// The certificate that the client showed in the TLS handshake.
    #[cfg(feature = "mtls")]
    #[must_use]
    pub fn client_certificate(authenticator: impl Authenticator<crate::ClientCertificate>) -> Self {
        Self::new(authenticator)
    }

    /// Sets the realm in this scheme's challenge; without it the layer's realm is used.
    #[must_use]
    pub fn with_realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// The name of the scheme.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.judge.name()
    }

    pub(super) fn challenge(&self, default_realm: Cow<'static, str>) -> Challenge {
        self.judge.challenge().with_realm(self.realm.clone().unwrap_or(default_realm))
    }

    /// Whether the request carries credentials of this scheme.
    pub(super) fn is_presented(&self, parts: &Parts) -> Result<bool, AuthError> {
        self.judge.is_presented(parts)
    }

    /// Whether its credentials are the connection's and not the request's.
    pub(super) fn is_of_connection(&self) -> bool {
        self.judge.is_of_connection()
    }

    pub(super) fn mark_sensitive(&self, parts: &mut Parts) {
        self.judge.mark_sensitive(parts);
    }

    /// Judges the credentials; passes where there are none of this scheme.
    pub(super) fn judge(&self, parts: &Parts) -> Verdict<Admission> {
        self.judge.judge(self.judge.get(), parts)
    }
}

impl fmt::Debug for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheme").field("name", &self.name()).field("realm", &self.realm).finish()
    }
}

/// An admitted caller, as an [`AuthLayer`](crate::AuthLayer) grants it.
#[derive(Clone)]
pub struct Admission {
    pub(super) identity: Identity,
    /// Knows where in the request the secret is; none for anonymous callers.
    pub(super) judge: Option<Shared<dyn Judge>>,
}

impl Admission {
    /// Admits `identity` unless it belongs to another tenant than the requested one.
    pub(super) fn agreed(
        identity: Identity,
        judge: Option<Shared<dyn Judge>>,
        requested: Option<&Requested>,
    ) -> Verdict<Self> {
        let Some(requested) = requested else {
            return Verdict::Granted(Self { identity, judge });
        };
        if let Err(error) = requested.accepts(&identity) {
            return Verdict::Denied(ask_anonymous_to_log_in(error, &identity));
        }
        match requested.standing() {
            Standing::Good => Verdict::Granted(Self { identity, judge }),
            Standing::Bad(error) => Verdict::Denied(ask_anonymous_to_log_in(error, &identity)),
            Standing::Open(asked) => Verdict::Pending(Box::pin(async move {
                match asked.await {
                    Ok(()) => Ok(Self { identity, judge }),
                    Err(error) => Err(ask_anonymous_to_log_in(error, &identity)),
                }
            })),
        }
    }
}

impl fmt::Debug for Admission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Admission").field("identity", &self.identity).finish_non_exhaustive()
    }
}

/// The object-safe face of a pair of credentials and authenticator.
pub(super) trait Judge: Send + Sync {
    fn name(&self) -> &'static str;
    fn challenge(&self) -> Challenge;
    fn is_presented(&self, parts: &Parts) -> Result<bool, AuthError>;
    fn is_of_connection(&self) -> bool;
    fn judge(&self, this: Shared<dyn Judge>, parts: &Parts) -> Verdict<Admission>;
    fn remove_secret(&self, parts: &mut Parts);
    fn mark_sensitive(&self, parts: &mut Parts);
}

struct Pair<C, A> {
    authenticator: Arc<A>,
    reader: Box<dyn Reader<C>>,
}

impl<C, A> Judge for Pair<C, A>
where
    C: Credentials,
    A: Authenticator<C>,
{
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn challenge(&self) -> Challenge {
        C::challenge()
    }

    fn is_presented(&self, parts: &Parts) -> Result<bool, AuthError> {
        self.reader.read(parts).map(|credentials| credentials.is_some())
    }

    fn is_of_connection(&self) -> bool {
        C::OF_CONNECTION
    }

    fn judge(&self, this: Shared<dyn Judge>, parts: &Parts) -> Verdict<Admission> {
        let credentials = match self.reader.read(parts) {
            Ok(Some(credentials)) => credentials,
            Ok(None) => return Verdict::Passed,
            Err(error) => return Verdict::Denied(error),
        };
        let conclusion = Conclusion {
            judge: this,
            requested: Evidence::of(&parts.extensions).and_then(Evidence::requested).cloned(),
        };
        match self.authenticator.answer(credentials) {
            Answer::Now(judgement) => conclusion.draw(C::NAME, judgement),
            Answer::Later(credentials) => {
                let authenticator = Arc::clone(&self.authenticator);
                Verdict::Pending(Box::pin(async move {
                    let judgement = authenticator.authenticate(credentials).await;
                    match conclusion.draw(C::NAME, judgement) {
                        Verdict::Granted(admission) => Ok(admission),
                        Verdict::Denied(error) => Err(error),
                        Verdict::Pending(verdict) => verdict.await,
                        Verdict::Passed => Err(AuthErrorKind::Misconfigured.into()),
                    }
                }))
            }
        }
    }

    fn remove_secret(&self, parts: &mut Parts) {
        self.reader.remove(parts);
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        self.reader.mark_sensitive(parts);
    }
}

/// What is needed to turn a judgement into an admission, kept while the judgement is waited for.
struct Conclusion {
    judge: Shared<dyn Judge>,
    requested: Option<Requested>,
}

impl Conclusion {
    fn draw(
        self,
        name: &'static str,
        judgement: Result<Identity, AuthError>,
    ) -> Verdict<Admission> {
        let admission = match judgement {
            // Only the layer's own setting lets anonymous callers in.
            Ok(identity) if identity.is_anonymous() => {
                let reason = "the authenticator answered with an anonymous identity";
                Verdict::Denied(AuthError::new(AuthErrorKind::Misconfigured).with_source(reason))
            }
            Ok(identity) => {
                let identity = identity.established_by(name);
                Admission::agreed(identity, Some(self.judge), self.requested.as_ref())
            }
            Err(error) => Verdict::Denied(error),
        };
        match admission {
            Verdict::Denied(error) => Verdict::Denied(error.with_scheme(name)),
            Verdict::Pending(verdict) => Verdict::Pending(Box::pin(async move {
                verdict.await.map_err(|error| error.with_scheme(name))
            })),
            verdict => verdict,
        }
    }
}
