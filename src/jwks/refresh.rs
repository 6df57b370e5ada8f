//! When to fetch: a state machine without clock, network or tasks.

use std::time::Duration;

use tokio::time::Instant;

use super::RemoteKeys;
use crate::random;

/// The first pause after a failure, and the longest.
const BACKOFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// Farther than any service runs; what overflows ends here.
const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// Why somebody wants a fetch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Reason {
    /// The keys are to be renewed before anybody has to wait.
    Due,
    /// There are no keys that may be used without asking.
    NoKeys,
    /// A token names a key that is not in the set, or was not made with the key that it names.
    UnknownKey,
}

/// What is known about the fetches of one source.
#[derive(Debug, Default)]
pub(super) struct Refresh {
    /// Whether a fetch is under way: until this time, when it must have ended by itself. One that has
    /// not was left behind in a runtime that nobody drives any more.
    running_until: Option<Instant>,
    pub(super) failures: u32,
    /// Not before this, because the last fetch failed.
    backoff_ends: Option<Instant>,
    /// Not before this for an unknown key, however the last fetch for one ended.
    cooldown_ends: Option<Instant>,
}

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

impl Refresh {
    /// Whether a fetch may start now; notes that it does.
    pub(super) fn start(&mut self, reason: Reason, now: Instant, settings: &RemoteKeys) -> bool {
        if self.is_running(now) || !self.may_start(reason, now) {
            return false;
        }
        let limit = settings.timeout.saturating_add(Duration::from_secs(1));
        self.running_until = Some(after(now, limit));
        if reason == Reason::UnknownKey {
            self.cooldown_ends = Some(after(now, settings.cooldown));
        }
        true
    }

    pub(super) fn is_running(&self, now: Instant) -> bool {
        self.running_until.is_some_and(|end| now < end)
    }

    /// Whether a fetch for this reason would start now if none were running.
    pub(super) fn may_start(&self, reason: Reason, now: Instant) -> bool {
        let is_over = |end: Option<Instant>| end.is_none_or(|end| now >= end);
        is_over(self.backoff_ends) && (reason != Reason::UnknownKey || is_over(self.cooldown_ends))
    }

    pub(super) fn succeeded(&mut self) {
        self.running_until = None;
        self.failures = 0;
        self.backoff_ends = None;
    }

    /// Notes a failure; returns when the next fetch may start.
    pub(super) fn failed(&mut self, now: Instant) -> Instant {
        let [first, longest] = BACKOFF;
        let pause = first.saturating_mul(1 << self.failures.min(10)).min(longest);
        self.running_until = None;
        self.failures = self.failures.saturating_add(1);
        let next = after(now, pause.mul_f64(random::between(0.5, 1.0)));
        self.backoff_ends = Some(next);
        next
    }

    /// How long until the next fetch may start.
    pub(super) fn pause(&self, now: Instant) -> Duration {
        self.backoff_ends.map_or(Duration::ZERO, |end| end.saturating_duration_since(now))
    }
}

impl Horizon {
    /// The horizon of a set that was fetched now and may be kept for `max_age`.
    pub(super) fn of(now: Instant, max_age: Option<Duration>, settings: &RemoteKeys) -> Self {
        let fresh = max_age.map_or(settings.soft_ttl, |age| {
            age.clamp(RemoteKeys::MIN_MAX_AGE, RemoteKeys::MAX_MAX_AGE)
        });
        // Instances of a service that were started together shall not ask together for ever.
        let renew = fresh.min(FAR).mul_f64(0.8 * random::between(0.9, 1.1));
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

/// A time that does not overflow.
pub(super) fn after(now: Instant, duration: Duration) -> Instant {
    now.checked_add(duration.min(FAR)).unwrap_or(now)
}
