//! [`UsersBuilder`]: which users there are, and how they are treated.

use std::{fmt, sync::Arc};

use arc_swap::ArcSwap;

use super::{
    Passwords, Rehash, User, Users,
    rehash::Replace,
    set::{CostFloor, UserSet},
    users::Store,
};
use crate::config_error::{ConfigError, Problems};

/// Builds [`Users`].
#[derive(Clone)]
#[must_use = "call `build`"]
pub struct UsersBuilder {
    users: Vec<User>,
    floor: CostFloor,
    passwords: Option<Passwords>,
    replace: Option<Replace>,
}

impl UsersBuilder {
    /// bcrypt costs below this are warned of where nothing else is set.
    pub const DEFAULT_WARNING_COST: u32 = 10;

    pub(super) fn new() -> Self {
        let floor = CostFloor { warned_below: Self::DEFAULT_WARNING_COST, refused_below: 0 };
        Self { users: Vec::new(), floor, passwords: None, replace: None }
    }

    /// Adds a user.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds users.
    pub fn users(mut self, users: impl IntoIterator<Item = User>) -> Self {
        self.users.extend(users);
        self
    }

    /// Verifies on these threads, with these bounds; they may be shared with other stores.
    pub fn with_passwords(mut self, passwords: Passwords) -> Self {
        self.passwords = Some(passwords);
        self
    }

    /// Refuses hashes of a lower bcrypt cost.
    pub const fn with_min_cost(mut self, cost: u32) -> Self {
        self.floor.refused_below = cost;
        self
    }

    /// Warns of hashes of a lower bcrypt cost ([`Users::warnings`]). The default is
    /// [`DEFAULT_WARNING_COST`](Self::DEFAULT_WARNING_COST).
    pub const fn with_warning_cost(mut self, cost: u32) -> Self {
        self.floor.warned_below = cost;
        self
    }

    /// Makes a new hash after a login whose stored hash [is outdated](Passwords::is_outdated), and hands
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
    /// or cannot be sent (it holds a colon or a control character); and a system that starts no thread.
    pub fn build(self) -> Result<Users, ConfigError> {
        let mut problems = Problems::default();
        let set = UserSet::read(self.users, self.floor, None, &mut problems);
        let set = problems.finish(set)?;
        let passwords = self.passwords.map_or_else(|| Passwords::builder().build(), Ok)?;
        Ok(Users(Arc::new(Store {
            set: ArcSwap::from_pointee(set),
            passwords,
            replace: self.replace,
        })))
    }
}

impl fmt::Debug for UsersBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UsersBuilder")
            .field("users", &self.users)
            .field("floor", &self.floor)
            .finish_non_exhaustive()
    }
}
