//! Whether the cache of tokens keeps to its bound in bytes, what a remembered login allocates, and what a
//! storm of logins takes.
//!
//! This stands alone because the allocator that counts takes its time: no other benchmark pays for it.

#[allow(dead_code, reason = "the other benchmark needs more of it")]
#[path = "verify_parts/tokens.rs"]
mod tokens;

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;
mod memory_parts;
#[allow(dead_code, reason = "the other benchmark needs more of it")]
#[path = "passwords_parts/store.rs"]
mod store;

use tower_auth::{Answer, Authenticator, Bearer, CacheLimits};

use crate::{common::figure, memory_parts::logins, tokens::Key};

const TOKENS: u32 = 100_000;
const BOUND: u32 = 64 * 1024 * 1024;

/// What the allocator has given for 100,000 tokens and not got back, over the bound.
fn main() {
    tokens::install_engine();
    let limits =
        CacheLimits::new().with_max_entries(TOKENS as usize).with_max_bytes(BOUND as usize);
    let verifier = tokens::builder(&[Key::Hs256], 1).with_cache(limits).build();
    let verifier = verifier.expect("a good configuration");
    let used = allocation_counter::measure(|| {
        for number in 0..TOKENS {
            let token = tokens::sign(Key::Hs256, &tokens::claims(&format!("user-{number}")));
            let answer = verifier.answer(Bearer::new(token));
            assert!(matches!(answer, Answer::Now(Ok(_))), "a good token");
        }
    });
    let (entries, reckoned) = verifier.cache_size();
    #[allow(clippy::cast_precision_loss, reason = "a figure of three digits")]
    let (entries, reckoned, kept) = (entries as f64, reckoned as f64, used.bytes_current as f64);
    figure("cache_100k_entries_kept", entries, "tokens");
    figure("cache_100k_reckoned_over_bound", reckoned / f64::from(BOUND), "ratio");
    figure("cache_100k_bytes_over_bound", kept / f64::from(BOUND), "ratio");
    logins::print();
}
