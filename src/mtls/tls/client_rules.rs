//! [`ClientRules`]: whether clients show a certificate, and who must have signed it.

use std::sync::Arc;

use tokio_rustls::rustls::{
    RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, CertificateRevocationListDer},
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::pem_source::{PemSource, Text};
use crate::{config_error::Problems, mtls::revocation, pem};

/// Where the authorities of clients and their revocation lists come from. Without authorities no client
/// is asked for a certificate.
#[derive(Clone, Debug, Default)]
pub(super) struct ClientRules {
    pub(super) authorities: Vec<PemSource>,
    pub(super) lists: Vec<PemSource>,
    pub(super) optional: bool,
}

/// What the sources held.
pub(super) struct ClientTexts {
    pub(super) authorities: Vec<Text>,
    pub(super) lists: Vec<Text>,
    pub(super) optional: bool,
}

/// What the texts mean.
pub(super) struct Clients {
    pub(super) authorities: Vec<CertificateDer<'static>>,
    pub(super) lists: Vec<CertificateRevocationListDer<'static>>,
    /// `None` where no certificate is asked for.
    pub(super) verifier: Option<Arc<dyn ClientCertVerifier>>,
}

impl ClientRules {
    pub(super) fn read(&self) -> ClientTexts {
        ClientTexts {
            authorities: self.authorities.iter().map(PemSource::read).collect(),
            lists: self.lists.iter().map(PemSource::read).collect(),
            optional: self.optional,
        }
    }
}

impl ClientTexts {
    /// What can never work, whatever the texts are.
    fn check(&self, problems: &mut Problems) {
        if !self.authorities.is_empty() {
            return;
        }
        let without = "but no authority is set: call with_client_ca";
        if self.optional {
            problems.add(format!("client certificates are optional, {without}"));
        }
        if !self.lists.is_empty() {
            problems.add(format!("there are revocation lists for clients, {without}"));
        }
    }

    pub(super) fn load(&self, problems: &mut Problems) -> Clients {
        self.check(problems);
        let authorities = all("the client authorities", &self.authorities, authorities, problems);
        let lists = all("the revocation lists", &self.lists, revocation_lists, problems);
        revocation::check_one_of_each(&lists, problems);
        let verifier = self.verifier(&authorities, &lists, problems);
        Clients { authorities, lists, verifier }
    }

    fn verifier(
        &self,
        authorities: &[CertificateDer<'static>],
        lists: &[CertificateRevocationListDer<'static>],
        problems: &mut Problems,
    ) -> Option<Arc<dyn ClientCertVerifier>> {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            if let Err(error) = roots.add(authority.clone()) {
                problems.add(format!("a certificate of the client authorities: {error}"));
            }
        }
        if roots.is_empty() {
            return None; // because none are set, or for reasons that have been added
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        if !lists.is_empty() {
            builder = builder.with_crls(lists.to_vec()).enforce_revocation_expiration();
        }
        if self.optional {
            builder = builder.allow_unauthenticated();
        }
        let verifier = builder.build();
        verifier.map_err(|error| problems.add(format!("the client authorities: {error}"))).ok()
    }
}

/// The parts of several texts, each of which must have one.
fn all<T>(
    what: &str,
    texts: &[Text],
    parts: fn(&Text) -> Result<Vec<T>, String>,
    problems: &mut Problems,
) -> Vec<T> {
    let mut found = Vec::new();
    for text in texts {
        match parts(text) {
            Ok(parts) => found.extend(parts),
            Err(problem) => problems.add(format!("{what}: {problem}")),
        }
    }
    found
}

/// The certificates of a PEM bundle, at least one.
pub(super) fn certificates(pem: &Text) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = pem::certificates(pem.as_ref()?.expose())?;
    if certificates.is_empty() {
        Err("no certificate in the PEM".to_owned())
    } else {
        Ok(certificates)
    }
}

/// Lists among the authorities would be passed over, and who put them there believes that they count.
fn authorities(pem: &Text) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = certificates(pem)?;
    if pem::revocation_lists(pem.as_ref()?.expose())?.is_empty() {
        Ok(certificates)
    } else {
        Err("a revocation list is among them: give it to with_client_crl".to_owned())
    }
}

fn revocation_lists(pem: &Text) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    revocation::lists(pem.as_ref()?.expose())
}
