//! Revocation lists (RFC 5280, section 5) as verifiers of certificates take them.

use std::collections::{BTreeSet, HashMap};

use rustls_pki_types::CertificateRevocationListDer;
use x509_parser::{
    oid_registry::OID_X509_EXT_ISSUER_DISTRIBUTION_POINT, prelude::FromDer,
    revocation_list::CertificateRevocationList,
};

use crate::{config_error::Problems, pem};

/// All lists of a PEM bundle, at least one.
pub(super) fn lists(pem: &[u8]) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    let lists = pem::revocation_lists(pem)?;
    if lists.is_empty() { Err("none in the PEM".to_owned()) } else { Ok(lists) }
}

/// Of two lists of one issuer for the same certificates only the first is looked at, so that a certificate
/// which the second revokes would be let in. Who has an old one and a new one means the new one.
pub(super) fn check_one_of_each(
    lists: &[CertificateRevocationListDer<'_>],
    problems: &mut Problems,
) {
    let lists: BTreeSet<&[u8]> = lists.iter().map(AsRef::as_ref).collect();
    let mut seen = HashMap::new();
    for der in lists {
        // What cannot be read is a problem of whoever makes a verifier of it.
        let Ok((_, list)) = CertificateRevocationList::from_der(der) else { continue };
        let scope = list
            .extensions()
            .iter()
            .find(|extension| extension.oid == OID_X509_EXT_ISSUER_DISTRIBUTION_POINT)
            .map(|extension| extension.value.to_vec());
        let count = seen.entry((list.issuer().as_raw().to_vec(), scope)).or_insert(0_usize);
        *count += 1;
        if *count == 2 {
            problems.add(format!(
                "several revocation lists of {}: only one of them would be looked at",
                list.issuer()
            ));
        }
    }
}
