//! Users that are read again: all of them or none, and the last good ones stay.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, SystemTime},
};

use super::{
    User, Users, UsersFile,
    file::Loaded,
    store::Store,
    user_set::{CostFloor, UserSet},
    verifier::Chore,
};
use crate::{
    clock::Clock,
    config_error::{ConfigError, Problems},
    event,
};

/// Where the users of a store come from.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub(super) users: Vec<User>,
    pub(super) file: Option<UsersFile>,
    pub(super) floor: CostFloor,
}

/// What is known about the reading of a file.
pub(super) struct Watch(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    stamp: Option<Stamp>,
    loaded_at: SystemTime,
    failure: Option<(SystemTime, String)>,
}

/// What tells a file from what it was before.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Stamp {
    changed_at: SystemTime,
    bytes: u64,
}

/// A file that has just been written may be written again without looking any newer.
const MAY_CHANGE_UNSEEN: Duration = Duration::from_secs(2);

/// The users of a store and the state of their file, for health endpoints.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UsersStatus {
    /// How many users there are.
    pub users: usize,
    /// When they were read.
    pub loaded_at: SystemTime,
    /// When the file could not be used, and why, if it has not been read well since. No text of this kind
    /// quotes a password or a hash.
    pub failure: Option<(SystemTime, String)>,
    /// What is questionable about the users and their file: hashes of a low cost, keys that nobody reads.
    pub warnings: Vec<String>,
}

impl Source {
    fn load(&self, last: Option<&UserSet>) -> Result<UserSet, ConfigError> {
        let mut loaded = Loaded { users: self.users.clone(), rules: None, warnings: Vec::new() };
        if let Some(file) = &self.file {
            let of_file = file.load()?;
            loaded.users.extend(of_file.users);
            loaded.rules = of_file.rules;
            loaded.warnings.extend(of_file.warnings);
        }
        let mut problems = Problems::default();
        let set = UserSet::read(loaded, self.floor, last, &mut problems);
        problems.finish(set)
    }

    fn stamp(&self) -> Option<Stamp> {
        Stamp::of(self.file.as_ref()?.path())
    }
}

impl Stamp {
    fn of(path: &Path) -> Option<Self> {
        let metadata = fs::metadata(path).ok()?;
        Some(Self { changed_at: metadata.modified().ok()?, bytes: metadata.len() })
    }

    /// Whether the file can be told from what it will be after the next change.
    fn is_settled(&self, now: SystemTime) -> bool {
        now.duration_since(self.changed_at).is_ok_and(|age| age > MAY_CHANGE_UNSEEN)
    }
}

impl Watch {
    /// Reads the users for the first time.
    pub(super) fn start(source: &Source) -> Result<(UserSet, Self), ConfigError> {
        // Looked at before it is read: a change in between is seen the next time.
        let (stamp, now) = (source.stamp(), Clock::system().now());
        let set = source.load(None)?;
        set.warnings().iter().for_each(|warning| event::users_warning(warning));
        let stamp = stamp.filter(|stamp| stamp.is_settled(now));
        Ok((set, Self(Mutex::new(Seen { stamp, loaded_at: now, failure: None }))))
    }

    /// Nothing is left half done where this is held.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Looks at the file from time to time.
    pub(super) fn follow(self: &Arc<Self>, every: Duration) {
        let chore: Weak<Self> = Arc::downgrade(self);
        self.verifier.every(every, chore);
    }

    /// Reads the file if it is not what it was.
    fn look(&self) {
        let stamp = self.source.stamp();
        let mut seen = self.watch.seen();
        if stamp.is_none() || stamp != seen.stamp {
            // What went wrong has been told.
            let _ = self.reload(stamp, &mut seen);
        }
    }

    /// Says how many users have changed.
    fn reload(&self, stamp: Option<Stamp>, seen: &mut Seen) -> Result<usize, ConfigError> {
        let (now, last) = (Clock::system().now(), self.set.load_full());
        seen.stamp = stamp.filter(|stamp| stamp.is_settled(now));
        let set = self.source.load(Some(&last)).inspect_err(|error| {
            let text = error.to_string();
            seen.fail(now, text);
        })?;
        let changed = set.changes_since(&last);
        let warnings = set.warnings();
        if changed > 0 || seen.failure.is_some() || warnings != last.warnings() {
            let path = self.source.file.as_ref().map_or(Path::new(""), UsersFile::path);
            event::users_replaced(path, set.len(), changed, &warnings);
        }
        (seen.failure, seen.loaded_at) = (None, now);
        self.set.store(Arc::new(set));
        Ok(changed)
    }
}

impl Chore for Store {
    fn run(&self) {
        self.look();
    }

    fn has_panicked(&self) {
        let reason = "the reading of the file panicked".to_owned();
        self.watch.seen().fail(Clock::system().now(), reason);
    }
}

impl Seen {
    /// Tells of a failure, once and not at each look.
    fn fail(&mut self, now: SystemTime, reason: String) {
        if self.failure.as_ref().is_none_or(|(_, last)| *last != reason) {
            event::users_failed(&reason);
            self.failure = Some((now, reason));
        }
    }
}

impl Users {
    /// Reads the file now, whether it looks changed or not, and says how many users have changed.
    ///
    /// It reads on this thread: from a signal handler's task, say, or an administrator's endpoint.
    ///
    /// # Errors
    ///
    /// Every mistake of the file; the last good users stay.
    pub fn reload(&self) -> Result<usize, ConfigError> {
        let stamp = self.0.source.stamp();
        self.0.reload(stamp, &mut self.0.watch.seen())
    }

    /// How many users there are, since when, and whether their file can be used.
    #[must_use]
    pub fn status(&self) -> UsersStatus {
        // In this order, so that both are of the same reading.
        let seen = self.0.watch.seen();
        let set = self.0.set.load();
        UsersStatus {
            users: set.len(),
            loaded_at: seen.loaded_at,
            failure: seen.failure.clone(),
            warnings: set.warnings(),
        }
    }
}
