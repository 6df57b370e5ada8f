//! When to fetch what is kept and renewed: a state machine without clock, network or tasks, and the task
//! that a fetch runs in.

mod running;

use std::time::Duration;

use tokio::time::Instant;

pub(crate) use self::running::{Fetched, run};
use crate::random;

/// The first pause after a failure, and the longest.
const BACKOFF: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(60)];

/// Farther than any service runs; what overflows ends here.
const FAR: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// So many may wait for one fetch; the next ones are told to come back.
pub(crate) const MAX_WAITING: usize = 1024;

/// Why somebody wants a fetch.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Reason {
    /// What is there is to be renewed before anybody has to wait.
    Due,
    /// There is nothing that may be used without asking.
    Missing,
    /// What is there did not do: a token names a key that is not in the set, or a server refused a
    /// token. Whoever can bring that about must not cause a fetch each time.
    Doubted,
}

/// How long a fetch may take, and how often a doubt may cause one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) timeout: Duration,
    pub(crate) cooldown: Duration,
}

/// What is known about the fetches of one source.
#[derive(Debug, Default)]
pub(crate) struct Refresh {
    /// Whether a fetch is under way: until this time, when it must have ended by itself. One that has
    /// not was left behind in a runtime that nobody drives any more.
    running_until: Option<Instant>,
    pub(crate) failures: u32,
    /// Not before this, because the last fetch failed.
    backoff_ends: Option<Instant>,
    /// Not before this for a doubt, however the last fetch for one ended.
    cooldown_ends: Option<Instant>,
}

impl Limits {
    /// When a fetch that begins now has ended by itself, with a second to spare.
    pub(crate) fn end(self) -> Duration {
        self.timeout.saturating_add(Duration::from_secs(1))
    }
}

impl Refresh {
    /// Whether a fetch may start now; notes that it does.
    pub(crate) fn start(&mut self, reason: Reason, now: Instant, limits: Limits) -> bool {
        if self.is_running(now) || !self.may_start(reason, now) {
            return false;
        }
        self.running_until = Some(after(now, limits.end()));
        if reason == Reason::Doubted {
            self.cooldown_ends = Some(after(now, limits.cooldown));
        }
        true
    }

    pub(crate) fn is_running(&self, now: Instant) -> bool {
        self.running_until.is_some_and(|end| now < end)
    }

    /// Whether a fetch for this reason would start now if none were running.
    pub(crate) fn may_start(&self, reason: Reason, now: Instant) -> bool {
        let is_over = |end: Option<Instant>| end.is_none_or(|end| now >= end);
        is_over(self.backoff_ends) && (reason != Reason::Doubted || is_over(self.cooldown_ends))
    }

    pub(crate) fn succeeded(&mut self) {
        self.running_until = None;
        self.failures = 0;
        self.backoff_ends = None;
    }

    /// Notes a failure; returns when the next fetch may start.
    pub(crate) fn failed(&mut self, now: Instant) -> Instant {
        let [first, longest] = BACKOFF;
        let pause = first.saturating_mul(1 << self.failures.min(10)).min(longest);
        self.running_until = None;
        self.failures = self.failures.saturating_add(1);
        let next = after(now, pause.mul_f64(random::between(0.5, 1.0)));
        self.backoff_ends = Some(next);
        next
    }

    /// How long until the next fetch may start.
    #[cfg(feature = "jwks")]
    pub(crate) fn pause(&self, now: Instant) -> Duration {
        self.backoff_ends.map_or(Duration::ZERO, |end| end.saturating_duration_since(now))
    }
}

/// A time that does not overflow.
pub(crate) fn after(now: Instant, duration: Duration) -> Instant {
    now.checked_add(bounded(duration)).unwrap_or(now)
}

/// A duration that can be calculated with.
pub(crate) fn bounded(duration: Duration) -> Duration {
    duration.min(FAR)
}
