//! [`PublicAuthorities`]: those from which anybody can get a certificate.

use std::{collections::HashSet, fmt};

use x509_parser::certificate::X509Certificate;

use super::bundle;
use crate::{
    config_error::{ConfigError, Problems},
    mtls::parse,
    pem,
};

/// Authorities from which anybody can get a certificate, such as those that browsers know.
///
/// Whoever trusts one of them to sign the certificates of clients lets everybody in, unless
/// [filters](crate::CertificateFilters::accept_bundle) say whom. Most systems have them in a file, such as
/// `/etc/ssl/certs/ca-certificates.crt` of Debian; none come with this crate, since they change.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateFilter, CertificateFilters, PublicAuthorities};
///
/// # let key = rcgen::KeyPair::generate()?;
/// # let root = |name: &str| -> Result<String, rcgen::Error> {
/// #     let mut params = rcgen::CertificateParams::default();
/// #     params.distinguished_name.push(rcgen::DnType::CommonName, name);
/// #     params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
/// #     Ok(params.self_signed(&rcgen::KeyPair::generate()?)?.pem())
/// # };
/// # let (roots_of_the_system, own) = (root("Public")?, root("Contoso")?);
/// let public = PublicAuthorities::from_pem(&roots_of_the_system)?;
/// let filters = CertificateFilters::new([])?;
/// filters.accept_bundle(own.as_bytes(), &public)?;
/// assert!(filters.accept_bundle(roots_of_the_system.as_bytes(), &public).is_err());
///
/// filters.replace([CertificateFilter::new().with_subject_alternative_name("*.contoso.com")])?;
/// filters.accept_bundle(roots_of_the_system.as_bytes(), &public)?;
/// assert!(filters.replace([]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct PublicAuthorities {
    names: HashSet<String>,
    keys: HashSet<Vec<u8>>,
}

impl PublicAuthorities {
    /// Authorities in PEM.
    ///
    /// # Errors
    ///
    /// PEM that is damaged or holds no certificate, and certificates that cannot be read: an authority
    /// that is not known is one that is not noticed.
    pub fn from_pem(authorities: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let mut public = Self { names: HashSet::new(), keys: HashSet::new() };
        each(authorities.as_ref(), |_, authority| {
            public.names.insert(bundle::without_case(authority.subject()));
            public.keys.insert(authority.public_key().raw.to_vec());
        })?;
        Ok(public)
    }

    /// Which certificates of a bundle are of these or have been issued by one, by name or by key. Whether
    /// a signature is right is not asked: a namesake of a public authority is one too many already.
    pub(super) fn numbers_in(&self, bundle: &[u8]) -> Result<Vec<usize>, ConfigError> {
        let mut numbers = Vec::new();
        each(bundle, |number, certificate| {
            let names = [certificate.subject(), certificate.issuer()];
            let mut names = names.into_iter().map(bundle::without_case);
            if names.any(|name| self.names.contains(&name))
                || self.keys.contains(certificate.public_key().raw)
            {
                numbers.push(number);
            }
        })?;
        Ok(numbers)
    }
}

/// All certificates in PEM, of which there must be one.
fn each(
    pem: &[u8],
    mut use_one: impl FnMut(usize, &X509Certificate<'_>),
) -> Result<(), ConfigError> {
    let mut problems = Problems::default();
    let certificates = pem::certificates(pem).map_err(ConfigError::new)?;
    if certificates.is_empty() {
        problems.add("no certificate in the PEM");
    }
    for (der, number) in certificates.iter().zip(1..) {
        match parse::single(der) {
            Ok(certificate) => use_one(number, &certificate),
            Err(problem) => problems.add(format!("certificate {number}: {problem}")),
        }
    }
    problems.finish(())
}

impl fmt::Debug for PublicAuthorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicAuthorities")
            .field("names", &self.names.len())
            .finish_non_exhaustive()
    }
}
