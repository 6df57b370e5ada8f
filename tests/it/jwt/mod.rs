//! Tokens are verified with the keys and by the rules of their issuers.
mod accepted;
mod configuration;
mod identity;
mod issuers;
mod jwks;
mod key_limits;
mod key_selection;
