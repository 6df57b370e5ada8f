//! Names that are made to be taken for others: of another type, of another spelling, of another text.

use rcgen::{DnValue, KeyUsagePurpose as KeyUsage};
use tower_auth::{AuthErrorKind, CertificateRules, ClientCertificate, NameKind};

use super::{assert_refused, issued, judge};
use crate::support::pki::{Authority, Leaf, client};

const TITLE: [u64; 4] = [2, 5, 4, 12];
const ORGANIZATION: [u64; 4] = [2, 5, 4, 10];

#[track_caller]
fn assert_unreadable(leaf: &Leaf, expected: &str) {
    let error = ClientCertificate::from_der(issued(leaf)).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::UnreadableCredentials);
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains(expected), "{reason}, not {expected}");
}

#[test]
fn x509_03_what_is_called_a_dns_name_and_is_none_refuses_the_certificate() {
    for bad in ["spiffe://example/admin", "admin@example.com", "a/b", "a:443", "a,b", "a;b", "a\"b"]
    {
        assert_unreadable(&Leaf::named("a").dns(bad), "not a DNS name");
    }
    for good in ["a", "a.example.", "_a-1.b_c.example", "192.0.2.1", "*.example"] {
        assert_eq!(
            ClientCertificate::from_der(issued(&Leaf::named("a").dns(good))).unwrap().dns_names(),
            [good]
        );
    }
}

#[test]
fn x509_03_what_is_called_a_uri_and_is_none_refuses_the_certificate() {
    for bad in ["admin", "a.example", "admin@example.com", ":a", "1a:b", "a/b:c", "//a/b", "a:"] {
        assert_unreadable(&client(bad), "not a URI");
    }
    for good in ["a:b", "urn:uuid:1", "https://example/a?b=c#d", "svn+ssh://a"] {
        assert_eq!(ClientCertificate::from_der(issued(&client(good))).unwrap().uris(), [good]);
    }
}

#[test]
fn x509_03_what_is_called_an_address_and_is_none_refuses_the_certificate() {
    for bad in ["admin", "a.example", "spiffe://example/admin", "spiffe://a@b.example", "@a", "a@"]
    {
        assert_unreadable(&Leaf::named("a").email(bad), "not an e-mail address");
    }
    for good in ["a@b", "a+b/c=d@e.example", "\"a@b\"@c.example"] {
        let leaf = Leaf::named("a").email(good);
        assert_eq!(ClientCertificate::from_der(issued(&leaf)).unwrap().emails(), [good]);
    }
}

#[test]
fn a_dns_name_has_one_spelling_as_a_subject() {
    let leaf = Leaf::named("a").dns("Alice.EXAMPLE");
    for rules in [CertificateRules::new(), CertificateRules::subject_from(NameKind::DnsName)] {
        assert_eq!(judge(&rules, issued(&leaf)).unwrap().subject(), "alice.example");
    }
    // All else is compared byte by byte.
    let leaf = client("https://Example/A");
    assert_eq!(
        judge(&CertificateRules::new(), issued(&leaf)).unwrap().subject(),
        "https://Example/A"
    );
}

#[test]
fn x509_05_the_texts_of_distinguished_names_hold_no_control_characters() {
    for bad in
        ["a\nSep 1 admin logged in", "\u{1b}[2J", "a\0b", "a\u{85}b", "a\u{2028}b", "a\u{202e}b"]
    {
        let certificate = ClientCertificate::from_der(issued(
            &client("spiffe://example/a").attribute(&TITLE, bad),
        ))
        .unwrap();
        let text = certificate.subject();
        assert!(text.chars().all(|char| char == ' ' || char.is_ascii_graphic()), "{text:?}");
        let authority = Authority::root(Leaf::named(bad).signer());
        let leaf = authority.client("spiffe://example/a");
        let identity = judge(&CertificateRules::new().with_details(), leaf.der()).unwrap();
        let text = identity.issuer().unwrap();
        assert!(text.chars().all(|char| char == ' ' || char.is_ascii_graphic()), "{text:?}");
        assert_eq!(identity.claims().str("issuer_dn"), Some(text));
    }
}

#[test]
fn x509_05_characters_that_turn_text_around_refuse_the_certificate() {
    for bad in ["a\u{202e}nimda", "a\u{2066}b", "a\u{2028}b", "a\u{2029}b"] {
        assert_unreadable(&Leaf::named(bad), "control character");
        assert_unreadable(&Leaf::named("a").attribute(&ORGANIZATION, bad), "control character");
    }
    // Letters of all languages are letters, and some words need a joiner.
    for good in ["\u{5d3}\u{5d5}\u{5d3}", "\u{645}\u{6cc}\u{200c}\u{62e}", "Zo\u{eb}"] {
        let certificate = ClientCertificate::from_der(issued(&Leaf::named(good))).unwrap();
        assert_eq!(certificate.common_names(), [good]);
    }
}

#[test]
fn x509_06_two_distinguished_names_are_never_one_text() {
    let structured = Leaf::named("one").attribute(&ORGANIZATION, "acme").signer();
    let issuers = [
        Authority::root(structured),
        Authority::new("one, O=acme"),
        Authority::new("one\\, O=acme"),
        Authority::new("one + O=acme"),
        Authority::new("\u{1b}"),
        Authority::new("\\u{1b}"),
        Authority::root(
            Leaf::of(&[])
                .attribute(&TITLE, DnValue::TeletexString("t\u{7f}".try_into().unwrap()))
                .signer(),
        ),
        Authority::root(Leaf::of(&[]).attribute(&TITLE, "#747f").signer()),
    ];
    let texts: std::collections::BTreeSet<String> = issuers
        .iter()
        .map(|authority| {
            let leaf = authority.client("spiffe://example/a");
            judge(&CertificateRules::new(), leaf.der()).unwrap().issuer().unwrap().to_owned()
        })
        .collect();
    assert_eq!(texts.len(), issuers.len(), "{texts:?}");
}

#[test]
fn x509_05_attributes_in_other_encodings_refuse_the_certificate() {
    let values = [
        DnValue::BmpString("acme".try_into().unwrap()),
        DnValue::UniversalString("acme".try_into().unwrap()),
        DnValue::TeletexString("acme".try_into().unwrap()),
    ];
    for value in values {
        assert_unreadable(&Leaf::named("a").attribute(&ORGANIZATION, value), "not supported");
    }
    // A string of ASCII by its type, and of something else by its bytes.
    let der = issued(
        &Leaf::named("a")
            .attribute(&ORGANIZATION, DnValue::PrintableString("acmee".try_into().unwrap())),
    );
    let odd = crate::support::pki::exchanged(&der, b"acmee", "acm\u{e9}".as_bytes());
    ClientCertificate::from_der(der).unwrap();
    ClientCertificate::from_der(odd).unwrap_err();
}

#[test]
fn x509_01_a_key_that_may_not_sign_is_no_clients() {
    let with = |usages: &[KeyUsage]| client("spiffe://example/a").key_usages(usages.to_vec());
    judge(&CertificateRules::new(), issued(&with(&[]))).unwrap();
    judge(&CertificateRules::new(), issued(&with(&[KeyUsage::DigitalSignature]))).unwrap();
    for usages in [&[KeyUsage::KeyEncipherment][..], &[KeyUsage::KeyCertSign, KeyUsage::CrlSign]] {
        assert_refused(&CertificateRules::new(), &with(usages), "not for client authentication");
    }
    let key_usage = [2, 5, 29, 15];
    assert_unreadable(&with(&[]).extension(&key_usage, &[4, 0]), "damaged");
    assert_unreadable(
        &with(&[KeyUsage::DigitalSignature]).extension(&key_usage, &[3, 2, 7, 0x80]),
        "twice",
    );
}

#[test]
fn a_certificate_of_unreasonable_size_is_not_read() {
    let leaf = |count| {
        let names = (0..count).map(|number| format!("name-{number:05}.of-a-certificate.example"));
        names.fold(Leaf::named("a"), |leaf, name| leaf.dns(&name))
    };
    ClientCertificate::from_der(issued(&leaf(1000))).unwrap();
    assert_unreadable(&leaf(2000), "too long");
}
