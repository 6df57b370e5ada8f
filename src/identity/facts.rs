//! [`Facts`]: what is known about a caller.

use std::{fmt, sync::Arc, time::SystemTime};

use super::Identity;
use crate::{claims::Claims, error::AuthError, permission::Memo};

/// What is known about a caller. Remembered identities share it between requests.
#[derive(Clone)]
pub(crate) struct Facts {
    pub(super) subject: String,
    pub(super) issuer: Option<Arc<str>>,
    pub(super) method: &'static str,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) claims: Claims,
    pub(super) anonymous: bool,
    pub(super) recheck: Option<Recheck>,
    /// What this says about permissions.
    pub(super) memo: Memo,
}

/// Whether an identity still counts, asked while an answer is under way.
pub(crate) type Recheck = Arc<dyn Fn(&Identity) -> Result<(), AuthError> + Send + Sync>;

#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
impl Facts {
    /// What a token says, by whatever method it came.
    pub(crate) const fn of_token(
        method: &'static str,
        issuer: Option<Arc<str>>,
        subject: String,
        expires_at: Option<SystemTime>,
        claims: Claims,
        recheck: Option<Recheck>,
    ) -> Self {
        let memo = Memo::new();
        Self { subject, issuer, method, expires_at, claims, anonymous: false, recheck, memo }
    }
}

#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
impl Facts {
    /// When the credentials end, as time since the Unix epoch; nothing is good before that.
    #[cfg(feature = "cache")]
    pub(crate) fn expires_since_epoch(&self) -> Option<std::time::Duration> {
        let end = self.expires_at?.duration_since(SystemTime::UNIX_EPOCH);
        Some(end.unwrap_or_default())
    }

    /// Bytes of memory, at most.
    pub(crate) fn weight(&self) -> usize {
        // The two counts of the `Arc` that holds it.
        size_of::<Self>() + 2 * size_of::<usize>() + self.subject.capacity() + self.claims.weight()
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("subject", &self.subject).finish_non_exhaustive()
    }
}
