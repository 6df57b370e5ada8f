//! Users that are read again: all of them or none, and the last good ones stay.

#[cfg(unix)]
use std::os::unix::fs::MetadataExt;
use std::{
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;

use super::{
    User, Users, UsersFile,
    file::Loaded,
    store::Store,
    user_set::{CostFloor, UserSet},
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
pub(super) struct Watch {
    seen: Mutex<Seen>,
    /// Held by whoever reads the file, which may take as long as a file system likes. Nobody else waits
    /// for it.
    reading: Mutex<()>,
}

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
    /// Where times are set by hand, and all hashes are of one length: which file it is, and when anything
    /// about it has changed.
    #[cfg(unix)]
    file: (u64, u64, i64, i64),
}

/// A file that has just been written may be written again without looking any newer.
const MAY_CHANGE_UNSEEN: Duration = Duration::from_secs(2);

/// More often nobody looks, whatever is set.
const SHORTEST_PAUSE: Duration = Duration::from_millis(1);

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
    /// What is questionable about the users and their file: hashes of a low cost, keys that nobody reads. It
    /// names users, so it is for those who run the service and not for an endpoint that anybody can ask.
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
        Some(Self {
            changed_at: metadata.modified().ok()?,
            bytes: metadata.len(),
            #[cfg(unix)]
            file: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        })
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
        let seen = Mutex::new(Seen { stamp, loaded_at: now, failure: None });
        Ok((set, Self { seen, reading: Mutex::new(()) }))
    }

    /// Puts a set in; says whether the last reading had failed.
    fn succeed(&self, current: &ArcSwap<UserSet>, set: UserSet, seen: Seen) -> bool {
        // A file that may change unseen is read again.
        let stamp = seen.stamp.filter(|stamp| stamp.is_settled(seen.loaded_at));
        let mut last = self.seen();
        // Under the lock, so that the status is of one reading.
        current.store(Arc::new(set));
        std::mem::replace(&mut *last, Seen { stamp, ..seen }).failure.is_some()
    }

    /// Tells of a failure, once and not at each look. What stands in the way may go without the file being
    /// another one, so it is read again at the next look.
    fn fail(&self, reason: &str) {
        let mut seen = self.seen();
        seen.stamp = None;
        if seen.failure.as_ref().is_some_and(|(_, last)| last == reason) {
            return;
        }
        seen.failure = Some((Clock::system().now(), reason.to_owned()));
        // Who hears of it may ask for the status.
        drop(seen);
        event::users_failed(reason);
    }

    /// Nothing is left half done where this is held.
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Looks at the file from time to time, on a thread of its own: a file system that hangs holds up
    /// nobody who logs in. The thread ends with the store.
    pub(super) fn follow(self: &Arc<Self>, every: Duration) -> io::Result<()> {
        let (store, every): (Weak<Self>, _) = (Arc::downgrade(self), every.max(SHORTEST_PAUSE));
        let look = move || {
            while let Some(store) = store.upgrade() {
                store.look();
                drop(store);
                thread::park_timeout(every);
            }
        };
        thread::Builder::new().name("tower-auth-users".to_owned()).spawn(look).map(drop)
    }

    /// Reads the file if it is not what it was. What goes wrong is told, and the thread lives on.
    fn look(&self) {
        let looked = catch_unwind(AssertUnwindSafe(|| {
            let stamp = self.source.stamp();
            if stamp.is_none() || stamp != self.watch.seen().stamp {
                let _ = self.reload(stamp);
            }
        }));
        if looked.is_err() {
            self.watch.fail("the reading of the file panicked");
        }
    }

    /// Says how many users have changed.
    fn reload(&self, stamp: Option<Stamp>) -> Result<usize, ConfigError> {
        let _reading = self.watch.reading.lock().unwrap_or_else(PoisonError::into_inner);
        let (now, last) = (Clock::system().now(), self.set.load_full());
        let set = match self.source.load(Some(&last)) {
            Ok(set) => set,
            Err(error) => {
                self.watch.fail(&error.to_string());
                return Err(error);
            }
        };
        let (changed, users, warnings) = (set.changes_since(&last), set.len(), set.warnings());
        let seen = Seen { stamp, loaded_at: now, failure: None };
        let had_failed = self.watch.succeed(&self.set, set, seen);
        if changed > 0 || had_failed || warnings != last.warnings() {
            let path = self.source.file.as_ref().map_or(Path::new(""), UsersFile::path);
            event::users_replaced(path, users, changed, &warnings);
        }
        Ok(changed)
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
        self.0.reload(self.0.source.stamp())
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

#[cfg(test)]
#[path = "../../tests/unit/watch.rs"]
mod watch;
