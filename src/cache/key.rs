//! Keys that credentials are remembered by: a keyed hash, never the credentials themselves.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

use zeroize::{Zeroize, Zeroizing};

use crate::{credentials::Credentials, random, tenant::Tenant};

/// Credentials whose judgement can be remembered.
///
/// # Examples
///
/// ```
/// use http::request::Parts;
/// use tower_auth::{AuthError, CacheKey, Credentials, KeyWriter, Secret};
///
/// struct ApiKey(Secret);
///
/// impl Credentials for ApiKey {
///     const NAME: &'static str = "ApiKey";
///
///     fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
///         Ok(parts.headers.get("x-api-key").map(|key| Self(Secret::new(key.as_bytes()))))
///     }
/// }
///
/// impl CacheKey for ApiKey {
///     fn write_key(&self, key: &mut KeyWriter) {
///         key.field(self.0.expose());
///     }
/// }
/// # let _ = ApiKey(Secret::new("k"));
/// ```
#[diagnostic::on_unimplemented(
    message = "the judgement of `{Self}` credentials cannot be remembered",
    note = "implement `CacheKey` for them: write every part that the judgement depends on"
)]
pub trait CacheKey: Credentials {
    /// Writes every part of the credentials that a judgement may depend on. What is left out does
    /// not tell two credentials apart.
    fn write_key(&self, key: &mut KeyWriter);
}

/// Takes the parts of credentials, each with its length, so that no two lists of parts are alike.
pub struct KeyWriter(blake3::Hasher);

impl KeyWriter {
    /// A part.
    pub fn field(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.update(bytes);
    }

    /// The tenant that the request names, or that it names none.
    pub fn tenant(&mut self, tenant: Option<&Tenant>) {
        match tenant {
            Some(tenant) => self.field(tenant.as_str().as_bytes()),
            // No part is as long as this.
            None => self.number(u64::MAX),
        }
    }

    fn number(&mut self, number: u64) {
        self.0.update(&number.to_le_bytes());
    }
}

impl fmt::Debug for KeyWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyWriter(..)")
    }
}

/// A secret of this process, chosen at random.
///
/// With it, what is in memory says nothing about a password to somebody who has only the map.
pub(super) struct ProcessKey(Zeroizing<[u8; 32]>);

/// What is remembered of credentials.
#[derive(Clone, Eq, PartialEq)]
pub(super) struct Remembered(Zeroizing<[u8; 32]>);

impl ProcessKey {
    /// # Panics
    ///
    /// Where the operating system has no randomness to give: a process has no secrets then.
    pub(super) fn random() -> Self {
        let mut key = Zeroizing::new([0; 32]);
        random::fill_secret(&mut *key);
        Self(key)
    }

    /// The key of credentials, as they are judged in this generation of what judges them.
    pub(super) fn of<C: CacheKey>(&self, credentials: &C, generation: u64) -> Remembered {
        let mut writer = KeyWriter(blake3::Hasher::new_keyed(&self.0));
        writer.number(generation);
        writer.field(C::NAME.as_bytes());
        credentials.write_key(&mut writer);
        let key = Remembered(Zeroizing::new(*writer.0.finalize().as_bytes()));
        writer.0.zeroize();
        key
    }
}

impl Hash for Remembered {
    /// Any part of it is as good as the whole.
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0[..8]);
    }
}
