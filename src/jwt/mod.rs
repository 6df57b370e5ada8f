//! Authentication by JSON Web Token (RFC 6750, RFC 7519).
//!
//! [`JwtAuthLayer`] reads [`Bearer`] credentials and has them judged by any
//! [`Authenticator<Bearer>`](crate::Authenticator); [`JwtVerifier`] is a ready one.
//!
//! Compact tokens are taken apart by strict code of this crate. The signature engine is asked one
//! question only, behind one seam (`engine`): whether a signature is good.

mod algorithm;
mod builder;
mod cache;
mod credentials;
mod engine;
#[cfg(feature = "jwks")]
mod health;
mod issuer;
pub(crate) mod json;

mod jwk;
mod key;
mod key_set;
mod keys;
mod layer;
mod location;
#[cfg(feature = "basic")]
mod password;
mod profiles;
mod public_key;
mod resolver;
mod revocation;
mod roca;
mod rules;
mod token;
mod trusted;
mod verification;
mod verified;
mod verifier;

#[cfg(feature = "jwks")]
pub(crate) use self::key_set::KeySet;
pub(crate) use self::location::{Dotted, Locations};
#[cfg(feature = "basic")]
pub use self::password::BearerPassword;
pub use self::{
    algorithm::{Algorithm, HmacAlgorithm},
    builder::JwtVerifierBuilder,
    credentials::Bearer,
    issuer::Issuer,
    keys::Keys,
    layer::JwtAuthLayer,
    location::TokenLocation,
    resolver::{IssuerQuestion, IssuerResolver},
    revocation::{Revocation, RevocationList},
    verifier::JwtVerifier,
};

/// Published vectors sign payloads that are no claims, so they are held against the signature check
/// itself.
#[cfg(all(test, feature = "jwks"))]
#[path = "../../tests/unit/jws_vectors.rs"]
mod jws_vectors;

/// The reader of JSON is no part of the interface.
#[cfg(test)]
#[path = "../../tests/unit/json.rs"]
mod json_reader;
