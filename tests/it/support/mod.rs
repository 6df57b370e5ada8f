//! What several test files need.

pub(crate) mod challenges;
pub(crate) mod events;
pub(crate) mod pki;
pub(crate) mod probe;
pub(crate) mod schemes;
pub(crate) mod tls;
pub(crate) mod tokens;
