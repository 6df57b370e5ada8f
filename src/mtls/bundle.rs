//! [`check_ca_bundle`] and [`check_client_certificate`]: what Temporal Cloud asks of certificates.

use std::fmt::Write;

use rustls_pki_types::CertificateDer;
use x509_parser::{
    certificate::X509Certificate,
    extensions::ParsedExtension,
    prelude::X509Version,
    signature_algorithm::SignatureAlgorithm,
    x509::{AlgorithmIdentifier, X509Name},
};

use crate::{
    config_error::{ConfigError, Problems},
    mtls::parse,
    pem,
};

/// Certificates in a bundle, and its size in bytes of PEM.
const MAX_CERTIFICATES: usize = 16;
const MAX_BYTES: usize = 32 * 1024;

/// RSA and ECDSA, each with SHA-256, SHA-384 and SHA-512.
const SIGNATURES: [&str; 6] = [
    "1.2.840.113549.1.1.11",
    "1.2.840.113549.1.1.12",
    "1.2.840.113549.1.1.13",
    "1.2.840.10045.4.3.2",
    "1.2.840.10045.4.3.3",
    "1.2.840.10045.4.3.4",
];
/// SHA-256, SHA-384 and SHA-512, as the hash of RSASSA-PSS.
const HASHES: [&str; 3] =
    ["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"];

/// Checks the certificates of authorities, as PEM, by the rules of Temporal Cloud.
///
/// - At most 16 certificates in at most 32 KB of PEM, and nothing else in it: no keys.
/// - Each is X.509 version 3, of an authority (`CA` true), and signed by RSA or ECDSA with SHA-256
///   or better.
/// - Each is a root or issued by another of the bundle, by names and key identifiers; whether the
///   signature is right is for the TLS stack to say.
/// - No two have the same distinguished name; case does not count.
///
/// # Errors
///
/// All problems at once, each with the place of its certificate.
///
/// # Examples
///
/// ```
/// let error = tower_auth::check_ca_bundle(b"no PEM").unwrap_err();
/// assert_eq!(error.to_string(), "no certificate in the PEM");
/// ```
pub fn check_ca_bundle(pem: &[u8]) -> Result<(), ConfigError> {
    let mut problems = Problems::default();
    let ders = certificates(pem, &mut problems);
    let certificates = parsed(&ders, &mut problems);
    for (number, certificate) in &certificates {
        let place = format!("certificate {number}");
        check_common(&place, certificate, &mut problems);
        if parse::is_authority(certificate) != Ok(true) {
            problems.add(format!("{place}: not of an authority (CA is not true)"));
        }
        check_name(&place, *number, certificate, &certificates, &mut problems);
        let is_issued = is_issued_by(certificate, certificate)
            || certificates.iter().any(|(_, other)| is_issued_by(certificate, other));
        // The issuer may be one that could not be read.
        if !is_issued && certificates.len() == ders.len() {
            problems.add(format!("{place}: neither a root nor issued by another of the bundle"));
        }
    }
    problems.finish(())
}

/// Checks a client's certificate and the authorities that issued it, both as PEM, by the rules of
/// Temporal Cloud: version 3, no authority (`CA` false), the key usage `digitalSignature`, signed by
/// RSA or ECDSA with SHA-256 or better, and with an end before that of its authority.
///
/// Certificates between the two may follow the client's own in its PEM. Neither PEM may be larger than
/// [`check_ca_bundle`] lets a bundle be.
///
/// # Errors
///
/// All problems at once.
///
/// # Examples
///
/// ```
/// let error = tower_auth::check_client_certificate(b"no PEM", b"").unwrap_err();
/// assert_eq!(error.problems().count(), 2);
/// ```
pub fn check_client_certificate(pem: &[u8], ca_pem: &[u8]) -> Result<(), ConfigError> {
    let mut problems = Problems::default();
    let ders = certificates(pem, &mut problems);
    let chain = parsed(&ders, &mut problems);
    let authority_ders = certificates(ca_pem, &mut problems);
    let authorities = parsed(&authority_ders, &mut problems);
    let Some(((_, leaf), between)) = chain.split_first() else {
        return problems.finish(());
    };
    let place = "the client's certificate";
    check_common(place, leaf, &mut problems);
    if parse::is_authority(leaf) != Ok(false) {
        problems.add(format!("{place}: of an authority (CA is not false)"));
    }
    let usage = leaf.key_usage().ok().flatten();
    if !usage.is_some_and(|usage| usage.value.digital_signature()) {
        problems.add(format!("{place}: without the key usage digitalSignature"));
    }
    let issuers = between.iter().chain(&authorities).map(|(_, issuer)| issuer);
    let issuers: Vec<_> = issuers.filter(|issuer| is_issued_by(leaf, issuer)).collect();
    if issuers.is_empty() {
        problems.add(format!("{place}: its authority is not there"));
    } else if issuers.iter().all(|issuer| end(leaf) >= end(issuer)) {
        problems.add(format!("{place}: does not end before its authority does"));
    }
    problems.finish(())
}

/// Of more than there may be nothing is read: all of it is compared with all of it.
fn certificates(pem: &[u8], problems: &mut Problems) -> Vec<CertificateDer<'static>> {
    if pem.len() > MAX_BYTES {
        problems.add(format!("{} bytes: at most {MAX_BYTES}", pem.len()));
        return Vec::new();
    }
    for label in pem::labels_of_others(pem) {
        problems.add(format!("a section {label:?} in the PEM: only certificates belong there"));
    }
    match pem::certificates(pem) {
        Ok(certificates) => {
            match certificates.len() {
                0 => problems.add("no certificate in the PEM"),
                1..=MAX_CERTIFICATES => return certificates,
                count => problems.add(format!("{count} certificates: at most {MAX_CERTIFICATES}")),
            }
            Vec::new()
        }
        Err(problem) => {
            problems.add(problem);
            Vec::new()
        }
    }
}

/// Those that can be read, with their numbers.
fn parsed<'d>(
    ders: &'d [CertificateDer<'_>],
    problems: &mut Problems,
) -> Vec<(usize, X509Certificate<'d>)> {
    let mut certificates = Vec::new();
    for (der, number) in ders.iter().zip(1..) {
        match parse::single(der) {
            Ok(certificate) => certificates.push((number, certificate)),
            Err(problem) => problems.add(format!("certificate {number}: {problem}")),
        }
    }
    certificates
}

fn check_common(place: &str, certificate: &X509Certificate<'_>, problems: &mut Problems) {
    if certificate.version() != X509Version::V3 {
        problems.add(format!("{place}: not X.509 version 3"));
    }
    if !is_good_signature(&certificate.signature_algorithm) {
        problems.add(format!("{place}: not signed by RSA or ECDSA with SHA-256 or better"));
    }
}

fn check_name(
    place: &str,
    number: usize,
    certificate: &X509Certificate<'_>,
    all: &[(usize, X509Certificate<'_>)],
    problems: &mut Problems,
) {
    let name = without_case(certificate.subject());
    let mut before = all.iter().take_while(|(other, _)| *other < number);
    if let Some((other, _)) = before.find(|(_, other)| without_case(other.subject()) == name) {
        problems.add(format!("{place}: the same distinguished name as certificate {other}"));
    }
}

fn is_good_signature(algorithm: &AlgorithmIdentifier<'_>) -> bool {
    match SignatureAlgorithm::try_from(algorithm) {
        Ok(SignatureAlgorithm::RSASSA_PSS(parameters)) => {
            HASHES.contains(&parameters.hash_algorithm_oid().to_id_string().as_str())
        }
        _ => SIGNATURES.contains(&algorithm.algorithm.to_id_string().as_str()),
    }
}

/// By names, and by key identifiers where both have them.
fn is_issued_by(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    if without_case(certificate.issuer()) != without_case(issuer.subject()) {
        return false;
    }
    let wanted =
        certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(key) => key.key_identifier.as_ref(),
            _ => None,
        });
    let there = issuer.iter_extensions().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(key) => Some(key),
        _ => None,
    });
    wanted.zip(there).is_none_or(|(wanted, there)| wanted == there)
}

fn end(certificate: &X509Certificate<'_>) -> i64 {
    certificate.validity().not_after.timestamp()
}

/// A name for comparison, its attributes in their order: as text where they are text, else byte by byte.
pub(super) fn without_case(name: &X509Name<'_>) -> String {
    let mut text = String::new();
    for set in name.iter() {
        for attribute in set.iter() {
            let kind = attribute.attr_type();
            // Writing into a string cannot fail.
            let _ = match attribute.as_str() {
                Ok(value) => write!(text, "{kind}={:?};", value.to_lowercase()),
                Err(_) => write!(text, "{kind}={:?};", attribute.as_slice()),
            };
        }
        text.push('/');
    }
    text
}
