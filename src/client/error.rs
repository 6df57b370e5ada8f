//! [`ClientAuthError`]: why a call was not made.

use std::{error::Error, fmt, sync::Arc};

use crate::error::BoxError;

/// Why a call was not made: where it would have gone, or what became of the token for it.
///
/// The service answers with it as a [`BoxError`], beside the errors of the client underneath; take it
/// out by `downcast_ref`. It never holds a secret, nor anything that a token endpoint has written.
///
/// # Examples
///
/// ```
/// use tower_auth::{BoxError, ClientAuthError, ClientAuthErrorKind};
///
/// let error: BoxError = ClientAuthError::unavailable("the vault is sealed").into();
/// let error = error.downcast_ref::<ClientAuthError>().expect("it was put in above");
/// assert_eq!(error.kind(), ClientAuthErrorKind::TokenUnavailable);
/// assert_eq!(error.to_string(), "no token can be had now");
/// ```
#[derive(Clone)]
pub struct ClientAuthError {
    kind: ClientAuthErrorKind,
    code: Option<&'static str>,
    source: Option<Arc<BoxError>>,
}

/// What kept a call from being made.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ClientAuthErrorKind {
    /// The request has an `Authorization` field already, and a second line would be one too many.
    AlreadyAuthorized,
    /// The request goes to somebody for whom the credentials are not.
    ForeignOrigin,
    /// Too many calls wait for one token.
    Overloaded,
    /// The request would carry the credentials over a network that anybody may read.
    PlainText,
    /// Whoever gives out tokens refuses this client.
    TokenRefused,
    /// Whoever gives out tokens is out of reach.
    TokenUnavailable,
    /// What came is no token that could be sent.
    TokenUnusable,
    /// The request does not say where it goes.
    UnknownOrigin,
}

impl ClientAuthErrorKind {
    const fn message(self) -> &'static str {
        match self {
            Self::AlreadyAuthorized => "the request has an Authorization field of its own",
            Self::ForeignOrigin => "the credentials are not for where the request goes",
            Self::Overloaded => "too many calls wait for a token",
            Self::PlainText => "the credentials would go over plain HTTP",
            Self::TokenRefused => "no token is given to this client",
            Self::TokenUnavailable => "no token can be had now",
            Self::TokenUnusable => "the token that was given cannot be used",
            Self::UnknownOrigin => "the request does not say where it goes",
        }
    }
}

impl ClientAuthError {
    /// Whoever gives out tokens is out of reach; the next call asks again, after a pause.
    #[must_use]
    pub fn unavailable(source: impl Into<BoxError>) -> Self {
        Self::new(ClientAuthErrorKind::TokenUnavailable).with_source(source)
    }

    /// Whoever gives out tokens does not know this client, or does not let it have one.
    #[must_use]
    pub fn refused(source: impl Into<BoxError>) -> Self {
        Self::new(ClientAuthErrorKind::TokenRefused).with_source(source)
    }

    /// What came is no token that could be sent.
    #[must_use]
    pub fn unusable(source: impl Into<BoxError>) -> Self {
        Self::new(ClientAuthErrorKind::TokenUnusable).with_source(source)
    }

    pub(super) const fn new(kind: ClientAuthErrorKind) -> Self {
        Self { kind, code: None, source: None }
    }

    pub(super) fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(Arc::new(source.into()));
        self
    }

    pub(super) const fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// What kept the call from being made.
    #[must_use]
    pub const fn kind(&self) -> ClientAuthErrorKind {
        self.kind
    }

    /// The error code of the token endpoint, such as `invalid_client`, where it is one that a
    /// specification names (RFC 6749, section 5.2; RFC 8707, section 2).
    #[must_use]
    pub const fn code(&self) -> Option<&'static str> {
        self.code
    }
}

impl fmt::Display for ClientAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.message())
    }
}

impl fmt::Debug for ClientAuthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.source().map(ToString::to_string);
        f.debug_struct("ClientAuthError")
            .field("kind", &self.kind)
            .field("code", &self.code)
            .field("source", &source)
            .finish()
    }
}

impl Error for ClientAuthError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source: &BoxError = self.source.as_ref()?;
        Some(&**source)
    }
}
