//! [`UsersBuilder`]: which users there are, and how they are treated.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::ArcSwap;

use super::{
    PasswordVerifier, Rehash, User, Users, UsersFile,
    rehash::Replace,
    reload::{Source, Watch},
    store::Store,
    user_set::CostFloor,
};
use crate::config_error::ConfigError;

/// Builds [`Users`].
#[derive(Clone)]
#[must_use = "call `build`"]
pub struct UsersBuilder {
    source: Source,
    reload_every: Option<Duration>,
    verifier: Option<PasswordVerifier>,
    replace: Option<Replace>,
}

impl UsersBuilder {
    /// bcrypt costs below this are warned of where nothing else is set.
    pub const DEFAULT_WARNING_COST: u32 = 10;

    /// How often a file is looked at where nothing else is set.
    pub const DEFAULT_RELOAD: Duration = Duration::from_secs(5);

    pub(super) fn new() -> Self {
        let floor = CostFloor { warned_below: Self::DEFAULT_WARNING_COST, refused_below: 0 };
        Self {
            source: Source { users: Vec::new(), file: None, floor },
            reload_every: Some(Self::DEFAULT_RELOAD),
            verifier: None,
            replace: None,
        }
    }

    /// Adds a user.
    pub fn user(mut self, user: User) -> Self {
        self.source.users.push(user);
        self
    }

    /// Adds users.
    pub fn users(mut self, users: impl IntoIterator<Item = User>) -> Self {
        self.source.users.extend(users);
        self
    }

    /// Adds the users of a file, and follows it: when it changes it is read again, and what was remembered
    /// of users who have changed counts no more.
    ///
    /// A file that cannot be used is an error here. Later the last good users stay, which an event and
    /// [`Users::status`] tell. Replace the file as a whole (`mv`), so that nobody reads half of it.
    pub fn file(mut self, file: UsersFile) -> Self {
        self.source.file = Some(file);
        self
    }

    /// Sets how often the file is looked at. The default is [`DEFAULT_RELOAD`](Self::DEFAULT_RELOAD).
    ///
    /// One thread for the store and all its clones asks for the time of the last change and reads the file
    /// where that is another one. [`Users::reload`] does it at once.
    pub const fn with_reload_every(mut self, every: Duration) -> Self {
        self.reload_every = Some(every);
        self
    }

    /// Reads the file once, and again when [`Users::reload`] is called.
    pub const fn without_reload(mut self) -> Self {
        self.reload_every = None;
        self
    }

    /// Verifies on these threads, with these bounds; they may be shared with other stores.
    pub fn with_verifier(mut self, verifier: PasswordVerifier) -> Self {
        self.verifier = Some(verifier);
        self
    }

    /// Refuses hashes of a lower bcrypt cost.
    pub const fn with_min_cost(mut self, cost: u32) -> Self {
        self.source.floor.refused_below = cost;
        self
    }

    /// Warns of hashes of a lower bcrypt cost ([`UsersStatus::warnings`](crate::UsersStatus::warnings)). The default is
    /// [`DEFAULT_WARNING_COST`](Self::DEFAULT_WARNING_COST).
    pub const fn with_warning_cost(mut self, cost: u32) -> Self {
        self.source.floor.warned_below = cost;
        self
    }

    /// Makes a new hash after a login whose stored hash [is outdated](PasswordVerifier::is_outdated), and hands
    /// it to `replace`, which puts it in the place of the old one if that is still there and says
    /// whether it did; see [`Rehash`].
    ///
    /// The login does not wait for that, and no failure of it is the login's. `replace` is called on a
    /// thread that verifies passwords: it may wait for a database, and others wait for it meanwhile.
    /// When the queue is half full no hash is made; the next login tries again.
    pub fn with_rehash(
        mut self,
        replace: impl Fn(&Rehash) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.replace = Some(Arc::new(replace));
        self
    }

    /// Checks all users and starts the threads.
    ///
    /// # Errors
    ///
    /// Every hash that is of no known kind, damaged or of too low a cost; every name that is used twice
    /// or cannot be sent (it holds a colon or a control character); every mistake of the file; a pause of
    /// no length between two looks at it; and a system that starts no thread.
    pub fn build(self) -> Result<Users, ConfigError> {
        let every = self.reload_every.filter(|_| self.source.file.is_some());
        if every.is_some_and(|every| every.is_zero()) {
            return Err(ConfigError::new(
                "`with_reload_every` leaves no pause: use `without_reload`",
            ));
        }
        let (set, watch) = Watch::start(&self.source)?;
        let verifier = self.verifier.map_or_else(|| PasswordVerifier::builder().build(), Ok)?;
        let store = Arc::new(Store {
            set: ArcSwap::from_pointee(set),
            source: self.source,
            watch,
            verifier,
            scope: next_scope(),
            replace: self.replace,
        });
        if let Some(every) = every {
            let problem =
                |error| ConfigError::new(format!("no thread to follow the file: {error}"));
            store.follow(every).map_err(problem)?;
        }
        Ok(Users(store))
    }
}

/// No two stores have the same; 0 is that of stores of others.
fn next_scope() -> u64 {
    static SCOPES: AtomicU64 = AtomicU64::new(1);

    SCOPES.fetch_add(1, Ordering::Relaxed)
}

impl fmt::Debug for UsersBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsersBuilder")
            .field("source", &self.source)
            .field("reload_every", &self.reload_every)
            .finish_non_exhaustive()
    }
}
