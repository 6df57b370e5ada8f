//! [`AuthError`]: why a request was refused, and the one table that turns the reason into an answer
//! ([`AuthErrorKind`]).

mod kind;

use std::{error::Error, fmt, sync::Arc, time::Duration};

use http::StatusCode;

pub use self::kind::AuthErrorKind;

/// Any error that explains a refusal to the people who run the service.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// Why a request was refused.
///
/// The error is opaque so that it can grow: ask [`kind`](Self::kind) what to tell the client and
/// [`source`](Error::source) what to tell the log. [`Display`](fmt::Display) prints only the fixed
/// message of the kind and is safe to send; the source never reaches a client.
///
/// The gate puts the error into the extensions of the response it answers with, so outer
/// middleware can count or log refusals by kind.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, AuthErrorKind};
///
/// let error = AuthError::unavailable("the account database did not answer");
/// assert_eq!(error.kind(), AuthErrorKind::Unavailable);
/// assert_eq!(error.to_string(), "authentication is temporarily unavailable");
/// assert_eq!(error.kind().status(), 503);
/// assert_eq!(error.kind().grpc_code(), 14);
/// ```
#[derive(Clone)]
pub struct AuthError {
    kind: AuthErrorKind,
    scheme: Option<&'static str>,
    reason: Option<Reason>,
    detail: Option<Arc<Detail>>,
}

/// A reason that is written in this crate: a refusal for it allocates nothing.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{0}")]
struct Reason(&'static str);

/// The rarely needed parts of an [`AuthError`], kept apart so that a plain refusal allocates nothing.
#[derive(Clone, Default)]
struct Detail {
    source: Option<Arc<BoxError>>,
    retry_after: Option<Duration>,
    scope: Option<String>,
}

impl AuthError {
    /// A refusal of this kind, with nothing for the log yet.
    #[must_use]
    pub const fn new(kind: AuthErrorKind) -> Self {
        Self { kind, scheme: None, reason: None, detail: None }
    }

    /// A refusal for a reason that is written in this crate.
    #[cfg(any(
        feature = "basic",
        feature = "cache",
        feature = "jwt",
        feature = "mtls",
        feature = "rust-crypto"
    ))]
    pub(crate) const fn because(kind: AuthErrorKind, reason: &'static str) -> Self {
        Self { kind, scheme: None, reason: Some(Reason(reason)), detail: None }
    }

    /// The credentials could not be read: they break their own grammar.
    #[must_use]
    pub fn unreadable(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::UnreadableCredentials).with_source(source)
    }

    /// The credentials were read and are not good.
    #[must_use]
    pub fn invalid(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::InvalidCredentials).with_source(source)
    }

    /// The credentials were good once.
    #[must_use]
    pub fn expired(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::ExpiredCredentials).with_source(source)
    }

    /// The caller may not act for the tenant, or the request names none that exists.
    #[must_use]
    pub fn tenant_denied(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::TenantDenied).with_source(source)
    }

    /// The caller is known and lacks a right.
    #[must_use]
    pub fn permission_denied(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::PermissionDenied).with_source(source)
    }

    /// Something that is needed to judge the credentials is out of reach.
    ///
    /// Not the client's fault: it is told to come back, not to log in again.
    #[must_use]
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::Unavailable).with_source(source)
    }

    /// The layers are not wired as they must be.
    #[must_use]
    pub fn misconfigured(source: impl Into<BoxError>) -> Self {
        Self::new(AuthErrorKind::Misconfigured).with_source(source)
    }

    /// Attaches the reason for the log. It must hold no secret; it is never sent to a client.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.reason = None;
        self.detail_mut().source = Some(Arc::new(source.into()));
        self
    }

    /// Sets `Retry-After` (RFC 9110, section 10.2.3) for an answer of 429 or 503, rounded up to
    /// seconds. The default is one second.
    #[must_use]
    pub fn with_retry_after(mut self, retry_after: Duration) -> Self {
        self.detail_mut().retry_after = Some(retry_after);
        self
    }

    /// Names the permissions that would have sufficed, for `scope` in the challenge (RFC 6750, section 3.1).
    pub(crate) fn with_scope(mut self, scope: String) -> Self {
        self.detail_mut().scope = Some(scope);
        self
    }

    /// Names the scheme whose credentials were refused.
    pub(crate) fn with_scheme(mut self, scheme: &'static str) -> Self {
        self.scheme.get_or_insert(scheme);
        self
    }

    /// What kind of refusal this is.
    #[must_use]
    pub const fn kind(&self) -> AuthErrorKind {
        self.kind
    }

    /// The scheme whose credentials were refused, where one was chosen.
    #[must_use]
    pub const fn scheme(&self) -> Option<&'static str> {
        self.scheme
    }

    /// Whole seconds for `Retry-After`; `None` for kinds that are answered with neither 429 nor 503.
    #[must_use]
    pub fn retry_after(&self) -> Option<u64> {
        if !asks_to_come_back(self.kind.status()) {
            return None;
        }
        let asked = self.detail.as_ref().and_then(|detail| detail.retry_after);
        let asked = asked.unwrap_or(Duration::from_secs(1));
        Some(asked.as_secs().saturating_add(u64::from(asked.subsec_nanos() > 0)))
    }

    pub(crate) fn scope(&self) -> Option<&str> {
        self.detail.as_ref()?.scope.as_deref()
    }

    fn detail_mut(&mut self) -> &mut Detail {
        Arc::make_mut(self.detail.get_or_insert_default())
    }
}

impl From<AuthErrorKind> for AuthError {
    fn from(kind: AuthErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.message())
    }
}

impl fmt::Debug for AuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source().map(ToString::to_string);
        f.debug_struct("AuthError")
            .field("kind", &self.kind)
            .field("scheme", &self.scheme)
            .field("source", &source)
            .finish()
    }
}

impl Error for AuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        if let Some(reason) = &self.reason {
            return Some(reason);
        }
        let source: &BoxError = self.detail.as_ref()?.source.as_ref()?;
        Some(&**source)
    }
}

/// Whether an answer of this status says when to come back.
pub(crate) fn asks_to_come_back(status: StatusCode) -> bool {
    matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE)
}

/// The whole chain of reasons in one text, for the log.
#[cfg(any(
    feature = "cache",
    feature = "client",
    feature = "jwks",
    feature = "tonic",
    feature = "tracing"
))]
pub(crate) fn reasons(error: &(dyn Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
