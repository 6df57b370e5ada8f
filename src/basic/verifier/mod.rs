//! [`PasswordVerifier`]: holds passwords against stored hashes, on threads of their own, with the same work
//! whoever asks.

mod builder;
mod hash;
#[cfg(feature = "phc")]
mod phc;
mod pool;
mod stand_ins;
mod status;
mod unsupported;

use std::{fmt, sync::Arc};

pub use self::{
    builder::PasswordVerifierBuilder,
    status::{PasswordSample, VerifierStatus},
};
use self::{hash::BCRYPT_MAX_BYTES, pool::Pool, stand_ins::Seen};
pub(super) use self::{
    hash::{COSTS, PasswordHash},
    stand_ins::place_of,
    status::Metrics,
};
use crate::{basic::Basic, error::AuthError, secret::Secret};

/// Verifies passwords, for a store of users of your own: bounded work, and the same for users who are
/// not there.
///
/// Hashing is slow on purpose, so it is done on threads of its own, never on those of the async
/// runtime. The threads, the queue in front of them and what one user may have under way are bounded;
/// beyond that a request is refused as [`Overloaded`](crate::AuthErrorKind::Overloaded) at once. A
/// request that is cancelled while it waits gives its place back. Clones share threads and queue: one
/// `PasswordVerifier` serves a whole process.
///
/// Hashes are bcrypt (`$2a$`, `$2b$`, `$2y$`), and with the feature `phc` argon2id and scrypt in the
/// PHC string format. bcrypt reads 72 bytes and stops at a NUL: longer passwords, and those with a
/// NUL, are refused after the same work.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, Authenticator, Basic, Identity, PasswordVerifier};
///
/// struct Accounts {
///     passwords: PasswordVerifier,
/// }
///
/// impl Authenticator<Basic> for Accounts {
///     async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
///         let account = find(credentials.username()).await.map_err(AuthError::unavailable)?;
///         // Asked in any case, so that nobody can tell by the time whether there is an account.
///         self.passwords.verify(&credentials, account.as_deref()).await?;
///         Ok(Identity::new(credentials.username()))
///     }
/// }
///
/// # async fn find(_: &str) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// # let _ = Accounts { passwords: PasswordVerifier::builder().build()? };
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct PasswordVerifier(Arc<Inner>);

/// The scope of those who ask [`PasswordVerifier::verify`].
const OWN_STORE: u64 = 0;

struct Inner {
    pool: Pool,
    cost: u32,
    /// What users cost who are not there.
    seen: Seen,
}

impl PasswordVerifier {
    /// How many passwords may wait for a thread where no other number is set.
    pub const DEFAULT_QUEUE: usize = 64;

    /// How many passwords of one user may be under way where no other number is set.
    pub const DEFAULT_MAX_PER_USER: usize = 8;

    /// The cost of new bcrypt hashes where no other is set.
    pub const DEFAULT_COST: u32 = 12;

    /// Starts with the defaults.
    pub fn builder() -> PasswordVerifierBuilder {
        PasswordVerifierBuilder::new()
    }

    /// Holds the password against the stored hash; without one, against a hash that nothing matches.
    ///
    /// The work for a user who is not there, and for a hash that is damaged, is that of one of the first
    /// thousand users who were, chosen by the name: always the same one for the same name. Before anybody
    /// was there it is that of the [cost](PasswordVerifierBuilder::with_cost) that is set. So names that
    /// nobody has cost what real ones do, in about the same proportions, also where a store has hashes of
    /// several costs. It takes some logins after the start until that is so.
    ///
    /// # Errors
    ///
    /// `InvalidCredentials` where the password is wrong, the hash damaged or there is none;
    /// `Overloaded` where too much is under way.
    pub async fn verify(&self, credentials: &Basic, stored: Option<&str>) -> Result<(), AuthError> {
        let name = credentials.username();
        let (hash, refusal) = match stored.map(PasswordHash::parse) {
            Some(Ok(hash)) => {
                self.0.seen.add(&hash);
                (hash, None)
            }
            Some(Err(_)) => (self.stand_in(name), Some("the stored hash cannot be used")),
            None => (self.stand_in(name), Some("the user is unknown")),
        };
        let matches = self.holds(OWN_STORE, name, Some(hash), credentials.password()).await?;
        match refusal {
            Some(reason) => Err(AuthError::invalid(reason)),
            None if matches => Ok(()),
            None => Err(AuthError::invalid("the password is wrong")),
        }
    }

    /// A new bcrypt hash, for a password that is set or for one whose hash [is
    /// outdated](Self::is_outdated).
    ///
    /// # Errors
    ///
    /// `InvalidCredentials` for a password of more than 72 bytes or with a NUL in it, which bcrypt
    /// cannot tell from others; `Overloaded` where too much is under way.
    pub async fn hash(&self, username: &str, password: &Secret) -> Result<String, AuthError> {
        let (cost, password) = (self.0.cost, password.clone());
        let hashed =
            self.0.pool.run((OWN_STORE, username), move || new_hash(&password, cost)).await?;
        hashed.ok_or_else(|| AuthError::invalid("bcrypt takes up to 72 bytes and no NUL"))
    }

    /// Whether a stored hash is bcrypt of a lower cost than new hashes have.
    #[must_use]
    pub fn is_outdated(&self, stored: &str) -> bool {
        PasswordHash::parse(stored).is_ok_and(|hash| self.wants_rehash(&hash))
    }

    /// What is under way.
    #[must_use]
    pub fn status(&self) -> VerifierStatus {
        VerifierStatus::new(self.0.pool.workers(), self.0.pool.counts())
    }

    /// Names count for one scope: what a client does to a name of one store does nothing to that of another.
    pub(super) async fn holds(
        &self,
        scope: u64,
        username: &str,
        hash: Option<PasswordHash>,
        password: &Secret,
    ) -> Result<bool, AuthError> {
        let password = password.clone();
        self.0
            .pool
            .run((scope, username), move || hash.is_some_and(|hash| hash.verify(&password)))
            .await
    }

    pub(super) fn wants_rehash(&self, hash: &PasswordHash) -> bool {
        hash.bcrypt_cost().is_some_and(|cost| cost < self.0.cost)
    }

    /// Hands a new hash over when there is time to make one.
    pub(super) fn rehash(
        &self,
        password: Secret,
        then: impl FnOnce(Option<PasswordHash>) + Send + 'static,
    ) {
        let cost = self.0.cost;
        self.0.pool.run_if_idle(move || {
            let text = new_hash(&password, cost);
            then(text.and_then(|text| PasswordHash::parse(&text).ok()));
        });
    }

    fn stand_in(&self, name: &str) -> PasswordHash {
        self.0.seen.stand_in(name).unwrap_or_else(|| PasswordHash::unmatchable(self.0.cost))
    }
}

fn new_hash(password: &Secret, cost: u32) -> Option<String> {
    let bytes = password.expose();
    let is_told_apart = bytes.len() <= BCRYPT_MAX_BYTES && !bytes.contains(&0);
    is_told_apart.then(|| bcrypt::hash(bytes, cost).ok()).flatten()
}

impl fmt::Debug for PasswordVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordVerifier")
            .field("pool", &self.0.pool)
            .field("cost", &self.0.cost)
            .finish_non_exhaustive()
    }
}
