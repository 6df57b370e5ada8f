//! [`Horizon`]: until when a set is good.

use std::time::Duration;

use tokio::time::Instant;

use super::RemoteKeys;
use crate::{
    random,
    refresh::{after, bounded},
};

/// Until when a set is good, counted from a fetch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Horizon {
    /// When to renew it while it is still fresh.
    pub(super) renew: Instant,
    /// When it is stale: a request asks for a new one first.
    pub(super) stale: Instant,
    /// When it must not be used any more.
    pub(super) end: Instant,
}

impl Horizon {
    /// The horizon of a set that was fetched now and may be kept for `max_age`.
    pub(super) fn of(now: Instant, max_age: Option<Duration>, settings: &RemoteKeys) -> Self {
        let fresh = max_age.map_or(settings.soft_ttl, |age| {
            age.clamp(RemoteKeys::MIN_MAX_AGE, RemoteKeys::MAX_MAX_AGE)
        });
        // Instances of a service that were started together shall not ask together for ever.
        let renew = bounded(fresh).mul_f64(0.8 * random::between(0.9, 1.1));
        Self {
            renew: after(now, renew),
            stale: after(now, fresh),
            end: after(now, fresh.saturating_add(settings.stale_limit)),
        }
    }

    /// After a failure: nobody waits for what just failed, and the next try is in the background.
    pub(super) const fn failing(self, next: Instant) -> Self {
        Self { renew: next, stale: self.end, end: self.end }
    }
}
