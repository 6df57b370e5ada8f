//! Whatever is shown as a certificate: the reader never panics, no name is one of another kind or holds
//! what a name must not, and all rules say the same about the same bytes, however often.

use std::sync::LazyLock;

use tower_auth::{
    Answer, AuthError, AuthErrorKind, Authenticator, CertificateEntry, CertificateFilter,
    CertificateFilters, CertificateList, CertificateRules, ClientCertificate, Identity, NameKind,
    NameTemplate, PeerCertificates,
};

use super::laboratory::clock;

const KINDS: [NameKind; 13] = [
    NameKind::SpiffeId,
    NameKind::Uri,
    NameKind::DnsName,
    NameKind::Email,
    NameKind::IpAddress,
    NameKind::CommonName,
    NameKind::Organization,
    NameKind::OrganizationalUnit,
    NameKind::Country,
    NameKind::State,
    NameKind::Locality,
    NameKind::SerialNumber,
    NameKind::EmailAttribute,
];

/// Rules, with the only kinds that a subject of theirs may be of.
static RULES: LazyLock<Vec<(CertificateRules, Vec<NameKind>)>> = LazyLock::new(|| {
    let alternatives = vec![NameKind::Uri, NameKind::DnsName, NameKind::Email];
    let with_common_name = [&alternatives[..], &[NameKind::CommonName]].concat();
    let spiffe = CertificateRules::spiffe(["lab.test"]).expect("a trust domain");
    let mut rules = vec![
        (CertificateRules::new().with_details(), alternatives),
        (CertificateRules::new().allow_common_name(), with_common_name),
        (spiffe, vec![NameKind::SpiffeId]),
    ];
    rules.extend(KINDS.map(|kind| (CertificateRules::subject_from(kind), vec![kind])));
    rules.into_iter().map(|(rules, kinds)| (rules.with_clock(clock()), kinds)).collect()
});

static TEMPLATE: LazyLock<CertificateRules> = LazyLock::new(|| {
    let template = NameTemplate::uri("spiffe://lab.test/ns/{tenant}/sa/{name}");
    CertificateRules::new().subject_by(template.expect("a template")).with_clock(clock())
});

/// The input is the DER.
pub(crate) fn run(data: &[u8]) {
    let certificate = match ClientCertificate::from_der(data) {
        Ok(certificate) => certificate,
        Err(error) => {
            assert_eq!(error.kind(), AuthErrorKind::UnreadableCredentials);
            assert!(PeerCertificates::from_der([data]).leaf().is_err());
            return;
        }
    };
    assert_eq!(certificate.der(), data);
    assert_names(&certificate);
    assert_lists(&certificate);
    let again = ClientCertificate::from_der(data).expect("the same bytes");
    assert_eq!(certificate, again);
    for (rules, kinds) in &*RULES {
        let judged = judge(rules, &certificate);
        // The first rules are remembered, the others are not; a new certificate remembers nothing.
        assert_eq!(told(&judged), told(&judge(rules, &certificate)));
        assert_eq!(told(&judged), told(&judge(rules, &again)));
        if let Ok(identity) = judged {
            assert_identity(&identity, &certificate, kinds);
        }
    }
    if let Ok(identity) = judge(&TEMPLATE, &certificate) {
        let tenant = identity.claims().str("tenant").expect("a word of the template");
        let whole = format!("spiffe://lab.test/ns/{tenant}/sa/{}", identity.subject());
        assert!(certificate.uris().contains(&whole), "{whole}");
    }
}

fn judge(rules: &CertificateRules, certificate: &ClientCertificate) -> Result<Identity, AuthError> {
    match rules.answer(certificate.clone()) {
        Answer::Now(judgement) => judgement,
        Answer::Later(_) => panic!("nothing is there to wait for"),
    }
}

fn told(judged: &Result<Identity, AuthError>) -> Result<(String, String), AuthErrorKind> {
    let identity = judged.as_ref().map_err(AuthError::kind)?;
    let claims = identity.claims_as::<serde_json::Value>().expect("claims are JSON");
    Ok((identity.subject().to_owned(), claims.to_string()))
}

fn assert_identity(identity: &Identity, certificate: &ClientCertificate, kinds: &[NameKind]) {
    assert!(certificate.is_for_client_auth());
    assert_eq!(identity.issuer(), Some(certificate.issuer()));
    assert!(identity.expires_at().is_some_and(|end| end >= clock().now()));
    let subject = identity.subject();
    assert!(!subject.is_empty() && !subject.contains(char::is_control) && !subject.contains('*'));
    let is_named = |kind: &NameKind| {
        certificate.names(*kind).is_ok_and(|names| {
            names.iter().any(|name| match kind {
                NameKind::DnsName => name.eq_ignore_ascii_case(subject),
                _ => name == subject,
            })
        })
    };
    assert!(kinds.iter().any(is_named), "{subject:?} of {kinds:?}");
}

fn assert_names(certificate: &ClientCertificate) {
    for text in [certificate.subject(), certificate.issuer(), certificate.serial()] {
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    for kind in KINDS {
        for name in certificate.names(kind).into_iter().flatten() {
            assert!(!name.is_empty() && !name.contains(char::is_control), "{kind:?} {name:?}");
        }
    }
    // No text is a name of two types.
    let has_scheme = |name: &str| {
        name.split_once(':').is_some_and(|(scheme, _)| {
            scheme.starts_with(|char: char| char.is_ascii_alphabetic())
                && scheme.chars().all(|char| char.is_ascii_alphanumeric() || "+-.".contains(char))
        })
    };
    let is_dns = |name: &str| !name.contains([':', '/', '@', ',', ';', '"']);
    assert!(certificate.uris().iter().all(|name| has_scheme(name)));
    assert!(certificate.dns_names().iter().all(|name| is_dns(name)));
    assert!(certificate.emails().iter().all(|name| name.contains('@') && !has_scheme(name)));
    if certificate.names(NameKind::SpiffeId).is_ok_and(|names| !names.is_empty()) {
        assert_eq!(certificate.uris().len(), 1);
        assert!(certificate.uris()[0].starts_with("spiffe://"));
    }
}

fn assert_lists(certificate: &ClientCertificate) {
    let list = CertificateList::new();
    let by_text = CertificateEntry::fingerprint(&certificate.sha256_fingerprint());
    let entries = [
        by_text.expect("a fingerprint"),
        CertificateEntry::of(certificate),
        CertificateEntry::of_issuer_and_serial(certificate),
    ];
    for entry in entries {
        assert!(!list.contains(certificate));
        list.add([entry]);
        assert!(list.contains(certificate));
        list.remove(&entry);
    }
    if let [name] = certificate.common_names()
        && !name.contains('*')
    {
        let filter = |name: String| CertificateFilter::new().with_common_name(name);
        let matches =
            |name| CertificateFilters::new([filter(name)]).map(|f| f.matches(certificate));
        assert_eq!(matches(name.clone()).ok(), Some(true));
        assert_eq!(matches(format!("{name}x")).ok(), Some(false));
    }
}
