//! PEM (RFC 7468): the one place where it is read.

use rustls_pki_types::{CertificateDer, pem::PemObject};

/// All certificates of a bundle, in their order; other sections are passed over.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    CertificateDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| "not PEM: a section is damaged".to_owned())
}

/// All certificate revocation lists, in their order; other sections are passed over.
#[cfg(feature = "tls")]
pub(crate) fn revocation_lists(
    pem: &[u8],
) -> Result<Vec<rustls_pki_types::CertificateRevocationListDer<'static>>, String> {
    rustls_pki_types::CertificateRevocationListDer::pem_slice_iter(pem)
        .collect::<Result<_, _>>()
        .map_err(|_| "not PEM: a section is damaged".to_owned())
}

/// The first public key.
#[cfg(any(feature = "jwt", feature = "rust-crypto"))]
pub(crate) fn public_key(
    pem: &[u8],
) -> Result<rustls_pki_types::SubjectPublicKeyInfoDer<'static>, String> {
    rustls_pki_types::SubjectPublicKeyInfoDer::from_pem_slice(pem).map_err(|_| {
        "no section PUBLIC KEY in the PEM (for RSA PUBLIC KEY: openssl rsa -RSAPublicKey_in -pubout)"
            .to_owned()
    })
}

/// The first private key: PKCS#8, PKCS#1 or SEC1.
#[cfg(feature = "tls")]
pub(crate) fn private_key(pem: &[u8]) -> Result<rustls_pki_types::PrivateKeyDer<'static>, String> {
    rustls_pki_types::PrivateKeyDer::from_pem_slice(pem)
        .map_err(|_| "no section PRIVATE KEY in the PEM".to_owned())
}

/// What the sections are that are no certificates, by their labels.
#[cfg(feature = "mtls")]
pub(crate) fn labels_of_others(pem: &[u8]) -> impl Iterator<Item = &str> {
    pem.split(|byte| *byte == b'\n').filter_map(label).filter(|label| *label != "CERTIFICATE")
}

#[cfg(feature = "mtls")]
fn label(line: &[u8]) -> Option<&str> {
    let line = str::from_utf8(line).ok()?;
    line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----")
}
