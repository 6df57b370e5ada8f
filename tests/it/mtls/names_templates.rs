//! Parts of names as subject, tenant and claims.

use rcgen::DnType;
use serde_json::json;
use tower_auth::{CertificateRules, ConfigError, NameKind, NameTemplate};

use super::{assert_refused, issued, judge};
use crate::support::pki::{Leaf, client};

fn by(template: Result<NameTemplate, ConfigError>) -> CertificateRules {
    CertificateRules::new().subject_by(template.unwrap())
}

fn contoso() -> CertificateRules {
    by(NameTemplate::dns("{name}.client.contoso.com"))
}

#[track_caller]
fn assert_subject(rules: &CertificateRules, leaf: &Leaf, subject: &str) {
    assert_eq!(judge(rules, issued(leaf)).unwrap().subject(), subject);
}

#[test]
fn ms_01_the_label_before_the_domain_of_the_sample_is_the_subject() {
    assert_subject(&contoso(), &Leaf::named("x").dns("alice.client.contoso.com"), "alice");
    // DNS names have no case (RFC 4343).
    assert_subject(&contoso(), &Leaf::named("x").dns("Alice.CLIENT.contoso.com"), "alice");
    let capital = by(NameTemplate::dns("{name}.Client.Contoso.com"));
    assert_subject(&capital, &Leaf::named("x").dns("alice.client.contoso.com"), "alice");
}

#[test]
fn a_name_of_another_form_is_nobody() {
    for bad in [
        ".client.contoso.com",
        "client.contoso.com",
        "alice.bob.client.contoso.com",
        "alice.client.contoso.com.evil.example",
        "alice.client.contoso.com.",
        "alice.clientxcontoso.com",
        "*.client.contoso.com",
        "a*.client.contoso.com",
    ] {
        assert_refused(&contoso(), &Leaf::named("x").dns(bad), "no name of the certificate fits");
    }
    // X509-03, X509-04: neither another type nor the common name.
    let elsewhere = Leaf::named("alice.client.contoso.com").uri("x:alice.client.contoso.com");
    assert_refused(&contoso(), &elsewhere, "no name of the certificate fits");
}

#[test]
fn x509_06_two_names_that_fit_are_ambiguous_and_others_do_not_matter() {
    let leaf = Leaf::named("x").dns("alice.internal").dns("alice.client.contoso.com");
    assert_subject(&contoso(), &leaf, "alice");
    let two = leaf.dns("bob.client.contoso.com");
    assert_refused(&contoso(), &two, "several names of the certificate fit");
}

#[test]
fn words_beside_the_name_become_claims() {
    let template = NameTemplate::uri("spiffe://example.org/ns/{tenant}/sa/{name}");
    let identity =
        judge(&by(template), issued(&client("spiffe://example.org/ns/acme/sa/billing"))).unwrap();
    assert_eq!(identity.subject(), "billing");
    assert_eq!(identity.claims().get("tenant"), Some(&json!("acme")));
}

#[test]
fn a_segment_of_a_uri_has_one_spelling() {
    let rules = by(NameTemplate::uri("urn://acme/{name}/end"));
    assert_subject(&rules, &client("urn://acme/a.b-c_d~e/end"), "a.b-c_d~e");
    for bad in ["..", ".", "", "a%2Fb", "a/b", "a?b", "a;b", "a:b", "*"] {
        let leaf = client(&format!("urn://acme/{bad}/end"));
        assert_refused(&rules, &leaf, "no name of the certificate fits");
    }
    assert_refused(&rules, &client("URN://acme/a/end"), "no name of the certificate fits");
}

#[test]
fn a_template_of_spiffe_ids_takes_svids_only() {
    let rules = by(NameTemplate::new(NameKind::SpiffeId, "spiffe://example.org/{name}"));
    assert_subject(&rules, &client("spiffe://example.org/a"), "a");
    let two = client("spiffe://example.org/a").uri("https://example.org");
    assert_refused(&rules, &two, "several URIs");
}

#[test]
fn spiffe_05_the_trust_domain_is_demanded_whatever_the_template() {
    let rules = CertificateRules::spiffe(["example.org"]).unwrap();
    let rules = rules.subject_by(NameTemplate::uri("spiffe://{domain}/{name}").unwrap());
    assert_refused(&rules, &client("spiffe://evil/a"), "another trust domain");
    let one_label = client("spiffe://example.org/a");
    assert_subject(&rules, &one_label, "a");
}

#[test]
fn an_address_gives_its_local_part() {
    let rules = by(NameTemplate::email("{name}@contoso.com"));
    assert_subject(&rules, &Leaf::named("x").email("Alice.B@contoso.com"), "Alice.B");
    for bad in ["a@b@contoso.com", "a@evil.example", "\"a\"@contoso.com"] {
        assert_refused(&rules, &Leaf::named("x").email(bad), "no name of the certificate fits");
    }
}

#[test]
fn an_organization_or_a_unit_is_the_tenant() {
    let leaf = Leaf::of(&[
        (DnType::OrganizationName, "acme"),
        (DnType::OrganizationalUnitName, "tenant-blue corp"),
        (DnType::CommonName, "x"),
    ]);
    let leaf = leaf.dns("alice.client.contoso.com");
    let rules = contoso().with_claim("tenant", NameKind::Organization);
    let identity = judge(&rules, issued(&leaf)).unwrap();
    assert_eq!(identity.claims().get("tenant"), Some(&json!(["acme"])));

    let template = NameTemplate::new(NameKind::OrganizationalUnit, "tenant-{name}").unwrap();
    let rules = contoso().with_claim_by("tenant", template);
    let identity = judge(&rules, issued(&leaf)).unwrap();
    assert_eq!(identity.claims().get("tenant"), Some(&json!("blue corp")));

    let two = leaf.clone().attribute(&[2, 5, 4, 11], "tenant-red");
    assert_refused(&rules, &two, "several names of the certificate fit");
    let none = Leaf::named("x").dns("alice.client.contoso.com");
    assert_refused(&rules, &none, "no name of the certificate fits");
    let star = none.attribute(&[2, 5, 4, 11], "tenant-*");
    assert_refused(&rules, &star, "no name of the certificate fits");
}

#[test]
fn a_word_ends_where_what_follows_it_occurs_first() {
    let rules = by(NameTemplate::dns("{name}-{zone}.contoso.com"));
    assert_subject(&rules, &Leaf::named("x").dns("a-b-c.contoso.com"), "a");
    let identity = judge(&rules, issued(&Leaf::named("x").dns("a-b-c.contoso.com"))).unwrap();
    assert_eq!(identity.claims().get("zone"), Some(&json!("b-c")));
}

#[test]
fn names_of_claims_keep_their_case() {
    let rules = by(NameTemplate::dns("{name}.{tenantId}.Contoso.com"));
    let identity = judge(&rules, issued(&Leaf::named("x").dns("a.B.contoso.com"))).unwrap();
    assert_eq!(identity.claims().get("tenantId"), Some(&json!("b")));
}

#[test]
fn what_is_wrong_with_a_template_is_said_at_once() {
    for (bad, problems) in [
        ("", 1),
        ("contoso.com", 1),
        ("{name", 2),
        ("name}", 2),
        ("{na me}", 2),
        ("{}", 2),
        ("{name}{name}", 2),
        ("{a}{b}", 2),
        ("{user}.contoso.com", 1),
    ] {
        let error = NameTemplate::dns(bad).unwrap_err();
        assert_eq!(error.problems().count(), problems, "{bad}: {error}");
    }
    NameTemplate::new(NameKind::IpAddress, "{name}").unwrap_err();
}
