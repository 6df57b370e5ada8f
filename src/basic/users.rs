//! [`Users`]: names and password hashes, held in memory.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use arc_swap::ArcSwap;

use crate::{
    authenticator::Authenticator,
    basic::{
        Basic, Passwords, Rehash, UsersBuilder,
        passwords::PasswordHash,
        rehash::Replace,
        reload::{Source, Watch},
        set::{Entry, Known, UserSet},
    },
    error::AuthError,
    identity::Identity,
    secret::Secret,
};

/// Users with password hashes, held in memory: an [`Authenticator`] of [`Basic`] credentials.
///
/// Passwords are verified by [`Passwords`]: on threads of their own, with bounded work, refused as
/// [`Overloaded`](crate::AuthErrorKind::Overloaded) beyond that.
///
/// # Equal work
///
/// A name that nobody has costs the work of a user of the store, chosen by the name: always the same
/// one for the same name, through restarts too, and all of them in the proportions in which they are
/// there. So does a user with a clear-text password. A user who is disabled, and a password that
/// bcrypt cannot tell from others (more than 72 bytes, or a NUL in it), cost what a wrong password
/// costs. All of them are answered alike.
///
/// # Examples
///
/// ```
/// use tower_auth::{BasicAuthLayer, User, Users};
///
/// // htpasswd -nbBC 10 alice wonderland
/// let users = Users::builder()
///     .user(
///         User::new("alice", "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6")
///             .with_claim("tenant", "acme")
///             .with_claim("roles", vec!["editor"]),
///     )
///     .build()?;
///
/// let layer = BasicAuthLayer::new(users);
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Users(pub(super) Arc<Store>);

pub(super) struct Store {
    pub(super) set: ArcSwap<UserSet>,
    pub(super) source: Source,
    pub(super) watch: Watch,
    pub(super) passwords: Passwords,
    pub(super) replace: Option<Replace>,
}

impl Users {
    /// Starts a store without users.
    pub fn builder() -> UsersBuilder {
        UsersBuilder::new()
    }

    /// How many users there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.set.load().len()
    }

    /// Whether there is no user.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is questionable about users that are accepted: hashes of a low cost, say. No text quotes
    /// a hash.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        self.0.set.load().warnings.clone()
    }

    /// The threads that verify, to share them with another store or to see what is under way.
    #[must_use]
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }
}

impl Authenticator<Basic> for Users {
    async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
        let (name, password) = (credentials.username(), credentials.password());
        let (entry, hash) = self.0.look_up(name);
        let matches = match hash {
            Some(hash) => self.0.passwords.holds(name, hash, password).await?,
            None => false,
        };
        let entry = entry.ok_or_else(|| AuthError::invalid("the user is unknown"))?;
        let matches = match &entry.known {
            Known::Hash(_) => matches,
            Known::ClearText(own) => own == password,
        };
        if !matches {
            return Err(AuthError::invalid("the password is wrong"));
        }
        if entry.is_disabled {
            return Err(AuthError::invalid("the user is disabled"));
        }
        // It may have waited for long.
        if self.0.generation(name) != entry.generation {
            return Err(AuthError::invalid("the user has been changed meanwhile"));
        }
        Store::rehash(&self.0, &entry, password);
        Ok(entry.identity.clone())
    }

    fn generation(&self, credentials: &Basic) -> u64 {
        self.0.generation(credentials.username())
    }
}

impl Store {
    fn look_up(&self, name: &str) -> (Option<Arc<Entry>>, Option<PasswordHash>) {
        let set = self.set.load();
        (set.entry(name).cloned(), set.work_for(name).cloned())
    }

    /// None for a name that nobody has.
    fn generation(&self, name: &str) -> u64 {
        self.set.load().entry(name).map_or(0, |entry| entry.generation)
    }

    /// Sees to it that an outdated hash is replaced when there is time.
    fn rehash(this: &Arc<Self>, entry: &Arc<Entry>, password: &Secret) {
        let (Some(replace), Known::Hash(old)) = (&this.replace, &entry.known) else { return };
        if !this.passwords.wants_rehash(old) || entry.is_rehashed.swap(true, Ordering::Relaxed) {
            return;
        }
        // The thread that makes the hash must not keep the store, and so itself, alive.
        let (store, of_job) = (Arc::downgrade(this), Arc::clone(entry));
        let (replace, old) = (Arc::clone(replace), old.clone());
        let is_begun = this.passwords.rehash(password.clone(), move |new| {
            let name = of_job.identity.subject();
            let is_replaced = new.is_some_and(|new| {
                replace(&Rehash::new(name, &old, &new))
                    && store.upgrade().is_some_and(|store| store.put(name, &old, &new))
            });
            of_job.is_rehashed.store(is_replaced, Ordering::Relaxed);
        });
        if !is_begun {
            entry.is_rehashed.store(false, Ordering::Relaxed);
        }
    }

    /// Whether it was still the old hash that was replaced.
    fn put(&self, name: &str, old: &PasswordHash, new: &PasswordHash) -> bool {
        let before = self.set.rcu(|set| match set.with_hash(name, old, new) {
            Some(changed) => Arc::new(changed),
            None => Arc::clone(set),
        });
        before.entry(name).is_some_and(|entry| entry.known == Known::Hash(old.clone()))
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users")
            .field("users", &self.len())
            .field("passwords", &self.0.passwords)
            .finish_non_exhaustive()
    }
}
