//! How long certificates and revocation lists are good for, as a status and as events.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use super::certificates::Watched;

/// Before the end of a certificate: from when on it is a warning, and from when on an error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    pub(super) warning: Duration,
    pub(super) error: Duration,
}

/// What a certificate is used for.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum CertificateUse {
    /// It is shown to clients: the server's own, or one of its chain.
    Server,
    /// Certificates of clients are held against it.
    ClientAuthority,
    /// It is no certificate, but a list of those that an authority has revoked.
    RevocationList,
}

/// How near the end is.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ExpiryState {
    /// Further away than any window.
    Good,
    /// Within the window of warnings.
    Warning,
    /// Within the window of errors.
    Error,
    /// Ended.
    Expired,
}

/// One certificate or revocation list that a listener uses, and when it ends.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CertificateStatus {
    /// The host that it is for; `None` for the listener's own.
    pub host: Option<String>,
    /// What it is used for.
    pub used_as: CertificateUse,
    /// The subject of a certificate, the issuer of a list.
    pub name: String,
    /// The SHA-256 of the DER in hexadecimal, in lower case and without colons.
    pub fingerprint: String,
    /// When it ends; `None` for a list that names no next one.
    pub end: Option<SystemTime>,
    /// How near that is.
    pub state: ExpiryState,
}

impl Windows {
    /// Warnings and errors 15 and 5 days before the end, as Temporal Cloud sends its mails.
    pub(super) const DEFAULT: Self =
        Self { warning: Duration::from_secs(15 * 86_400), error: Duration::from_secs(5 * 86_400) };

    fn state(self, end: Option<SystemTime>, now: SystemTime) -> ExpiryState {
        let Some(end) = end else {
            return ExpiryState::Good;
        };
        match end.duration_since(now) {
            Err(_) => ExpiryState::Expired,
            Ok(left) if left < self.error => ExpiryState::Error,
            Ok(left) if left < self.warning => ExpiryState::Warning,
            Ok(_) => ExpiryState::Good,
        }
    }

    pub(super) fn status(self, watched: &Watched, now: SystemTime) -> CertificateStatus {
        CertificateStatus {
            host: watched.host.as_deref().map(str::to_owned),
            used_as: watched.used_as,
            name: watched.name.clone(),
            fingerprint: crate::mtls::certificate::hex(&watched.fingerprint),
            end: watched.end,
            state: self.state(watched.end, now),
        }
    }
}

impl CertificateUse {
    /// The word for it in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server certificate",
            Self::ClientAuthority => "client authority",
            Self::RevocationList => "revocation list",
        }
    }
}

impl fmt::Display for CertificateUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
