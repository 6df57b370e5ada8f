//! What several test files need.

pub(crate) mod callers;
pub(crate) mod challenges;
pub(crate) mod checks;
pub(crate) mod events;
pub(crate) mod pki;
pub(crate) mod probe;
pub(crate) mod tls;
pub(crate) mod tokens;
