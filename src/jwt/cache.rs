//! The cache of verified tokens.
//!
//! # Why a hit is as good as a signature check
//!
//! Only [`Verified`] tokens are put in, and the whole token is compared, so a hit is for a token
//! whose signature was found good. An entry carries the generation of the key set that vouched for
//! it, read from the very set that the key was taken from; a hit demands that the source gives that
//! generation now. Sets are never changed and no two share a generation. So whichever way a
//! verification and a rotation interleave, an entry made with the old set stops counting at the
//! moment when readers see the new one, even if it is put in later. Expiry, requested tenant,
//! certificate and revocation are asked anew on each hit.

use std::{
    hash::{Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use papaya::Equivalent;
use zeroize::Zeroizing;

use crate::{
    cache::{self, BoundedMap, CacheLimits, Flights},
    jwt::{Bearer, verified::Verified},
};

/// As much of a token as is hashed: 96 bits of the end of its signature, which nobody can choose.
const HASHED_BYTES: usize = 16;

/// Remembers verified tokens, and lets nobody verify a token that somebody else is verifying.
///
/// Errors are nobody's but the one's who met them: a moment later there may be other keys.
#[derive(Debug)]
pub(super) struct TokenCache {
    tokens: BoundedMap<TokenKey, Arc<Verified>>,
    flights: Flights<TokenKey, Arc<Verified>>,
    max_age: Duration,
}

/// Who verifies a token.
pub(super) type Turn<'c> = cache::Turn<'c, TokenKey, Arc<Verified>>;

/// A verification by this thread that others wait for.
pub(super) type Flight<'c> = cache::Flight<'c, TokenKey, Arc<Verified>>;

/// Waits for a verification by another thread.
pub(super) type Waiting = cache::Waiting<Arc<Verified>>;

/// The whole token.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct TokenKey(Zeroizing<Box<[u8]>>);

/// The same, borrowed from credentials.
#[derive(Clone, Copy)]
struct Wanted<'c>(&'c [u8]);

impl TokenCache {
    pub(super) fn new(limits: CacheLimits) -> Self {
        Self {
            tokens: BoundedMap::new(limits.bounds()),
            flights: Flights::default(),
            max_age: limits.age(),
        }
    }

    /// Looks at what is remembered of a token, if it still counts.
    pub(super) fn read<R>(
        &self,
        credentials: &Bearer,
        now: Duration,
        look: impl FnOnce(&Verified) -> R,
    ) -> Option<R> {
        let read = self.tokens.read(&Wanted::of(credentials), |verified| {
            verified.still_counts(now, self.max_age).then(|| look(verified))
        });
        read.flatten()
    }

    /// Says whose turn it is to verify a token that is not remembered.
    pub(super) fn turn(&self, credentials: &Bearer, now: Duration) -> Turn<'_> {
        let wanted = Wanted::of(credentials);
        self.flights.turn(wanted.to_key(), || {
            let landed = self.tokens.read(&wanted, |verified| {
                verified.still_counts(now, self.max_age).then(|| Arc::clone(verified))
            });
            landed.flatten()
        })
    }

    /// Remembers what was verified and tells those who wait.
    pub(super) fn land(&self, flight: Flight<'_>, verified: Arc<Verified>) -> Arc<Verified> {
        let key = flight.key().clone();
        let weight = key.weight() + verified.weight();
        self.tokens.insert(key, Arc::clone(&verified), weight);
        flight.land(Arc::clone(&verified));
        verified
    }

    /// Entries and bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        self.tokens.size()
    }
}

impl<'c> Wanted<'c> {
    fn of(credentials: &'c Bearer) -> Self {
        Self(credentials.token().expose())
    }

    fn to_key(self) -> TokenKey {
        TokenKey(Zeroizing::new(Box::from(self.0)))
    }
}

impl TokenKey {
    fn weight(&self) -> usize {
        let counts = 4 * size_of::<usize>();
        let overhead = BoundedMap::<Self, Arc<Verified>>::ENTRY_OVERHEAD;
        size_of::<Self>() + counts + self.0.len() + overhead
    }
}

impl Hash for TokenKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Wanted(&self.0).hash(state);
    }
}

impl Hash for Wanted<'_> {
    /// By a key of this process (the map's). Two tokens with one end fall together and are then told
    /// apart by the comparison.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0[self.0.len().saturating_sub(HASHED_BYTES)..]);
    }
}

impl Equivalent<Arc<TokenKey>> for Wanted<'_> {
    fn equivalent(&self, key: &Arc<TokenKey>) -> bool {
        *self.0 == **key.0
    }
}
