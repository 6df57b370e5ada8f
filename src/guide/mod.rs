//! The guide: what to know beyond the single layers.
//!
//! - `certificates` (feature `tls`): certificates that are renewed while the server runs
//! - `clients` (feature `client`): credentials in outgoing calls
//! - [`ordering`]: in which order layers go, and what happens in the wrong one
//! - `cookbook` (with the default features): how known systems guard theirs, and what is safer here
//! - [`defaults`]: every limit and default in one table
//! - [`events`]: the structured event of each decision
//! - [`mappers`]: how to make permissions of what providers write into tokens
//! - [`outages`]: what happens when the provider of keys is slow, down or lying
//! - [`passwords`]: how to choose cost, cache and limits of logins
//! - [`promises`]: what holds whatever is checked
//! - [`proxies`]: how to believe the client certificates that a proxy forwards
//! - [`rules`]: which requests ask for what, at the routes or as a table
//! - [`tenants`]: which source of tenants to choose, and what keeps tenants apart

#[cfg(feature = "tls")]
pub mod certificates;
#[cfg(feature = "client")]
pub mod clients;
#[cfg(all(
    feature = "basic",
    feature = "cache",
    feature = "jwks",
    feature = "mtls",
    feature = "policy",
    feature = "tls"
))]
pub mod cookbook;
pub mod defaults;
pub mod events;
pub mod mappers;
pub mod ordering;
#[cfg(feature = "jwks")]
pub mod outages;
#[cfg(all(feature = "basic", feature = "cache"))]
pub mod passwords;
pub mod promises;
#[cfg(feature = "mtls")]
pub mod proxies;
#[cfg(feature = "policy")]
pub mod rules;
#[cfg(all(feature = "basic", feature = "cache", feature = "jwks", feature = "mtls"))]
pub mod tenants;
