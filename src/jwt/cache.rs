//! The cache of verified tokens.
//!
//! # Why a hit is as good as a signature check
//!
//! Only [`Verified`] tokens are put in, and the whole token is compared, so a hit is for a token
//! whose signature was found good. An entry carries the generation of the key set that vouched for
//! it, read from the very set that the key was taken from; a hit demands that the source gives that
//! generation now. Sets are never changed and no two share a generation. So whichever way a
//! verification and a rotation interleave, an entry made with the old set stops counting at the
//! moment when readers see the new one, even if it is put in later. The requested tenant is part of
//! what is looked up. Expiry, certificate and revocation are asked anew on each hit.

use std::{
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use papaya::Equivalent;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::{
    bounded::{BoundedMap, Bounds},
    jwt::{Bearer, limits::CacheLimits, verified::Verified},
    tenant::Tenant,
};

/// As much of a token as is hashed: 96 bits of the end of its signature, which nobody can choose.
const HASHED_BYTES: usize = 16;

/// Remembers verified tokens, and lets nobody verify a token that somebody else is verifying.
#[derive(Debug)]
pub(super) struct TokenCache {
    tokens: BoundedMap<TokenKey, Arc<Verified>>,
    flights: Mutex<std::collections::HashMap<Arc<TokenKey>, watch::Receiver<Outcome>>>,
    max_age: Duration,
}

/// What was verified; none while that goes on. Errors are nobody's but the one's who met them: a
/// moment later there may be other keys.
type Outcome = Option<Arc<Verified>>;

/// The requested tenant and the whole token.
#[derive(Debug, Eq)]
struct TokenKey {
    tenant: Option<Tenant>,
    token: Zeroizing<Box<[u8]>>,
}

/// The same, borrowed from credentials.
#[derive(Clone, Copy)]
struct Wanted<'c> {
    tenant: Option<&'c Tenant>,
    token: &'c [u8],
}

/// A verification by this thread that others wait for.
pub(super) struct Flight<'c> {
    cache: &'c TokenCache,
    key: Arc<TokenKey>,
    outcome: watch::Sender<Outcome>,
}

/// Who verifies a token.
pub(super) enum Turn<'c> {
    /// The caller, and it must tell the others.
    Mine(Flight<'c>),
    /// Somebody did meanwhile.
    Done(Arc<Verified>),
    /// Somebody does now.
    Theirs(Waiting),
}

/// Waits for a verification by another thread.
pub(super) struct Waiting(watch::Receiver<Outcome>);

impl TokenCache {
    pub(super) fn new(limits: CacheLimits) -> Self {
        let bounds = Bounds { entries: limits.entries, weight: limits.bytes };
        Self { tokens: BoundedMap::new(bounds), flights: Mutex::default(), max_age: limits.age }
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
        let mut flights = self.flights.lock().unwrap_or_else(PoisonError::into_inner);
        let key = Arc::new(wanted.to_key());
        if let Some(outcome) = flights.get(&key) {
            return Turn::Theirs(Waiting(outcome.clone()));
        }
        // Asked again under the lock: who was in flight a moment ago has landed here.
        let landed = self.tokens.read(&wanted, |verified| {
            verified.still_counts(now, self.max_age).then(|| Arc::clone(verified))
        });
        if let Some(verified) = landed.flatten() {
            return Turn::Done(verified);
        }
        let (outcome, waiting) = watch::channel(None);
        flights.insert(Arc::clone(&key), waiting);
        Turn::Mine(Flight { cache: self, key, outcome })
    }

    /// Entries and bytes.
    pub(super) fn size(&self) -> (usize, usize) {
        self.tokens.size()
    }
}

impl Flight<'_> {
    /// Remembers what was verified and tells those who wait.
    pub(super) fn land(self, verified: Arc<Verified>) -> Arc<Verified> {
        let key = TokenKey::clone(&self.key);
        let weight = key.weight() + verified.weight();
        self.cache.tokens.insert(key, Arc::clone(&verified), weight);
        self.outcome.send_replace(Some(Arc::clone(&verified)));
        verified
    }
}

impl Drop for Flight<'_> {
    /// Whoever waits for a verification that came to nothing begins one of its own.
    fn drop(&mut self) {
        let mut flights = self.cache.flights.lock().unwrap_or_else(PoisonError::into_inner);
        flights.remove(&self.key);
    }
}

impl Waiting {
    /// None where the verification came to nothing.
    pub(super) async fn outcome(mut self) -> Option<Arc<Verified>> {
        let outcome = self.0.wait_for(Option::is_some).await;
        outcome.map_or(None, |outcome| outcome.clone())
    }
}

impl<'c> Wanted<'c> {
    fn of(credentials: &'c Bearer) -> Self {
        Self { tenant: credentials.requested_tenant(), token: credentials.token().expose() }
    }

    fn to_key(self) -> TokenKey {
        TokenKey { tenant: self.tenant.cloned(), token: Zeroizing::new(Box::from(self.token)) }
    }
}

impl TokenKey {
    fn wanted(&self) -> Wanted<'_> {
        Wanted { tenant: self.tenant.as_ref(), token: &self.token }
    }

    fn weight(&self) -> usize {
        let tenant = self.tenant.as_ref().map_or(0, |tenant| tenant.as_str().len());
        let counts = 4 * size_of::<usize>();
        let overhead = BoundedMap::<Self, Arc<Verified>>::ENTRY_OVERHEAD;
        size_of::<Self>() + counts + tenant + self.token.len() + overhead
    }
}

impl Clone for TokenKey {
    fn clone(&self) -> Self {
        self.wanted().to_key()
    }
}

impl PartialEq for TokenKey {
    fn eq(&self, other: &Self) -> bool {
        self.tenant == other.tenant && *self.token == *other.token
    }
}

impl Hash for TokenKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.wanted().hash(state);
    }
}

impl Hash for Wanted<'_> {
    /// By a key of this process (the map's). Two tokens with one end fall together and are then told
    /// apart by the comparison.
    fn hash<H: Hasher>(&self, state: &mut H) {
        if let Some(tenant) = self.tenant {
            tenant.as_str().hash(state);
        }
        state.write(&self.token[self.token.len().saturating_sub(HASHED_BYTES)..]);
    }
}

impl Equivalent<Arc<TokenKey>> for Wanted<'_> {
    fn equivalent(&self, key: &Arc<TokenKey>) -> bool {
        self.tenant == key.tenant.as_ref() && *self.token == **key.token
    }
}
