//! Randomness. Hash maps and buckets bring keys of their own, which spread what clients send.

#[cfg(any(feature = "client", feature = "jwks"))]
use std::hash::{BuildHasher, RandomState};

/// A number between two others. It protects nothing: it spreads load.
#[cfg(any(feature = "client", feature = "jwks"))]
pub(crate) fn between(low: f64, high: f64) -> f64 {
    // Each state is keyed anew by the standard library; 53 bits are what an f64 holds.
    let bits = RandomState::new().hash_one(()) >> 11;
    #[allow(clippy::cast_precision_loss, reason = "53 bits are what an f64 holds")]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    (high - low).mul_add(fraction, low)
}

/// Fills a secret from the randomness of the operating system.
///
/// # Panics
///
/// Where there is none: a process has no secrets then.
#[cfg(feature = "cache")]
pub(crate) fn fill_secret(secret: &mut [u8]) {
    getrandom::fill(secret).expect("the operating system has randomness");
}
