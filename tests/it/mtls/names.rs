//! Names of all kinds: attributes of the subject, addresses, common names where there is nothing else.

use std::net::{Ipv4Addr, Ipv6Addr};

use rcgen::{DnType, DnValue};
use serde_json::json;
use tower_auth::{AuthErrorKind, CertificateRules, ClientCertificate, NameKind};

use super::{assert_refused, issued, judge, judge_again};
use crate::support::pki::{Leaf, client};

const ORGANIZATION: [u64; 4] = [2, 5, 4, 10];
const UNIT: [u64; 4] = [2, 5, 4, 11];
const SERIAL_NUMBER: [u64; 4] = [2, 5, 4, 5];
const EMAIL: [u64; 7] = [1, 2, 840, 113_549, 1, 9, 1];

const ATTRIBUTES: [(NameKind, &[u64]); 5] = [
    (NameKind::Country, &[2, 5, 4, 6]),
    (NameKind::State, &[2, 5, 4, 8]),
    (NameKind::Locality, &[2, 5, 4, 7]),
    (NameKind::SerialNumber, &SERIAL_NUMBER),
    (NameKind::EmailAttribute, &EMAIL),
];

fn certificate(leaf: &Leaf) -> ClientCertificate {
    ClientCertificate::from_der(issued(leaf)).unwrap()
}

#[test]
fn x509_06_every_attribute_is_read_under_its_own_name() {
    for (kind, oid) in ATTRIBUTES {
        let leaf = client("spiffe://example/a").attribute(oid, "here");
        let certificate = certificate(&leaf);
        for (other, _) in ATTRIBUTES {
            let expected: &[String] = if other == kind { &["here".to_owned()] } else { &[] };
            assert_eq!(certificate.names(other).unwrap(), expected, "{kind:?} as {other:?}");
        }
        let rules = CertificateRules::subject_from(kind);
        assert_eq!(judge(&rules, certificate.der()).unwrap().subject(), "here");
    }
}

#[test]
fn x509_06_several_values_are_all_there_in_their_order_and_no_subject() {
    let leaf = Leaf::of(&[(DnType::OrganizationalUnitName, "ops"), (DnType::CommonName, "a")])
        .attribute(&UNIT, "dev")
        .dns("a.example");
    let rules = CertificateRules::new().with_claim("tenant", NameKind::OrganizationalUnit);
    let identity = judge(&rules, issued(&leaf)).unwrap();
    assert_eq!(identity.claims().get("tenant"), Some(&json!(["ops", "dev"])));
    let by_unit = CertificateRules::subject_from(NameKind::OrganizationalUnit);
    assert_refused(&by_unit, &leaf, "several names");
}

#[test]
fn x509_03_an_address_in_the_subject_is_not_one_among_the_alternative_names() {
    let in_subject = client("spiffe://example/a").attribute(&EMAIL, "a@example.com");
    let rules = CertificateRules::subject_from(NameKind::Email);
    assert_refused(&rules, &in_subject, "no name");
    let alternative = client("spiffe://example/a").email("a@example.com");
    let rules = CertificateRules::subject_from(NameKind::EmailAttribute);
    assert_refused(&rules, &alternative, "no name");
}

#[test]
fn an_ip_address_is_a_name_of_its_own_kind() {
    let rules = CertificateRules::subject_from(NameKind::IpAddress);
    for (address, text) in [
        (Ipv4Addr::new(192, 0, 2, 1).into(), "192.0.2.1"),
        (std::net::IpAddr::from(Ipv6Addr::LOCALHOST), "::1"),
    ] {
        let leaf = Leaf::named("a").ip(address);
        assert_eq!(judge(&rules, issued(&leaf)).unwrap().subject(), text);
        assert_refused(&rules, &leaf.ip(Ipv4Addr::LOCALHOST), "several names");
    }
    assert_refused(&rules, &Leaf::named("a").dns("192.0.2.1"), "no name");
}

#[test]
fn x509_05_damage_in_a_rare_attribute_refuses_whoever_uses_it_and_nobody_else() {
    let damaged = [
        client("spiffe://example/a").attribute(&SERIAL_NUMBER, "7\08"),
        client("spiffe://example/a").attribute(&SERIAL_NUMBER, "7\n8"),
        client("spiffe://example/a").attribute(&SERIAL_NUMBER, ""),
        client("spiffe://example/a")
            .attribute(&SERIAL_NUMBER, DnValue::BmpString("78".try_into().unwrap())),
    ];
    for leaf in &damaged {
        judge(&CertificateRules::new(), issued(leaf)).unwrap();
        let error = certificate(leaf).names(NameKind::SerialNumber).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::InvalidCredentials);
        let used = [
            CertificateRules::subject_from(NameKind::SerialNumber),
            CertificateRules::new().with_claim("device", NameKind::SerialNumber),
        ];
        for rules in used {
            assert_refused(&rules, leaf, "an attribute of the subject");
        }
    }
}

#[test]
fn x509_05_damage_in_a_common_attribute_refuses_the_certificate() {
    let leaf = client("spiffe://example/a").attribute(&ORGANIZATION, "a\0b");
    let error = ClientCertificate::from_der(issued(&leaf)).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::UnreadableCredentials);
}

#[test]
fn x509_04_a_common_name_counts_only_where_there_is_no_alternative_name_at_all() {
    let rules = CertificateRules::new().allow_common_name();
    let bare = Leaf::named("alice");
    assert_eq!(judge(&rules, issued(&bare)).unwrap().subject(), "alice");
    assert_refused(&CertificateRules::new(), &bare, "no name");
    assert_refused(&rules, &Leaf::named("*.example.com"), "wildcard");

    let named = bare.clone().dns("bob.example");
    assert_eq!(judge(&rules, issued(&named)).unwrap().subject(), "bob.example");
    // An address is none of the kinds that are looked for, and still no reason to take the common name.
    assert_refused(&rules, &bare.clone().ip(Ipv4Addr::LOCALHOST), "no name");
    let rules = CertificateRules::subject_from(NameKind::Uri).allow_common_name();
    assert_refused(&rules, &named, "no name");
    assert_eq!(judge(&rules, issued(&bare)).unwrap().subject(), "alice");
}

#[test]
fn ms_01_the_client_certificate_of_the_sample_is_known_by_its_dns_name() {
    let leaf =
        Leaf::named("localhost").dns("localhost").ip(Ipv6Addr::LOCALHOST).ip(Ipv4Addr::LOCALHOST);
    let identity = judge(&CertificateRules::new(), issued(&leaf)).unwrap();
    assert_eq!(identity.subject(), "localhost");
    assert_eq!(identity.claims().get("ip"), Some(&json!(["::1", "127.0.0.1"])));
}

#[test]
fn details_are_claims_where_they_are_asked_for() {
    let leaf = client("spiffe://example/a").valid((2026, 1, 1), (2100, 1, 1)).serial(&[0xA1, 2]);
    let certificate = certificate(&leaf);
    let without = judge_again(&CertificateRules::new(), &certificate).unwrap();
    for claim in ["subject_dn", "issuer_dn", "fingerprint", "not_before", "not_after"] {
        assert_eq!(without.claims().get(claim), None, "{claim}");
    }
    let with = judge_again(&CertificateRules::new().with_details(), &certificate).unwrap();
    let claims = with.claims();
    assert_eq!(claims.str("subject_dn"), Some("CN=client"));
    assert_eq!(claims.str("issuer_dn"), Some("CN=authority"));
    assert_eq!(claims.get("not_before"), Some(&json!(1_767_225_600)));
    assert_eq!(claims.get("not_after"), Some(&json!(4_102_444_800_u64)));
    let fingerprint = claims.str("fingerprint").unwrap();
    assert_eq!(fingerprint, certificate.sha256_fingerprint());
    assert!(fingerprint.len() == 64 && fingerprint.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(claims.str("serial"), Some("00:a1:02"));
}

#[test]
fn a_connection_that_is_judged_by_several_rules_gets_from_each_its_own_identity() {
    let leaf = Leaf::named("alice").uri("spiffe://example/a").dns("a.example");
    let certificate = certificate(&leaf);
    let rules = [
        (CertificateRules::new(), "spiffe://example/a"),
        (CertificateRules::subject_from(NameKind::DnsName), "a.example"),
        (CertificateRules::subject_from(NameKind::CommonName), "alice"),
    ];
    for _ in 0..2 {
        for (rules, subject) in &rules {
            assert_eq!(judge_again(rules, &certificate).unwrap().subject(), *subject);
        }
    }
    // Rules that were changed after they had judged are other rules.
    let changed = rules[0].0.clone().with_claim("who", NameKind::CommonName);
    let identity = judge_again(&changed, &certificate).unwrap();
    assert_eq!(identity.claims().get("who"), Some(&json!(["alice"])));
    assert_eq!(judge_again(&rules[0].0, &certificate).unwrap().claims().get("who"), None);
}
