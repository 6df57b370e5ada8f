//! What is remembered: maps of bounded size, computations that are waited for by all who need them,
//! and [`Cached`], which remembers the judgements of any authenticator.

mod bounded;
#[cfg(feature = "cache")]
mod cached;
mod flights;
#[cfg(feature = "cache")]
mod key;
mod limits;

#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub(crate) use self::flights::{Flight, Waiting};
pub use self::limits::CacheLimits;
pub(crate) use self::{
    bounded::{BoundedMap, Bounds},
    flights::{Flights, Turn},
};
#[cfg(feature = "cache")]
pub use self::{
    cached::Cached,
    key::{CacheKey, KeyWriter},
};
