//! Passwords held against bcrypt hashes, with the same work whoever asks.

use std::{fmt, sync::Arc};

use crate::secret::Secret;

/// bcrypt reads no more than this; longer passwords are refused, after the same work.
const BCRYPT_MAX_BYTES: usize = 72;

/// A stored bcrypt hash: `$2a$`, `$2b$` or `$2y$`.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct PasswordHash {
    text: Arc<str>,
    cost: u32,
}

impl PasswordHash {
    /// Costs outside of this range are refused: bcrypt has none below 4, and one verification at
    /// 18 takes a quarter of a minute.
    const COSTS: std::ops::RangeInclusive<u32> = 4..=18;

    /// Reads a stored hash; the error says what is wrong and quotes nothing.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if text.starts_with("$2x$") {
            return Err("the hash was made by a broken bcrypt ($2x$): set the password anew".into());
        }
        if !["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix)) {
            return Err("the hash is not bcrypt: expected $2a$, $2b$ or $2y$".into());
        }
        let parts: bcrypt::HashParts =
            text.parse().map_err(|error| format!("the hash is damaged: {error}"))?;
        let cost = parts.get_cost();
        if Self::COSTS.contains(&cost) {
            Ok(Self { text: text.into(), cost })
        } else {
            Err(format!("the cost {cost} of the hash is not between 4 and 18"))
        }
    }

    /// A hash that no password matches, of this cost: the work for an unknown user.
    pub(super) fn unmatchable(cost: u32) -> Self {
        let text = format!("$2b${cost:02}${}", ".".repeat(53));
        Self::parse(&text).expect("all bits zero are a salt and a hash")
    }

    pub(super) const fn cost(&self) -> u32 {
        self.cost
    }

    /// Whether the password is the right one. Takes long; call it on a worker thread.
    pub(super) fn verify(&self, password: &Secret) -> bool {
        let password = password.expose();
        let matches = bcrypt::verify(password, &self.text).unwrap_or(false);
        // bcrypt repeats what it is given with a NUL between, so that "a" and "a\0a" are one to it.
        matches & (password.len() <= BCRYPT_MAX_BYTES) & !password.contains(&0)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PasswordHash(bcrypt, cost {})", self.cost)
    }
}
