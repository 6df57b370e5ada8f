//! Authorities and their revocation lists, and the verifier that is made of them.

use std::sync::Arc;

use tokio_rustls::rustls::{
    RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, CertificateRevocationListDer},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use crate::{config_error::Problems, mtls::revocation, pem};

/// Holds certificates of clients against authorities.
pub(super) type Verifier = Arc<dyn ClientCertVerifier>;

/// The certificates of a PEM bundle, at least one.
pub(super) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = pem::certificates(pem)?;
    if certificates.is_empty() {
        Err("no certificate in the PEM".to_owned())
    } else {
        Ok(certificates)
    }
}

/// The authorities of a PEM bundle, at least one. Lists among them would be passed over, and who put them
/// there believes that they count.
pub(super) fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = certificates(pem)?;
    if pem::revocation_lists(pem)?.is_empty() {
        Ok(certificates)
    } else {
        Err("a revocation list is among them: give it to with_client_crl, or from_pem_with_crls"
            .to_owned())
    }
}

/// A verifier by these authorities, and by their lists where there are any; `None` where there is no
/// authority, or for reasons that have been added.
pub(super) fn verifier(
    what: &str,
    authorities: &[CertificateDer<'static>],
    lists: &[CertificateRevocationListDer<'static>],
    is_optional: bool,
    problems: &mut Problems,
) -> Option<Verifier> {
    revocation::check_one_of_each(lists, problems);
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        if let Err(error) = roots.add(authority.clone()) {
            problems.add(format!("a certificate of {what}: {error}"));
        }
    }
    if roots.is_empty() {
        return None;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    if !lists.is_empty() {
        builder = builder.with_crls(lists.to_vec()).enforce_revocation_expiration();
    }
    if is_optional {
        builder = builder.allow_unauthenticated();
    }
    builder.build().map_err(|error| problems.add(format!("{what}: {error}"))).ok()
}
