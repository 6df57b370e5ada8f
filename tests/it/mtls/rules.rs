//! Which identity a certificate becomes, and which becomes none.

use std::time::{Duration, SystemTime};

use rcgen::{DnType, ExtendedKeyUsagePurpose as Usage};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::json;
use tower_auth::{AuthErrorKind, CertificateRules, ClientCertificate, Clock, NameKind};

use super::{assert_refused, issued, judge};
use crate::support::pki::{Leaf, client};

fn at(seconds: u64) -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

#[test]
fn the_subject_is_a_uri_else_a_dns_name_else_an_address() {
    let rules = CertificateRules::new();
    let subject = |leaf: &Leaf| judge(&rules, issued(leaf)).unwrap().subject().to_owned();
    let leaf = Leaf::named("cn").email("a@example.com");
    assert_eq!(subject(&leaf), "a@example.com");
    let leaf = leaf.dns("a.example");
    assert_eq!(subject(&leaf), "a.example");
    let leaf = leaf.uri("spiffe://example/a");
    assert_eq!(subject(&leaf), "spiffe://example/a");
}

#[test]
fn the_subject_is_the_name_of_the_kind_that_is_asked_for() {
    let leaf =
        Leaf::named("alice").uri("spiffe://example/a").dns("a.example").email("a@example.com");
    for (kind, subject) in [
        (NameKind::Uri, "spiffe://example/a"),
        (NameKind::DnsName, "a.example"),
        (NameKind::Email, "a@example.com"),
        (NameKind::CommonName, "alice"),
    ] {
        let identity = judge(&CertificateRules::subject_from(kind), issued(&leaf)).unwrap();
        assert_eq!(identity.subject(), subject);
    }
}

#[test]
fn x509_04_a_common_name_is_no_fallback() {
    let leaf = Leaf::named("alice");
    assert_refused(&CertificateRules::new(), &leaf, "no name");
    for kind in [NameKind::Uri, NameKind::DnsName, NameKind::Email] {
        assert_refused(&CertificateRules::subject_from(kind), &leaf, "no name");
    }
    let of_uri = client("spiffe://example/a");
    assert_refused(&CertificateRules::subject_from(NameKind::DnsName), &of_uri, "no name");
}

#[test]
fn x509_04_a_wildcard_is_no_identity() {
    for name in ["*.example.com", "a*.example.com", "*"] {
        assert_refused(&CertificateRules::new(), &Leaf::named("a").dns(name), "wildcard");
        let rules = CertificateRules::subject_from(NameKind::CommonName);
        assert_refused(&rules, &Leaf::named(name), "wildcard");
    }
}

#[test]
fn x509_06_several_names_of_the_wanted_kind_are_ambiguous() {
    let two_uris = client("spiffe://example/a").uri("spiffe://example/b");
    assert_refused(&CertificateRules::new(), &two_uris, "several names");
    let twice_the_same = client("spiffe://example/a").uri("spiffe://example/a");
    assert_refused(&CertificateRules::new(), &twice_the_same, "several names");
    // Several of a kind that is not asked for do not matter.
    let mixed = Leaf::named("a").uri("spiffe://example/a").dns("a.example").dns("b.example");
    judge(&CertificateRules::new(), issued(&mixed)).unwrap();
    assert_refused(&CertificateRules::subject_from(NameKind::DnsName), &mixed, "several names");
}

#[test]
fn x509_06_two_common_names_are_ambiguous() {
    let pem = include_str!("../../data/pki/two-cn.pem");
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    let (kind, reason) =
        judge(&CertificateRules::subject_from(NameKind::CommonName), der.as_ref()).unwrap_err();
    assert_eq!(kind, AuthErrorKind::InvalidCredentials);
    assert!(reason.contains("several names"), "{reason}");
}

#[test]
fn x509_02_a_certificate_for_other_purposes_is_refused() {
    let rules = CertificateRules::new();
    let leaf = Leaf::named("a").uri("spiffe://example/a");
    judge(&rules, issued(&leaf)).unwrap();
    judge(&rules, issued(&leaf.clone().usages([Usage::ClientAuth]))).unwrap();
    let server_only = leaf.clone().usages([Usage::ServerAuth]);
    assert_refused(&rules, &server_only, "not for client authentication");
    let authority = leaf.usages([Usage::ClientAuth]).authority();
    assert_refused(&rules, &authority, "not for client authentication");
}

#[test]
fn a_certificate_is_good_from_its_first_to_its_last_second() {
    // 2026-01-01 to 2027-01-01.
    let der = issued(&client("spiffe://example/a").valid((2026, 1, 1), (2027, 1, 1)));
    let judge_at = |seconds| judge(&CertificateRules::new().with_clock(at(seconds)), der.clone());
    let refused_at = |seconds| judge_at(seconds).unwrap_err();

    assert_eq!(refused_at(1_767_225_599).0, AuthErrorKind::InvalidCredentials);
    assert!(refused_at(1_767_225_599).1.contains("not valid yet"));
    judge_at(1_767_225_600).unwrap();
    judge_at(1_798_761_600).unwrap();
    assert_eq!(refused_at(1_798_761_601).0, AuthErrorKind::ExpiredCredentials);
    assert!(refused_at(1_798_761_601).1.contains("has ended"));
}

#[test]
fn a_certificate_that_ended_before_1970_is_refused() {
    let leaf = client("spiffe://example/a").valid((1960, 1, 1), (1965, 1, 1));
    let rules = CertificateRules::new().with_clock(at(0));
    assert_eq!(judge(&rules, issued(&leaf)).unwrap_err().0, AuthErrorKind::ExpiredCredentials);
}

#[test]
fn the_identity_knows_its_issuer_its_end_and_all_names() {
    let leaf = Leaf::of(&[
        (DnType::CommonName, "alice"),
        (DnType::OrganizationName, "acme"),
        (DnType::OrganizationalUnitName, "ops"),
    ]);
    let leaf = leaf
        .uri("spiffe://example/a")
        .dns("a.example")
        .dns("b.example")
        .email("a@example.com")
        .ip(std::net::Ipv4Addr::LOCALHOST)
        .valid((2026, 1, 1), (2100, 1, 1));
    let der = issued(&leaf);
    let certificate = ClientCertificate::from_der(der.clone()).unwrap();
    let identity = judge(&CertificateRules::new(), der).unwrap();

    assert_eq!(identity.issuer(), Some("CN=authority"));
    assert_eq!(identity.expires_at(), certificate.not_after());
    let claims = identity.claims();
    assert_eq!(claims.get("uri"), Some(&json!(["spiffe://example/a"])));
    assert_eq!(claims.get("dns"), Some(&json!(["a.example", "b.example"])));
    assert_eq!(claims.get("email"), Some(&json!(["a@example.com"])));
    assert_eq!(claims.get("ip"), Some(&json!(["127.0.0.1"])));
    assert_eq!(claims.get("cn"), Some(&json!(["alice"])));
    assert_eq!(claims.get("o"), Some(&json!(["acme"])));
    assert_eq!(claims.get("ou"), Some(&json!(["ops"])));
    assert_eq!(claims.str("serial"), Some(certificate.serial()));
    assert_eq!(claims.str("x5t#S256"), Some(certificate.sha256_thumbprint()));
}

#[test]
fn kinds_of_names_that_are_not_there_are_no_claims() {
    let identity = judge(&CertificateRules::new(), issued(&client("spiffe://example/a"))).unwrap();
    for claim in ["dns", "email", "ip", "o", "ou"] {
        assert_eq!(identity.claims().get(claim), None, "{claim}");
    }
}
