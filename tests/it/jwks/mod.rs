//! Key sets that are fetched, in virtual time: tokio's clock drives the fetches, a clock set by hand
//! the dates in tokens.

mod concurrent;
mod discovery;
mod documents;
mod files;
mod flood;
mod life;
mod outage;
mod provider;
mod resolver;
mod sources;
