//! [`UserSet`]: the users of a store at one time.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use super::{Basic, User, file::Loaded, passwords::PasswordHash, user::Stored};
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

/// Users by name. A set is never changed but replaced.
#[derive(Clone, Debug)]
pub(super) struct UserSet {
    entries: HashMap<String, Arc<Entry>>,
    /// What is worked on for a name that nobody has: one for each user with a hash, in a ring by what
    /// their names hash to. So made-up names cost what real ones do, in the same proportions, and a
    /// name's cost changes only where that of its neighbour does: through restarts and changes of other
    /// users it is as steady as that of a real one.
    stand_ins: Arc<[(u64, PasswordHash)]>,
    /// Of the file that the users are from.
    pub(super) rules: Option<RoleRules>,
    pub(super) warnings: Vec<String>,
}

/// A user of a set.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) identity: Identity,
    pub(super) known: Known,
    pub(super) is_disabled: bool,
    /// No two entries that differ have the same one.
    pub(super) generation: u64,
    /// Whether a new hash is being made already.
    pub(super) is_rehashed: AtomicBool,
}

/// What is known of a password.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Known {
    Hash(PasswordHash),
    ClearText(Secret),
}

impl UserSet {
    /// Reads users, and takes over what has not changed since the last set.
    pub(super) fn read(
        Loaded { users, rules, mut warnings }: Loaded,
        floor: CostFloor,
        last: Option<&Self>,
        problems: &mut Problems,
    ) -> Self {
        let mut entries = HashMap::with_capacity(users.len());
        for User { identity, stored, is_disabled } in users {
            let name = identity.subject().to_owned();
            check_name(&name, problems);
            let known = match stored {
                Stored::ClearText(password) => Some(Known::ClearText(password)),
                Stored::Hash(text) => match read_hash(&text, floor) {
                    Ok((hash, warning)) => {
                        warnings.extend(warning.map(|text| format!("user {name:?}: {text}")));
                        Some(Known::Hash(hash))
                    }
                    Err(problem) => {
                        problems.add(format!("user {name:?}: {problem}"));
                        None
                    }
                },
            };
            let Some(known) = known else { continue };
            let identity = identity.established_by(Basic::NAME);
            let entry = Entry::new(identity, known, is_disabled);
            let entry = last.and_then(|last| last.same(&entry)).unwrap_or_else(|| Arc::new(entry));
            if entries.insert(name.clone(), entry).is_some() {
                problems.add(format!("user {name:?}: the name is used twice"));
            }
        }
        Self::of(entries, rules, warnings)
    }

    pub(super) fn entry(&self, name: &str) -> Option<&Arc<Entry>> {
        self.entries.get(name)
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// What a password of this name is held against; none in a store without hashes.
    pub(super) fn work_for(&self, name: &str) -> Option<&PasswordHash> {
        match self.entries.get(name).map(|entry| &entry.known) {
            Some(Known::Hash(hash)) => Some(hash),
            Some(Known::ClearText(_)) | None => self.stand_in(name),
        }
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

    /// The same set with another hash for a user, unless the user has changed meanwhile.
    ///
    /// It is the same password, so what was remembered of it goes on.
    pub(super) fn with_hash(
        &self,
        name: &str,
        old: &PasswordHash,
        new: &PasswordHash,
    ) -> Option<Self> {
        let entry = self.entry(name).filter(|entry| entry.known == Known::Hash(old.clone()))?;
        let rehashed = Entry {
            generation: entry.generation,
            ..Entry::new(entry.identity.clone(), Known::Hash(new.clone()), entry.is_disabled)
        };
        let mut entries = self.entries.clone();
        entries.insert(name.to_owned(), Arc::new(rehashed));
        Some(Self::of(entries, self.rules.clone(), self.warnings.clone()))
    }

    fn of(
        entries: HashMap<String, Arc<Entry>>,
        rules: Option<RoleRules>,
        warnings: Vec<String>,
    ) -> Self {
        let hashed = entries.iter().filter_map(|(name, entry)| match &entry.known {
            Known::Hash(hash) => Some((place_of(name), hash.stand_in())),
            Known::ClearText(_) => None,
        });
        let mut stand_ins: Vec<_> = hashed.collect();
        stand_ins.sort_unstable_by_key(|(place, _)| *place);
        Self { entries, stand_ins: stand_ins.into(), rules, warnings }
    }

    /// The first one from the name's own place on.
    fn stand_in(&self, name: &str) -> Option<&PasswordHash> {
        let own = place_of(name);
        let next = self.stand_ins.partition_point(|(place, _)| *place < own);
        self.stand_ins.get(next).or_else(|| self.stand_ins.first()).map(|(_, hash)| hash)
    }

    /// The entry of this set that says the same.
    fn same(&self, entry: &Entry) -> Option<Arc<Entry>> {
        let own = self.entry(entry.identity.subject())?;
        let is_same = own.known == entry.known
            && own.is_disabled == entry.is_disabled
            && own.identity.claims() == entry.identity.claims();
        is_same.then(|| Arc::clone(own))
    }
}

impl Entry {
    fn new(identity: Identity, known: Known, is_disabled: bool) -> Self {
        // Nobody has none: that is how a user who is gone differs from one who is there.
        static GENERATIONS: AtomicU64 = AtomicU64::new(1);

        let generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
        Self { identity, known, is_disabled, generation, is_rehashed: AtomicBool::new(false) }
    }
}

/// Where on the ring a name is. Who does not know the names in the store learns nothing by it.
fn place_of(name: &str) -> u64 {
    let hash = blake3::derive_key("tower-auth 2026 work for unknown users", name.as_bytes());
    let (place, _) = hash.split_first_chunk().expect("32 bytes are 8 and more");
    u64::from_le_bytes(*place)
}

fn check_name(name: &str, problems: &mut Problems) {
    if name.contains(|c: char| c == ':' || c.is_control()) {
        problems.add(format!("user {name:?}: a name holds no colon and no control character"));
    }
}

/// A hash, and what is to be said about it.
fn read_hash(text: &str, floor: CostFloor) -> Result<(PasswordHash, Option<String>), String> {
    let hash = PasswordHash::parse(text)?;
    let warning = match hash.bcrypt_cost() {
        Some(cost) if cost < floor.refused_below => {
            return Err(format!(
                "the cost {cost} is lower than {}: set the password anew",
                floor.refused_below
            ));
        }
        Some(cost) if cost < floor.warned_below => {
            Some(format!("the cost {cost} is low: {} or more is advised", floor.warned_below))
        }
        _ => None,
    };
    Ok((hash, warning))
}
