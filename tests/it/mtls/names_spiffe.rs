//! SPIFFE IDs in certificates.

use rcgen::KeyUsagePurpose as KeyUsage;
use tower_auth::{CertificateRules, NameKind};

use super::{assert_refused, issued, judge};
use crate::support::pki::{Leaf, client};

fn rules() -> CertificateRules {
    CertificateRules::subject_from(NameKind::SpiffeId)
}

#[track_caller]
fn assert_accepted(leaf: &Leaf, id: &str) {
    assert_eq!(judge(&rules(), issued(leaf)).unwrap().subject(), id);
}

#[test]
fn spiffe_01_an_svid_has_exactly_one_uri() {
    let svid = client("spiffe://example.org/a");
    assert_accepted(&svid, "spiffe://example.org/a");
    assert_accepted(&svid.clone().dns("a.example").dns("b.example"), "spiffe://example.org/a");
    assert_refused(&rules(), &svid.clone().uri("spiffe://example.org/b"), "several URIs");
    // A second URI of another scheme is one too many as well.
    assert_refused(&rules(), &svid.uri("https://example.org/a"), "several URIs");
    assert_refused(&rules(), &Leaf::named("spiffe://example.org/a").dns("a.example"), "no name");
}

#[test]
fn spiffe_02_scheme_and_trust_domain_are_strict() {
    for good in ["example.org", "a", "a-b_c.9", "10.0.0.1", "-", &"a".repeat(255)] {
        let id = format!("spiffe://{good}/a");
        assert_accepted(&client(&id), &id);
    }
    for bad in
        ["", "Example.org", "example.org:443", "u@example.org", "ex%61mple.org", "[::1]", "a,b"]
    {
        assert_refused(&rules(), &client(&format!("spiffe://{bad}/a")), "trust domain");
    }
    assert_refused(&rules(), &client(&format!("spiffe://{}/a", "a".repeat(256))), "trust domain");
    for bad in ["https://example.org/a", "SPIFFE://example.org/a", "spiffe:/example.org/a", "a:b"] {
        assert_refused(&rules(), &client(bad), "not a SPIFFE ID");
    }
    for bad in ["spiffe://example.org?a=/b", "spiffe://example.org#/b"] {
        assert_refused(&rules(), &client(bad), "trust domain");
    }
}

#[test]
fn spiffe_03_a_workload_has_a_path_and_signs_nothing() {
    assert_refused(&rules(), &client("spiffe://example.org"), "no path");
    assert_refused(&rules(), &client("spiffe://example.org/"), "path");
    let svid = client("spiffe://example.org/a");
    let usages = |usages: &[KeyUsage]| svid.clone().key_usages(usages.iter().copied());
    assert_accepted(&usages(&[KeyUsage::DigitalSignature]), "spiffe://example.org/a");
    for signing in [KeyUsage::KeyCertSign, KeyUsage::CrlSign] {
        let leaf = usages(&[KeyUsage::DigitalSignature, signing]);
        assert_refused(&rules(), &leaf, "may sign others");
        // Only where it is used as an SVID.
        judge(&CertificateRules::new(), issued(&leaf)).unwrap();
    }
    assert_refused(&rules(), &svid.authority(), "not for client authentication");
}

#[test]
fn spiffe_04_paths_have_one_spelling() {
    for good in ["a", "a/b", "ns/acme/sa/billing", "A-z_0.9", "...", ".a"] {
        let id = format!("spiffe://example.org/{good}");
        assert_accepted(&client(&id), &id);
    }
    for bad in
        ["a/", "/a", "a//b", ".", "..", "a/../b", "a/.", "a%2Fb", "a?b", "a#b", "a:b", "a~b", "a+b"]
    {
        assert_refused(&rules(), &client(&format!("spiffe://example.org/{bad}")), "path");
    }
}

#[test]
fn spiffe_05_the_id_is_of_a_trust_domain_that_was_named() {
    let rules = CertificateRules::spiffe(["example.org", "partner.example"]).unwrap();
    for domain in ["example.org", "partner.example"] {
        let id = format!("spiffe://{domain}/a");
        assert_eq!(judge(&rules, issued(&client(&id))).unwrap().subject(), id);
    }
    for other in ["example.com", "a.example.org", "example.org.evil.example", "xexample.org"] {
        let leaf = client(&format!("spiffe://{other}/a"));
        assert_refused(&rules, &leaf, "another trust domain");
    }
    // Whatever the subject is taken from.
    let by_name = rules.allow_common_name();
    assert_refused(&by_name, &Leaf::named("alice"), "no name");
}

#[test]
fn spiffe_05_trust_domains_are_checked_beforehand() {
    let error = CertificateRules::spiffe(["Example.org", "a/b", "good"]).unwrap_err();
    assert_eq!(error.problems().count(), 2, "{error}");
    let error = CertificateRules::spiffe::<String>([]).unwrap_err();
    assert!(error.to_string().contains("no trust domain"), "{error}");
}

#[test]
fn spiffe_06_ids_may_be_2048_bytes_long() {
    let of_length = |length: usize| {
        let start = "spiffe://example.org/";
        format!("{start}{}", "a".repeat(length - start.len()))
    };
    assert_accepted(&client(&of_length(2048)), &of_length(2048));
    assert_refused(&rules(), &client(&of_length(2049)), "too long");
}
