//! Client certificates: read, judged, and carried from real TLS connections.

use std::error::Error;

use tower_auth::{
    Answer, AuthErrorKind, Authenticator, CertificateRules, ClientCertificate, Identity,
};

use crate::support::pki::{Authority, Leaf};

mod both;
mod bundles;
mod certificate;
mod filters;
mod filters_exchanged;
mod forwarded;
mod hostile_certificates;
mod hostile_names;
mod hostile_twins;
mod listener;
mod lists;
mod names;
mod names_spiffe;
mod names_templates;
mod peer;
mod rules;
mod servers;

fn judge(
    rules: &CertificateRules,
    der: impl Into<Vec<u8>>,
) -> Result<Identity, (AuthErrorKind, String)> {
    judge_again(rules, &ClientCertificate::from_der(der).unwrap())
}

/// Judges a certificate that may have been judged before.
fn judge_again(
    rules: &CertificateRules,
    certificate: &ClientCertificate,
) -> Result<Identity, (AuthErrorKind, String)> {
    match rules.answer(certificate.clone()) {
        Answer::Now(judgement) => {
            judgement.map_err(|error| (error.kind(), error.source().unwrap().to_string()))
        }
        Answer::Later(_) => panic!("no waiting is needed"),
    }
}

fn issued(leaf: &Leaf) -> Vec<u8> {
    Authority::new("authority").sign(leaf).der()
}

#[track_caller]
fn assert_refused(rules: &CertificateRules, leaf: &Leaf, expected: &str) {
    let (kind, reason) = judge(rules, issued(leaf)).unwrap_err();
    assert_eq!(kind, AuthErrorKind::InvalidCredentials);
    assert!(reason.contains(expected), "{reason}, not {expected}");
}
