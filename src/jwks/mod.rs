//! Key sets that are fetched: where from, how often, and what happens when that fails.
//!
//! A request reads the current set without a lock. A fetch runs in a task of its own, one at a time
//! for each source, so no request that is cut off takes a fetch with it.

mod document;
mod fetch;
mod horizon;
mod locator;
mod remote;
#[cfg(feature = "reqwest")]
mod reqwest;
mod settings;
mod status;

pub(crate) use self::remote::{Current, Remote};
#[cfg(feature = "reqwest")]
pub use self::reqwest::{HttpFetch, HttpFetchBuilder};
pub use self::{fetch::Fetch, settings::RemoteKeys, status::KeyStatus};
