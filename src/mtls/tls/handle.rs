//! [`TlsHandle`]: exchanges the certificates of a listener while it runs, and tells of them.

use std::{fmt, sync::Arc, time::SystemTime};

use super::{TlsListenerBuilder, expiry::CertificateStatus, refresh::Tls};
use crate::config_error::ConfigError;

/// The certificates, authorities and revocation lists of a running [`TlsListener`](crate::TlsListener).
///
/// What is exchanged counts for handshakes that begin from then on; open connections stay. All of it is exchanged or
/// nothing: where any of it cannot be used, what was there before stays, an event says why, and so does
/// [`status`](Self::status).
///
/// # Examples
///
/// ```no_run
/// # async fn serve(listener: tower_auth::TlsListener) {
/// let handle = listener.handle();
/// // On SIGHUP, or at an endpoint for administrators:
/// if let Err(error) = handle.reload() {
///     eprintln!("the old certificates stay: {error}");
/// }
/// for certificate in handle.status().certificates {
///     println!("{} ({}): {:?}", certificate.name, certificate.used_as, certificate.state);
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct TlsHandle(pub(super) Arc<Tls>);

/// What a listener uses, since when, and whether its files can be read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TlsStatus {
    /// When the certificates that are used were read.
    pub loaded_at: SystemTime,
    /// When files and texts were last read through, whatever was in them. Where this stands still for longer
    /// than the refresh interval, a file system hangs.
    pub looked_at: SystemTime,
    /// When something newer could not be used, and why. Files are told of until they can be read again, a
    /// call of [`TlsHandle::replace`] until one goes well. No key is quoted.
    pub failure: Option<(SystemTime, String)>,
    /// Every certificate of every chain and bundle, and every revocation list.
    pub certificates: Vec<CertificateStatus>,
    /// What became of the handshakes.
    pub handshakes: HandshakeCounts,
}

/// What became of the handshakes of a listener since it started.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct HandshakeCounts {
    /// They went well.
    pub completed: u64,
    /// A client hung up, spoke no TLS or was refused.
    pub failed: u64,
    /// They took too long.
    pub timed_out: u64,
    /// They had to make room for others while too many were under way.
    pub displaced: u64,
}

impl TlsHandle {
    /// Reads everything now, and says whether anything was exchanged.
    ///
    /// It reads on this thread, once whoever else is reading is done.
    ///
    /// # Errors
    ///
    /// Every mistake that was found; what was there before stays.
    pub fn reload(&self) -> Result<bool, ConfigError> {
        self.0.reload()
    }

    /// Takes certificates, authorities, revocation lists and hosts from another builder, and reads its
    /// files from now on. Its limits, intervals and clock do not count. It reads as [`reload`](Self::reload)
    /// does.
    ///
    /// # Errors
    ///
    /// Every mistake that was found; what was there before stays.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use tower_auth::{ConfigError, TlsHandle, TlsListener};
    ///
    /// /// For certificates that come from a vault.
    /// fn rotate(handle: &TlsHandle, chain: String, key: String) -> Result<(), ConfigError> {
    ///     let ca = std::path::Path::new("clients-ca.pem");
    ///     handle.replace(TlsListener::builder(chain, key).with_client_ca(ca))
    /// }
    /// # let _ = rotate;
    /// ```
    pub fn replace(&self, other: TlsListenerBuilder) -> Result<(), ConfigError> {
        self.0.replace(other.into_setup())
    }

    /// What is used now, and how long it is good for.
    #[must_use]
    pub fn status(&self) -> TlsStatus {
        let (looked_at, failure) = self.0.reading();
        let loaded = self.0.loaded();
        TlsStatus {
            loaded_at: loaded.at,
            looked_at,
            failure,
            certificates: self.0.certificates(&loaded),
            handshakes: self.0.counts.now(),
        }
    }
}

impl fmt::Debug for TlsHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsHandle").finish_non_exhaustive()
    }
}
