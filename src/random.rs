//! The only place where randomness comes from that protects nothing: it spreads load.

use std::hash::{BuildHasher, RandomState};

/// A number between two others.
pub(crate) fn between(low: f64, high: f64) -> f64 {
    // Each state is keyed anew by the standard library; 53 bits are what an f64 holds.
    let bits = RandomState::new().hash_one(()) >> 11;
    #[allow(clippy::cast_precision_loss)]
    let fraction = bits as f64 / (1_u64 << 53) as f64;
    (high - low).mul_add(fraction, low)
}
