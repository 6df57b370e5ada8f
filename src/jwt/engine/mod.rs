//! The seam to the signature engines: the only place that asks whether a signature is good.
//!
//! A key is made ready once, when it is loaded; what the engine cannot use is found then.

#[cfg(feature = "jwt")]
mod aws_lc;
#[cfg(not(feature = "jwt"))]
mod rust_crypto;

#[cfg(feature = "jwt")]
pub(super) use self::aws_lc::Verifier;
#[cfg(not(feature = "jwt"))]
pub(super) use self::rust_crypto::Verifier;
