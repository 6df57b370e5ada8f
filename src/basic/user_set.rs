//! [`UserSet`]: the users of a store at one time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;

use super::{
    Basic, User,
    file::Loaded,
    user::{Stored, name_problem},
    verifier::{PasswordHash, place_of},
};
use crate::{
    config_error::Problems, credentials::Credentials, identity::Identity, permission::RoleRules,
    secret::Secret,
};

/// bcrypt costs that are complained about, and such that are refused.
#[derive(Clone, Copy, Debug)]
pub(super) struct CostFloor {
    pub(super) warned_below: u32,
    pub(super) refused_below: u32,
}

/// Users by name. A set is replaced as a whole; only hashes take each other's place in it.
#[derive(Debug)]
pub(super) struct UserSet {
    entries: HashMap<String, Arc<Entry>>,
    /// Those who have a hash, in a [ring](place_of). They stand in for names that nobody has: so made-up
    /// names cost what real ones do, in the same proportions and as steadily.
    ring: Vec<(u64, Arc<Entry>)>,
    /// That of a name that nobody has. It is another one in each set: somebody may have had it meanwhile.
    generation: u64,
    floor: CostFloor,
    /// Of the file that the users are from.
    pub(super) rules: Option<Arc<RoleRules>>,
    of_file: Vec<String>,
}

/// A user of a set.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) identity: Identity,
    /// What was given, to find out whether something else is given the next time.
    stored: Stored,
    known: ArcSwap<Known>,
    pub(super) is_disabled: bool,
    /// No two entries that differ have the same one.
    pub(super) generation: u64,
    /// Whether nobody else need begin to make a better hash.
    pub(super) rehash_begun: AtomicBool,
}

/// What is known of a password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Known {
    Hash(PasswordHash),
    ClearText(Secret),
}

impl UserSet {
    /// Reads users, and takes over those who have not changed since the last set.
    pub(super) fn read(
        Loaded { users, rules, warnings }: Loaded,
        floor: CostFloor,
        last: Option<&Self>,
        problems: &mut Problems,
    ) -> Self {
        let mut entries = HashMap::with_capacity(users.len());
        for user in users {
            let name = user.name().to_owned();
            let mut problem = |problem| problems.add(format!("user {name:?}: {problem}"));
            if let Some(of_name) = name_problem(&name) {
                problem(of_name);
            }
            let entry = match Entry::read(user, floor) {
                Ok(entry) => entry,
                Err(of_hash) => {
                    problem(of_hash);
                    continue;
                }
            };
            let entry = last.and_then(|last| last.same(&entry)).unwrap_or_else(|| Arc::new(entry));
            if entries.insert(name.clone(), entry).is_some() {
                problem("the name is used twice".to_owned());
            }
        }
        let hashed = entries.values().filter_map(|entry: &Arc<Entry>| match &entry.stored {
            Stored::Hash(text) => Some((place_of(text), Arc::clone(entry))),
            Stored::ClearText(_) => None,
        });
        let mut ring: Vec<_> = hashed.collect();
        ring.sort_unstable_by_key(|(place, _)| *place);
        Self {
            entries,
            ring,
            generation: next_generation(),
            floor,
            rules: rules.map(Arc::new),
            of_file: warnings,
        }
    }

    pub(super) fn entry(&self, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(name)
    }

    pub(super) fn generation(&self, name: &str) -> u64 {
        self.entry(name).map_or(self.generation, |entry| entry.generation)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What is questionable about users who are accepted, and about their file.
    pub(super) fn warnings(&self) -> Vec<String> {
        let low = |(name, entry): (&String, &Arc<Entry>)| {
            let cost =
                entry.hash()?.bcrypt_cost().filter(|cost| *cost < self.floor.warned_below)?;
            let advised = self.floor.warned_below;
            Some(format!("user {name:?}: the cost {cost} is low: {advised} or more is advised"))
        };
        let mut low: Vec<String> = self.entries.iter().filter_map(low).collect();
        low.sort_unstable();
        self.of_file.iter().cloned().chain(low).collect()
    }

    /// What a password of this name is held against: the user's own hash, or one that nothing matches;
    /// none in a store without hashes.
    pub(super) fn work_for(&self, name: &str) -> Option<PasswordHash> {
        if let Some(hash) = self.entry(name).and_then(|entry| entry.hash()) {
            return Some(hash);
        }
        let own = place_of(name);
        let next = self.ring.partition_point(|(place, _)| *place < own);
        let (_, neighbour) = self.ring.get(next).or_else(|| self.ring.first())?;
        neighbour.hash().map(|hash| hash.stand_in())
    }

    /// How many users differ from those of another set, or are in one of the two only.
    pub(super) fn changes_since(&self, last: &Self) -> usize {
        let is_same = |(name, entry): &(&String, &Arc<Entry>)| {
            last.entry(name).is_some_and(|other| other.generation == entry.generation)
        };
        let same = self.entries.iter().filter(is_same).count();
        let gone = last.entries.keys().filter(|name| !self.entries.contains_key(*name)).count();
        self.len() - same + gone
    }

    /// The entry of this set that says the same; it may have a better hash by now.
    fn same(&self, entry: &Entry) -> Option<Arc<Entry>> {
        let own = self.entry(entry.identity.subject())?;
        // The store may have been given the better hash meanwhile.
        let is_known = own.stored == entry.stored || **own.known.load() == **entry.known.load();
        let is_same = is_known
            && own.is_disabled == entry.is_disabled
            && own.identity.claims() == entry.identity.claims();
        is_same.then(|| Arc::clone(own))
    }
}

impl Entry {
    fn read(user: User, floor: CostFloor) -> Result<Self, String> {
        let User { identity, stored, is_disabled } = user;
        let known = match &stored {
            Stored::ClearText(password) => Known::ClearText(password.clone()),
            Stored::Hash(text) => {
                let (hash, least) = (PasswordHash::parse(text)?, floor.refused_below);
                match hash.bcrypt_cost() {
                    Some(cost) if cost < least => {
                        return Err(format!(
                            "the cost {cost} is lower than {least}: set the password anew"
                        ));
                    }
                    _ => Known::Hash(hash),
                }
            }
        };
        Ok(Self {
            identity: identity.established_by(Basic::NAME),
            stored,
            known: ArcSwap::from_pointee(known),
            is_disabled,
            generation: next_generation(),
            rehash_begun: AtomicBool::new(false),
        })
    }

    pub(super) fn known(&self) -> Arc<Known> {
        self.known.load_full()
    }

    fn hash(&self) -> Option<PasswordHash> {
        match &**self.known.load() {
            Known::Hash(hash) => Some(hash.clone()),
            Known::ClearText(_) => None,
        }
    }

    /// Puts a better hash of the same password in the place of one; says whether that was still there.
    ///
    /// It is the same password, so what was remembered of it goes on.
    pub(super) fn replace(&self, old: &PasswordHash, new: &PasswordHash) -> bool {
        let known = self.known();
        let is_old = *known == Known::Hash(old.clone());
        let new = Arc::new(Known::Hash(new.clone()));
        is_old && Arc::ptr_eq(&self.known.compare_and_swap(&known, new), &known)
    }
}

/// No two are the same.
fn next_generation() -> u64 {
    static GENERATIONS: AtomicU64 = AtomicU64::new(0);

    GENERATIONS.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
#[path = "../../tests/unit/user_set.rs"]
mod ring;
