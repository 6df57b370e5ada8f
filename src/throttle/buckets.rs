//! [`Buckets`]: the counts of failed attempts, in a table of fixed size.
//!
//! A table that grew with its keys would be grown by whoever sends enough of them. Here every key is
//! hashed, with a key of this process so that nobody can choose whom to meet, to two of the counts
//! that there are. It is over its quota only when both are, so that it takes two others to be
//! mistaken for it.

use std::{
    convert::Infallible,
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock as _,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed, StateStore},
};

use crate::clock::Clock;

/// The counts that one of the two hashes of a key chooses from. One takes eight bytes.
const ROW: usize = 65_536;

/// Failures of attempts that were let in together are all paid for, but nobody waits for longer.
const LONGEST_WAIT: Duration = Duration::from_secs(3_600);

/// Failed attempts, counted for each key.
pub(super) struct Buckets {
    hasher: RandomState,
    // Named in full: what the last type is by default depends on the features of others.
    limiter: RateLimiter<Ask, Table, Elapsed, NoOpMiddleware<Nanos>>,
    longest: Duration,
}

/// A key, as the places where it is counted.
#[derive(Clone, Copy)]
pub(super) struct Places([usize; 2]);

/// What is asked about one count. The limiter only knows "take one"; the table makes two of that.
#[derive(Clone, Eq, Hash, PartialEq)]
enum Ask {
    /// Whether one could be taken, which takes none.
    Look(usize),
    /// Takes one even where none is left, but none beyond this time.
    Take(usize, u64),
}

impl Buckets {
    pub(super) fn new(quota: Quota, clock: Clock) -> Self {
        let table = Table {
            counts: (0..2 * ROW).map(|_| InMemoryState::default()).collect(),
            cost: quota.replenish_interval().into(),
        };
        Self {
            hasher: RandomState::new(),
            limiter: RateLimiter::new(quota, table, Elapsed::of(clock)),
            longest: LONGEST_WAIT.max(quota.burst_size_replenished_in()),
        }
    }

    pub(super) fn places(&self, key: impl Hash) -> Places {
        let hash = self.hasher.hash_one(key);
        let [a, b, c, d, ..] = hash.to_le_bytes();
        let (first, second) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        Places([usize::from(first), ROW + usize::from(second)])
    }

    /// How long to wait until an attempt is looked at; `None` where it is now.
    pub(super) fn wait(&self, Places(places): Places) -> Option<Duration> {
        let waits = places.map(|place| {
            let refused = self.limiter.check_key(&Ask::Look(place)).err()?;
            Some(refused.wait_time_from(self.limiter.clock().now()))
        });
        let [Some(first), Some(second)] = waits else { return None };
        Some(first.min(second))
    }

    pub(super) fn count(&self, Places(places): Places) {
        let latest = self.limiter.clock().now() + self.longest;
        for place in places {
            let _ = self.limiter.check_key(&Ask::Take(place, latest.as_u64()));
        }
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").finish_non_exhaustive()
    }
}

/// For each place the time until which what was taken is paid back.
struct Table {
    counts: Box<[InMemoryState]>,
    /// The time that pays for one failure.
    cost: Nanos,
}

impl StateStore for Table {
    type Key = Ask;

    fn measure_and_replace<T, F, E>(&self, ask: &Ask, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        match *ask {
            // An error leaves the count as it is.
            Ask::Look(place) => self.counts[place]
                .measure_and_replace(&NotKeyed::NonKey, |paid| Err(decide(paid)))
                .unwrap_or_else(|decided: Result<(T, Nanos), E>| decided.map(|(taken, _)| taken)),
            Ask::Take(place, latest) => {
                let taken = self.counts[place].measure_and_replace(&NotKeyed::NonKey, |paid| {
                    Ok::<_, Infallible>(match decide(paid) {
                        Ok((taken, paid)) => (Ok(taken), paid),
                        // Attempts that were let in together may be more than are left. Were those
                        // beyond forgotten, it would pay to send many at a time.
                        Err(refused) => {
                            let paid = paid.unwrap_or_default();
                            let owed = (paid + self.cost).min(Nanos::from(latest)).max(paid);
                            (Err(refused), owed)
                        }
                    })
                });
                match taken {
                    Ok(taken) => taken,
                    Err(never) => match never {},
                }
            }
        }
    }
}

/// The time since a throttle was made.
struct Elapsed {
    clock: Clock,
    start: Duration,
}

impl Elapsed {
    fn of(clock: Clock) -> Self {
        Self { start: clock.steady(), clock }
    }
}

impl governor::clock::Clock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let elapsed = self.clock.steady().saturating_sub(self.start).as_nanos();
        // Half of the range is 292 years; sums stay within the other half.
        Nanos::from(u64::try_from(elapsed).unwrap_or(u64::MAX).min(u64::MAX / 2))
    }
}
