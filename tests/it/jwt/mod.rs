//! Tokens are verified with the keys and by the rules of their issuers.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "clippy takes helpers of tests for production code"
)]

mod accepted;
mod configuration;
mod identity;
mod issuers;
mod jwks;
mod key_limits;
mod key_selection;
