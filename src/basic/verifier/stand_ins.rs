//! Which user a name that nobody has is taken for, as far as work goes.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::PasswordHash;

/// A place on a ring of users, each with a hash of a password. The next user from the place of a name on
/// stands in for that name if nobody has it: always the same one, through restarts too, and another one
/// only where a neighbour comes or goes.
///
/// Users are where their stored hashes say, salt included, which nobody outside knows: by their names
/// anybody could find out which made-up names have them for a neighbour, and so whether they are there.
pub(crate) fn place_of(text: &str) -> u64 {
    let hash = blake3::derive_key("tower-auth 2026 work for unknown users", text.as_bytes());
    let (place, _) = hash.split_first_chunk().expect("32 bytes are 8 and more");
    u64::from_le_bytes(*place)
}

/// So many users are kept of a store that is not known as a whole: enough to have its proportions.
const MOST_SEEN: usize = 1024;

/// The hashes of users who were there.
#[derive(Debug, Default)]
pub(super) struct Seen(Mutex<BTreeMap<u64, PasswordHash>>);

impl Seen {
    pub(super) fn add(&self, hash: &PasswordHash) {
        let (place, mut ring) = (place_of(hash.as_str()), self.ring());
        if ring.len() < MOST_SEEN {
            ring.entry(place).or_insert_with(|| hash.stand_in());
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
