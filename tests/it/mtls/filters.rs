//! The certificate filters of Temporal Cloud.

use std::net::Ipv4Addr;

use rcgen::DnType;
use tower_auth::{CertificateFilter, CertificateFilters, CertificateRules, ClientCertificate};

use super::{assert_refused, issued, judge};
use crate::support::pki::{Leaf, client};

fn filter() -> CertificateFilter {
    CertificateFilter::new()
}

fn worker() -> Leaf {
    Leaf::of(&[
        (DnType::CommonName, "worker-1"),
        (DnType::OrganizationName, "Contoso"),
        (DnType::OrganizationalUnitName, "ops"),
    ])
    .dns("worker-1.contoso.com")
}

fn matches<const N: usize>(filters: [CertificateFilter; N], leaf: &Leaf) -> bool {
    let certificate = ClientCertificate::from_der(issued(leaf)).unwrap();
    CertificateFilters::new(filters).unwrap().matches(&certificate)
}

#[test]
fn tc_04_all_fields_of_a_filter_must_match() {
    let all = filter()
        .with_common_name("worker-1")
        .with_organization("Contoso")
        .with_organizational_unit("ops")
        .with_subject_alternative_name("worker-1.contoso.com");
    assert!(matches([all.clone()], &worker()));
    for one_is_wrong in [
        all.clone().with_common_name("worker-2"),
        all.clone().with_organization("Fabrikam"),
        all.clone().with_organizational_unit("dev"),
        all.with_subject_alternative_name("worker-2.contoso.com"),
    ] {
        assert!(!matches([one_is_wrong.clone()], &worker()), "{one_is_wrong:?}");
    }
}

#[test]
fn tc_04_a_field_is_looked_for_in_its_own_place_only() {
    for misplaced in [
        filter().with_common_name("Contoso"),
        filter().with_organization("ops"),
        filter().with_organizational_unit("worker-1"),
        filter().with_subject_alternative_name("worker-1"),
        filter().with_common_name("worker-1.contoso.com"),
    ] {
        assert!(!matches([misplaced.clone()], &worker()), "{misplaced:?}");
    }
    // A field that the certificate does not have does not match.
    assert!(!matches([filter().with_organization("*o")], &client("spiffe://example/a")));
}

#[test]
fn tc_04_one_filter_of_several_suffices() {
    let (good, bad) = (filter().with_organization("Contoso"), filter().with_organization("x"));
    assert!(matches([bad.clone(), good.clone()], &worker()));
    assert!(matches([good, bad.clone()], &worker()));
    assert!(!matches([bad.clone(), bad], &worker()));
}

#[test]
fn tc_04_without_filters_any_certificate_matches() {
    assert!(matches([], &worker()));
    assert!(matches([], &Leaf::of(&[])));
}

#[test]
fn tc_04_more_than_25_filters_are_too_many() {
    let many = |count| vec![filter().with_common_name("a"); count];
    CertificateFilters::new(many(25)).unwrap();
    let error = CertificateFilters::new(many(26)).unwrap_err();
    assert_eq!(error.to_string(), "26 filters: at most 25");
}

#[test]
fn tc_05_values_match_as_a_whole_and_without_case() {
    for (value, expected) in [
        ("worker-1", true),
        ("WORKER-1", true),
        ("worker", false),
        ("worker-11", false),
        ("xworker-1", false),
        ("orker-1", false),
    ] {
        assert_eq!(matches([filter().with_common_name(value)], &worker()), expected, "{value}");
    }
}

#[test]
fn tc_05_one_star_at_the_start_or_the_end_stands_for_anything() {
    for (value, expected) in [
        ("worker-*", true),
        ("WORKER*", true),
        ("*-1", true),
        ("*ER-1", true),
        // Inferred: also for nothing.
        ("worker-1*", true),
        ("*worker-1", true),
        ("worker-12*", false),
        ("*xworker-1", false),
        ("orker*", false),
        ("*worker", false),
    ] {
        assert_eq!(matches([filter().with_common_name(value)], &worker()), expected, "{value}");
    }
}

#[test]
fn tc_05_stars_elsewhere_are_refused_and_all_at_once() {
    for bad in ["*", "**", "*a*", "a*b", "*a*b", "a*b*", "a**", "**a", ""] {
        let error = CertificateFilters::new([filter().with_common_name(bad)]).unwrap_err();
        assert!(error.to_string().starts_with("filter 1: commonName: "), "{error}");
    }
    let wrong = [
        filter().with_common_name("a*b").with_organization("*"),
        filter(),
        filter().with_subject_alternative_name("*a*"),
    ];
    assert_eq!(CertificateFilters::new(wrong).unwrap_err().problems().count(), 4);
}

#[test]
fn tc_05_only_ascii_letters_have_two_cases() {
    let leaf = |name| Leaf::named(name);
    assert!(!matches([filter().with_common_name("kelvin")], &leaf("\u{212A}elvin")));
    assert!(matches([filter().with_common_name("gr\u{fc}n*")], &leaf("GR\u{fc}NE")));
    // Cut in the middle of a character: no match, and no panic.
    assert!(!matches([filter().with_common_name("a*")], &leaf("\u{fc}")));
    assert!(!matches([filter().with_common_name("*a")], &leaf("\u{fc}")));
}

/// Origin I: the documentation is silent.
#[test]
fn tc_07_of_several_values_any_may_match() {
    let leaf = worker()
        .attribute(&[2, 5, 4, 11], "dev")
        .dns("second.contoso.com")
        .uri("spiffe://contoso/worker")
        .email("worker@contoso.com")
        .ip(Ipv4Addr::LOCALHOST);
    for unit in ["ops", "dev"] {
        assert!(matches([filter().with_organizational_unit(unit)], &leaf), "{unit}");
    }
    for name in [
        "worker-1.contoso.com",
        "second.contoso.com",
        "spiffe://contoso/worker",
        "worker@contoso.com",
        "127.0.0.1",
    ] {
        assert!(matches([filter().with_subject_alternative_name(name)], &leaf), "{name}");
    }
    // Two fields may be met by the same certificate in different values.
    let both = filter().with_organizational_unit("dev").with_subject_alternative_name("second.*");
    assert!(matches([both], &leaf));
}

#[test]
fn x509_06_of_two_common_names_none_matches() {
    let leaf = Leaf::named("worker-1").attribute(&[2, 5, 4, 3], "admin").dns("a.example");
    for name in ["worker-1", "admin"] {
        assert!(!matches([filter().with_common_name(name)], &leaf), "{name}");
    }
    assert!(matches([filter().with_subject_alternative_name("a.example")], &leaf));
}

#[test]
fn rules_demand_a_filter() {
    let filters = CertificateFilters::new([filter().with_organization("contoso")]).unwrap();
    let rules = CertificateRules::new().with_filters(filters);
    assert_eq!(judge(&rules, issued(&worker())).unwrap().subject(), "worker-1.contoso.com");
    assert_refused(&rules, &client("spiffe://example/a"), "none of the filters");
}

#[test]
fn filters_are_read_from_json_as_the_cloud_has_them() {
    let read = serde_json::from_str::<Vec<CertificateFilter>>;
    let filters = read(
        r#"[{"commonName": "worker-*", "organization": "Contoso", "organizationalUnit": "ops"},
            {"subjectAlternativeName": "*.contoso.com"}]"#,
    );
    CertificateFilters::new(filters.unwrap()).unwrap();
    // A field that is not known must not widen the filter.
    for bad in [r#"[{"commonname": "a"}]"#, r#"[{"commonName": "a", "issuer": "b"}]"#] {
        read(bad).unwrap_err();
    }
}
