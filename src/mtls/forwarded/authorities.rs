//! [`ForwardedAuthorities`]: who must have signed a forwarded certificate.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use rustls_pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::{CertificateError, Error};

use super::read::Der;
use crate::{
    config_error::{ConfigError, Problems},
    error::AuthError,
    mtls::{
        authorities::{self, Verifier},
        revocation,
    },
};

/// The authorities that must have signed a forwarded certificate, held against it on every request, by
/// the rules that a TLS handshake would hold it against. Clones share them.
///
/// Revocation lists change every day: [`replace`](Self::replace) exchanges the authorities and their lists
/// while requests come. A request sees those from before or those from after it.
///
/// # Examples
///
/// ```
/// use tower_auth::ForwardedAuthorities;
///
/// let error = ForwardedAuthorities::from_pem("no certificate in it").unwrap_err();
/// assert!(error.to_string().contains("no certificate"), "{error}");
/// ```
#[derive(Clone)]
#[must_use]
pub struct ForwardedAuthorities(Arc<ArcSwap<Verifier>>);

impl ForwardedAuthorities {
    /// Authorities in PEM, each of them trusted.
    ///
    /// # Errors
    ///
    /// PEM that is damaged or holds no certificate, a certificate that cannot be an authority's, and a
    /// revocation list among them, which would not count there.
    pub fn from_pem(authorities: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        Self::new(authorities.as_ref(), None)
    }

    /// Authorities in PEM, and their revocation lists in PEM.
    ///
    /// Every certificate of a chain needs the list of its issuer, and one that has not ended: where it is
    /// not known whether a certificate is revoked, it is refused.
    ///
    /// # Errors
    ///
    /// As for [`from_pem`](Self::from_pem), for the lists as well.
    pub fn from_pem_with_crls(
        authorities: impl AsRef<[u8]>,
        lists: impl AsRef<[u8]>,
    ) -> Result<Self, ConfigError> {
        Self::new(authorities.as_ref(), Some(lists.as_ref()))
    }

    /// Exchanges these authorities and their lists for others at once, for all clones. Requests that are
    /// served take no lock, and no others are used where the new ones could not be read.
    ///
    /// # Examples
    ///
    /// ```
    /// # fn refresh(
    /// #     authorities: &tower_auth::ForwardedAuthorities,
    /// # ) -> Result<(), Box<dyn std::error::Error>> {
    /// use tower_auth::ForwardedAuthorities;
    ///
    /// let (known, lists) = (std::fs::read("ca.pem")?, std::fs::read("crl.pem")?);
    /// authorities.replace(&ForwardedAuthorities::from_pem_with_crls(known, lists)?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn replace(&self, by: &Self) {
        self.0.store(by.0.load_full());
    }

    fn new(authorities: &[u8], lists: Option<&[u8]>) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut noted = |what: &str, problem: String| problems.add(format!("{what}: {problem}"));
        let authorities = authorities::authorities(authorities)
            .map_err(|problem| noted("the authorities", problem))
            .unwrap_or_default();
        let lists = lists.map_or_else(|| Ok(Vec::new()), revocation::lists);
        let lists =
            lists.map_err(|problem| noted("the revocation lists", problem)).unwrap_or_default();
        let verifier =
            authorities::verifier("the authorities", &authorities, &lists, false, &mut problems);
        let verifier = problems.finish_with(verifier)?;
        Ok(Self(Arc::new(ArcSwap::from_pointee(verifier))))
    }

    /// The chain as it is, where it leads to an authority.
    pub(super) fn hold(&self, chain: Vec<Der>, now: SystemTime) -> Result<Vec<Der>, AuthError> {
        let certificates: Vec<_> =
            chain.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let (leaf, others) = certificates
            .split_first()
            .ok_or_else(|| AuthError::unreadable("there is no certificate"))?;
        let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        match self.0.load().verify_client_cert(leaf, others, UnixTime::since_unix_epoch(now)) {
            Ok(_) => Ok(chain),
            Err(error) if is_expired(&error) => Err(AuthError::expired(error)),
            Err(error) => Err(AuthError::invalid(error)),
        }
    }
}

fn is_expired(error: &Error) -> bool {
    use CertificateError::{Expired, ExpiredContext};

    matches!(error, Error::InvalidCertificate(Expired | ExpiredContext { .. }))
}

impl fmt::Debug for ForwardedAuthorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardedAuthorities").finish_non_exhaustive()
    }
}
