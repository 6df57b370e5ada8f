//! Tokens are verified with the keys and by the rules of their issuers.
mod accepted;
mod bearer_password;
mod cache;
mod configuration;
mod identity;
mod issuers;
mod jwks;
mod key_limits;
mod key_selection;
mod kinds;
mod locations;
mod providers;
mod revocation;
mod rules;
mod temporal;
mod tenants;
