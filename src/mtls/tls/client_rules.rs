//! [`ClientRules`]: whether clients show a certificate, and who must have signed it.

use tokio_rustls::rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::pem_source::{PemSource, Text};
use crate::{
    config_error::Problems,
    mtls::{
        authorities::{self, Verifier},
        revocation,
    },
};

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
    pub(super) verifier: Option<Verifier>,
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
        let what = "the client authorities";
        let authorities = all(what, &self.authorities, authorities, problems);
        let lists = all("the revocation lists", &self.lists, revocation_lists, problems);
        let verifier = authorities::verifier(what, &authorities, &lists, self.optional, problems);
        Clients { authorities, lists, verifier }
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

/// The certificates of a text, at least one.
pub(super) fn certificates(pem: &Text) -> Result<Vec<CertificateDer<'static>>, String> {
    authorities::certificates(pem.as_ref()?.expose())
}

fn authorities(pem: &Text) -> Result<Vec<CertificateDer<'static>>, String> {
    authorities::authorities(pem.as_ref()?.expose())
}

fn revocation_lists(pem: &Text) -> Result<Vec<CertificateRevocationListDer<'static>>, String> {
    revocation::lists(pem.as_ref()?.expose())
}
