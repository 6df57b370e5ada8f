//! Authentication by JSON Web Token (RFC 6750, RFC 7519).
//!
//! [`JwtAuthLayer`] reads [`Bearer`] credentials and has them judged by any
//! [`Authenticator<Bearer>`](crate::Authenticator); [`JwtVerifier`] is a ready one.
//!
//! Compact tokens are taken apart by strict code of this crate. `jsonwebtoken` is asked one question
//! only, behind one seam (`key`): whether a signature is good.

mod algorithm;
mod credentials;
mod issuer;
mod json;
mod jwk;
mod key;
mod keys;
mod layer;
mod public_key;
mod rules;
mod token;
mod verifier;

pub use self::{
    algorithm::{Algorithm, HmacAlgorithm},
    credentials::Bearer,
    issuer::Issuer,
    keys::Keys,
    layer::JwtAuthLayer,
    verifier::{JwtVerifier, JwtVerifierBuilder},
};
