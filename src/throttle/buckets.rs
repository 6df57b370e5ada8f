//! [`Buckets`]: the counts of failed attempts, and of those under way, in tables of fixed size.
//!
//! A table that grew with its keys would be grown by whoever sends enough of them. Here every key is
//! hashed, with a key of this process so that nobody can choose whom to meet, to two of the counts
//! that there are. It is over its quota only when both are, so that it takes two others to be
//! mistaken for it.

use std::{
    convert::Infallible,
    fmt,
    hash::{BuildHasher, Hash, RandomState},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
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

/// The counts that one of the two hashes of a key chooses from. One takes twelve bytes.
const ROW: usize = 65_536;

/// How long to wait where attempts under way may yet turn out to be right.
const SHORTEST_WAIT: Duration = Duration::from_secs(1);

/// Attempts that have failed or are under way, counted for each key.
pub(super) struct Buckets {
    hasher: RandomState,
    // Named in full: what the last type is by default depends on the features of others.
    limiter: RateLimiter<Ask, Table, Elapsed, NoOpMiddleware<Nanos>>,
    under_way: Box<[AtomicU32]>,
    quota: Quota,
}

/// A key, as the places where it is counted.
#[derive(Clone, Copy)]
pub(super) struct Places([usize; 2]);

/// What is asked about one count. The limiter only knows "take one"; the table makes two of that.
#[derive(Clone, Eq, Hash, PartialEq)]
enum Ask {
    /// Whether one could be taken, which takes none.
    Look(usize),
    /// Takes one; where none is left, what is left of one: all is taken until this time.
    Take(usize, u64),
}

impl Buckets {
    pub(super) fn new(quota: Quota, clock: Clock) -> Self {
        let table = Table((0..2 * ROW).map(|_| InMemoryState::default()).collect());
        Self {
            hasher: RandomState::new(),
            limiter: RateLimiter::new(quota, table, Elapsed::of(clock)),
            under_way: (0..2 * ROW).map(|_| AtomicU32::new(0)).collect(),
            quota,
        }
    }

    pub(super) fn places(&self, key: impl Hash) -> Places {
        let hash = self.hasher.hash_one(key);
        let [a, b, c, d, ..] = hash.to_le_bytes();
        let (first, second) = (u16::from_le_bytes([a, b]), u16::from_le_bytes([c, d]));
        Places([usize::from(first), ROW + usize::from(second)])
    }

    /// Whether one more attempt may fail; else how long to wait.
    pub(super) fn look(&self, places: Places) -> Result<(), Duration> {
        self.room(places, self.under_way(places))
    }

    /// As [`look`](Self::look), and the attempt is under way until it [leaves](Self::leave).
    pub(super) fn enter(&self, places: Places) -> Result<(), Duration> {
        // Whoever is refused again and again is not even for a moment in the way of others.
        self.look(places)?;
        for place in places.0 {
            self.under_way[place].fetch_add(1, Ordering::SeqCst);
        }
        // Read after both were raised: of attempts that enter at the same time, the last to do so
        // sees all others in both places, so that never too many are let in.
        let others = self.under_way(places).map(|number| number.saturating_sub(1));
        self.room(places, others).inspect_err(|_| self.leave(places))
    }

    pub(super) fn leave(&self, Places(places): Places) {
        for place in places {
            self.under_way[place].fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// Counts a failure. An attempt under way leaves afterwards, so that it is seen all the time.
    pub(super) fn count(&self, Places(places): Places) {
        let full = self.limiter.clock().now() + self.quota.burst_size_replenished_in();
        for place in places {
            let _ = self.limiter.check_key(&Ask::Take(place, full.as_u64()));
        }
    }

    fn under_way(&self, Places(places): Places) -> [u32; 2] {
        places.map(|place| self.under_way[place].load(Ordering::SeqCst))
    }

    fn room(&self, Places([a, b]): Places, [of_a, of_b]: [u32; 2]) -> Result<(), Duration> {
        let Err(first) = self.room_in(a, of_a) else { return Ok(()) };
        let Err(second) = self.room_in(b, of_b) else { return Ok(()) };
        Err(first.min(second))
    }

    /// Whether one place has room for one more failure, should all that is under way there fail.
    fn room_in(&self, place: usize, under_way: u32) -> Result<(), Duration> {
        // More than the quota holds at any time is not asked for: the sum would not fit its type.
        let all = under_way.checked_add(1).filter(|all| *all <= self.quota.burst_size().get());
        let has_room = all.and_then(NonZeroU32::new).is_some_and(|all| {
            matches!(self.limiter.check_key_n(&Ask::Look(place), all), Ok(Ok(())))
        });
        if has_room {
            return Ok(());
        }
        let failed = self.limiter.check_key(&Ask::Look(place)).err();
        let wait = failed.map(|failed| failed.wait_time_from(self.limiter.clock().now()));
        Err(wait.unwrap_or_default().max(SHORTEST_WAIT))
    }
}

impl fmt::Debug for Buckets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buckets").finish_non_exhaustive()
    }
}

/// For each place the time until which what was taken is paid back.
struct Table(Box<[InMemoryState]>);

impl StateStore for Table {
    type Key = Ask;

    fn measure_and_replace<T, F, E>(&self, ask: &Ask, decide: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        match *ask {
            // An error leaves the count as it is.
            Ask::Look(place) => self.0[place]
                .measure_and_replace(&NotKeyed::NonKey, |paid| Err(decide(paid)))
                .unwrap_or_else(|decided: Result<(T, Nanos), E>| decided.map(|(taken, _)| taken)),
            Ask::Take(place, full) => {
                let taken = self.0[place].measure_and_replace(&NotKeyed::NonKey, |paid| {
                    Ok::<_, Infallible>(match decide(paid) {
                        Ok((taken, paid)) => (Ok(taken), paid),
                        // Others fill this place. A failure that did not count here would count in the
                        // other place only, and the two in turn would let in twice as many.
                        Err(refused) => {
                            (Err(refused), Nanos::from(full).max(paid.unwrap_or_default()))
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
