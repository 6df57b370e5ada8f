//! What several test files need.

#[cfg(feature = "full")]
pub(crate) mod pki;
#[cfg(feature = "full")]
pub(crate) mod tls;
#[cfg(feature = "full")]
pub(crate) mod tokens;
