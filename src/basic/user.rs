//! [`User`]: a name, a secret to hold passwords against, and claims.

use std::fmt;

use serde_json::Value;

use crate::{identity::Identity, secret::Secret};

/// One user of [`Users`](crate::Users): a name, a password hash, and claims for the identity.
///
/// `Debug` shows neither hash nor password.
#[derive(Clone, Debug)]
#[must_use]
pub struct User {
    pub(super) identity: Identity,
    pub(super) stored: Stored,
    pub(super) is_disabled: bool,
}

/// What the store has of a password, as it was given.
#[derive(Clone, Eq, PartialEq)]
pub(super) enum Stored {
    Hash(String),
    ClearText(Secret),
}

impl User {
    /// A user with a password hash: bcrypt (`$2a$`, `$2b$` or `$2y$`, of a cost from 4 to 18), and with the
    /// feature `phc` argon2id and scrypt.
    pub fn new(name: impl Into<String>, password_hash: impl Into<String>) -> Self {
        Self::of(name, Stored::Hash(password_hash.into()))
    }

    /// A user whose password is stored as it is.
    ///
    /// Whoever reads the store, a backup of it or the memory of the process has the password. It is
    /// compared in constant time, and only after the work that a hash of the store would cost. A store with
    /// no hash at all does no such work: guesses then cost next to nothing.
    pub fn danger_with_clear_text_password(
        name: impl Into<String>,
        password: impl Into<Secret>,
    ) -> Self {
        Self::of(name, Stored::ClearText(password.into()))
    }

    /// Adds a claim to the identity: a tenant, roles, a department.
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.identity = self.identity.with_claim(name, value);
        self
    }

    /// Refuses the user, after the same work and with the same answer as for a wrong password.
    pub const fn disabled(mut self) -> Self {
        self.is_disabled = true;
        self
    }

    /// The name, which is the user-id that clients send.
    #[must_use]
    pub fn name(&self) -> &str {
        self.identity.subject()
    }

    fn of(name: impl Into<String>, stored: Stored) -> Self {
        Self { identity: Identity::new(name), stored, is_disabled: false }
    }
}

/// What is wrong with a name, if anything is: it could not be sent (RFC 7617, section 2).
pub(super) fn name_problem(name: &str) -> Option<String> {
    let problem = if name.is_empty() {
        "the name is empty"
    } else if name.contains(|c: char| c == ':' || c.is_control()) {
        "a name holds no colon and no control character"
    } else {
        return None;
    };
    Some(problem.to_owned())
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Hash(_) => "Hash(..)",
            Self::ClearText(_) => "ClearText(..)",
        })
    }
}
