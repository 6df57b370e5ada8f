//! [`CacheLimits`]: how much is remembered, and for how long.

use std::time::Duration;

use super::bounded::Bounds;
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
use crate::config_error::Problems;

/// How much a cache may hold, and for how long at most.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::CacheLimits;
///
/// let limits = CacheLimits::new()
///     .with_max_entries(50_000)
///     .with_max_bytes(256 * 1024 * 1024)
///     .with_max_age(Duration::from_secs(60));
/// # let _ = limits;
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct CacheLimits {
    entries: usize,
    bytes: usize,
    age: Duration,
}

impl CacheLimits {
    /// 10,000 entries, 64 MiB, five minutes.
    pub const fn new() -> Self {
        Self { entries: 10_000, bytes: 64 * 1024 * 1024, age: Duration::from_secs(300) }
    }

    /// Sets how many entries there may be.
    pub const fn with_max_entries(mut self, entries: usize) -> Self {
        self.entries = entries;
        self
    }

    /// Sets how much memory the entries may take, in bytes. It is reckoned so that the allocator is
    /// asked for no more.
    pub const fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets for how long an entry may be used, where nothing ends it earlier.
    pub const fn with_max_age(mut self, age: Duration) -> Self {
        self.age = age;
        self
    }

    pub(crate) const fn bounds(&self) -> Bounds {
        Bounds { entries: self.entries, weight: self.bytes }
    }

    pub(crate) const fn age(&self) -> Duration {
        self.age
    }

    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    pub(crate) fn check(&self, problems: &mut Problems) {
        if self.entries == 0 || self.bytes == 0 || self.age.is_zero() {
            problems.add("a cache that can hold nothing: leave it out instead");
        }
    }
}

impl Default for CacheLimits {
    fn default() -> Self {
        Self::new()
    }
}
