//! [`Rehash`]: a better hash of a password that has just been used.

use std::{fmt, sync::Arc};

use super::verifier::PasswordHash;

/// Replaces a stored hash, if it is still the one that is named; says whether it did.
pub(super) type Replace = Arc<dyn Fn(&Rehash) -> bool + Send + Sync>;

/// A better hash of a password that has just been used, for the store that the old one is from.
///
/// The store must compare and set: a password that was changed meanwhile must stay as it is.
/// `Debug` shows neither hash.
///
/// # Examples
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use tower_auth::{PasswordVerifier, Rehash, User, Users};
///
/// # let old = "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6";
/// // update accounts set hash = $new where name = $user and hash = $old
/// let column = Arc::new(Mutex::new(old.to_owned()));
/// let replace = move |rehash: &Rehash| {
///     let mut hash = column.lock().unwrap();
///     let is_the_same = *hash == rehash.old_hash();
///     if is_the_same {
///         *hash = rehash.new_hash().to_owned();
///     }
///     is_the_same
/// };
/// let users = Users::builder()
///     .user(User::new("alice", old))
///     .with_verifier(PasswordVerifier::builder().with_cost(12).build()?)
///     .with_rehash(replace)
///     .build()?;
/// # let _ = users;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
pub struct Rehash {
    user: String,
    old_hash: PasswordHash,
    new_hash: PasswordHash,
}

impl Rehash {
    pub(super) fn new(user: &str, old: &PasswordHash, new: &PasswordHash) -> Self {
        Self { user: user.to_owned(), old_hash: old.clone(), new_hash: new.clone() }
    }

    /// The name of the user.
    #[must_use]
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The hash that is to be replaced.
    #[must_use]
    pub fn old_hash(&self) -> &str {
        self.old_hash.as_str()
    }

    /// The hash that is to take its place.
    #[must_use]
    pub fn new_hash(&self) -> &str {
        self.new_hash.as_str()
    }
}

impl fmt::Debug for Rehash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rehash").field("user", &self.user).finish_non_exhaustive()
    }
}
