//! As much of the support of the crate's tests as the targets use.
#![allow(dead_code, reason = "the tests use all of it, the targets do not")]

#[path = "../../tests/it/support/challenges.rs"]
pub(crate) mod challenges;
#[path = "../../tests/it/support/tokens.rs"]
pub(crate) mod tokens;
