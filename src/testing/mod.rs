//! What tests of a service need: an issuer of tokens, and callers who need no credentials.
//!
//! The time of tests is [`Clock::manual`](crate::Clock::manual).

#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod authority;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod builder;
#[cfg(feature = "jwks")]
mod fetch;
mod identity_layer;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod metadata;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod server;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod signing_key;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod state;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
mod token;

pub use self::identity_layer::TestIdentityLayer;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub use self::{authority::TestAuthority, builder::TestAuthorityBuilder, token::TestToken};
