//! Which user a name that nobody has is taken for, as far as work goes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::PasswordHash;

/// Where on a ring a name is. The next user on the ring stands in for a name that nobody has: always the
/// same one, through restarts too, and another one only where a neighbour comes or goes. Who does not
/// know the names in a store learns nothing by it.
pub(crate) fn place_of(name: &str) -> u64 {
    let hash = blake3::derive_key("tower-auth 2026 work for unknown users", name.as_bytes());
    let (place, _) = hash.split_first_chunk().expect("32 bytes are 8 and more");
    u64::from_le_bytes(*place)
}

/// So many users are kept of a store that is not known as a whole: enough to have its proportions.
const MOST_SEEN: usize = 1024;

/// The hashes of users who were there.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<BTreeMap<u64, PasswordHash>>);

impl Seen {
    pub(super) fn add(&self, name: &str, hash: &PasswordHash) {
        let (place, mut ring) = (place_of(name), self.ring());
        if ring.len() < MOST_SEEN || ring.contains_key(&place) {
            ring.insert(place, hash.stand_in());
        }
    }

    pub(super) fn stand_in(&self, name: &str) -> Option<PasswordHash> {
        let ring = self.ring();
        let next = ring.range(place_of(name)..).next().or_else(|| ring.first_key_value());
        next.map(|(_, hash)| hash.clone())
    }

    /// Nothing is left half done where this is held.
    fn ring(&self) -> MutexGuard<'_, BTreeMap<u64, PasswordHash>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
