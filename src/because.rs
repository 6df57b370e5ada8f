//! Refusals for reasons that are written in this crate: they allocate nothing.

use crate::error::{AuthError, AuthErrorKind};

/// The credentials break their own grammar.
#[cfg(any(feature = "basic", feature = "jwt", feature = "rust-crypto"))]
pub(crate) const fn unreadable(reason: &'static str) -> AuthError {
    AuthError::because(AuthErrorKind::UnreadableCredentials, reason)
}

/// The credentials are not good.
#[cfg(any(feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
pub(crate) const fn invalid(reason: &'static str) -> AuthError {
    AuthError::because(AuthErrorKind::InvalidCredentials, reason)
}

/// The credentials were good once.
#[cfg(any(feature = "jwt", feature = "mtls", feature = "rust-crypto"))]
pub(crate) const fn expired(reason: &'static str) -> AuthError {
    AuthError::because(AuthErrorKind::ExpiredCredentials, reason)
}
