//! [`PasswordHash`]: a stored hash that passwords are held against.

use std::{fmt, sync::Arc};

#[cfg(feature = "phc")]
use super::phc;
use super::unsupported;
use crate::secret::Secret;

/// bcrypt reads no more than this; longer passwords are refused, after the same work.
pub(super) const BCRYPT_MAX_BYTES: usize = 72;

/// Costs outside of this range are refused: bcrypt has none below 4, and one verification at 18 takes
/// a quarter of a minute.
pub(crate) const COSTS: std::ops::RangeInclusive<u32> = 4..=18;

/// A stored hash: bcrypt, or with the feature `phc` argon2id and scrypt.
#[derive(Clone, Eq, PartialEq)]
pub(crate) struct PasswordHash {
    text: Arc<str>,
    kind: Kind,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Kind {
    Bcrypt {
        cost: u32,
    },
    #[cfg(feature = "phc")]
    Phc,
}

impl PasswordHash {
    /// Reads a stored hash; the error says what is wrong and quotes nothing.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        #[cfg(feature = "phc")]
        if phc::is_phc(text) {
            return phc::check(text).map(|()| Self { text: text.into(), kind: Kind::Phc });
        }
        if !["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix)) {
            return Err(unsupported::problem(text));
        }
        let damaged = |_| "the bcrypt hash is damaged".to_owned();
        let parts: bcrypt::HashParts = text.parse().map_err(damaged)?;
        let cost = parts.get_cost();
        if COSTS.contains(&cost) {
            Ok(Self { text: text.into(), kind: Kind::Bcrypt { cost } })
        } else {
            Err(format!(
                "the cost {cost} of the hash is not between {} and {}",
                COSTS.start(),
                COSTS.end()
            ))
        }
    }

    /// A bcrypt hash that no password matches, of this cost.
    pub(crate) fn unmatchable(cost: u32) -> Self {
        let text = format!("$2b${cost:02}${}", ".".repeat(53));
        Self::parse(&text).expect("all bits zero are a salt and a hash")
    }

    /// A hash that no password matches and that takes the same work: for users who are not there.
    pub(crate) fn stand_in(&self) -> Self {
        match self.kind {
            Kind::Bcrypt { cost } => Self::unmatchable(cost),
            #[cfg(feature = "phc")]
            Kind::Phc => Self { text: phc::unmatchable(&self.text).into(), kind: Kind::Phc },
        }
    }

    /// The cost, if it is a bcrypt hash.
    pub(crate) const fn bcrypt_cost(&self) -> Option<u32> {
        match self.kind {
            Kind::Bcrypt { cost } => Some(cost),
            #[cfg(feature = "phc")]
            Kind::Phc => None,
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the password is the right one. Takes long; call it on a worker thread.
    pub(crate) fn verify(&self, password: &Secret) -> bool {
        let password = password.expose();
        match self.kind {
            Kind::Bcrypt { .. } => {
                let matches = bcrypt::verify(password, &self.text).unwrap_or(false);
                // bcrypt repeats what it is given with a NUL between: "a" and "a\0a" are one to it.
                matches & (password.len() <= BCRYPT_MAX_BYTES) & !password.contains(&0)
            }
            #[cfg(feature = "phc")]
            Kind::Phc => phc::verify(password, &self.text),
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Bcrypt { cost } => write!(f, "PasswordHash(bcrypt, cost {cost})"),
            #[cfg(feature = "phc")]
            Kind::Phc => f.write_str("PasswordHash(phc)"),
        }
    }
}
