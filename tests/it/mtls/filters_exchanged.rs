//! Filters that change while connections are open, and those that must not go.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use tower_auth::{
    CertificateFilter, CertificateFilters, CertificateRules, ClientCertificate, NameKind,
    PublicAuthorities,
};

use super::{issued, judge_again};
use crate::support::pki::{Authority, Leaf, client};

fn named(name: &str) -> CertificateFilter {
    CertificateFilter::new().with_subject_alternative_name(name)
}

fn filters<const N: usize>(filters: [CertificateFilter; N]) -> CertificateFilters {
    CertificateFilters::new(filters).unwrap()
}

fn certificate(name: &str) -> ClientCertificate {
    ClientCertificate::from_der(issued(&client(name))).unwrap()
}

#[test]
fn a_change_counts_on_a_connection_that_is_open() {
    let (alice, bob) = (certificate("spiffe://example/alice"), certificate("spiffe://example/bob"));
    let filters = filters([named("spiffe://example/alice")]);
    let rules = CertificateRules::new().with_filters(filters.clone());
    let other_rules = CertificateRules::subject_from(NameKind::Uri).with_filters(filters.clone());
    for _ in 0..2 {
        for rules in [&rules, &other_rules] {
            judge_again(rules, &alice).unwrap();
            assert!(judge_again(rules, &bob).unwrap_err().1.contains("none of the filters"));
        }
        filters.replace([named("*/bob")]).unwrap();
        for rules in [&rules, &other_rules] {
            judge_again(rules, &bob).unwrap();
            assert!(judge_again(rules, &alice).unwrap_err().1.contains("none of the filters"));
        }
        filters.replace([named("*/alice")]).unwrap();
    }
    filters.replace([]).unwrap();
    judge_again(&rules, &bob).unwrap();
}

#[test]
fn filters_that_are_wrong_change_nothing() {
    let alice = certificate("spiffe://example/alice");
    let filters = filters([named("*/bob")]);
    for wrong in [
        vec![named("*")],
        vec![CertificateFilter::new()],
        vec![named("*/alice"), named("")],
        vec![named("*/alice"); 26],
    ] {
        filters.replace(wrong).unwrap_err();
        assert!(!filters.matches(&alice));
    }
    assert!(filters.matches(&certificate("spiffe://example/bob")));
}

#[test]
fn filters_are_exchanged_at_once_and_readers_never_see_a_part_of_them() {
    let alice = certificate("spiffe://example/alice");
    let filters = filters([named("*/alice"), named("x")]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert!(filters.matches(&alice));
            }
        });
        for _ in 0..5_000 {
            filters.replace([named("y"), named("*/alice")]).unwrap();
            filters.replace([named("*/alice"), named("x")]).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
}

fn public(authorities: &[&Authority]) -> PublicAuthorities {
    let pem: String = authorities.iter().map(|authority| authority.pem()).collect();
    PublicAuthorities::from_pem(pem).unwrap()
}

#[test]
fn tc_01_a_public_authority_is_accepted_with_filters_only() {
    let (well_known, own) = (Authority::new("Public CA"), Authority::new("own"));
    let public = public(&[&well_known, &Authority::new("another")]);
    let bundle = own.pem() + &well_known.pem();
    let filters = filters([]);
    filters.accept_bundle(own.pem().as_bytes(), &public).unwrap();
    let error = filters.accept_bundle(bundle.as_bytes(), &public).unwrap_err();
    assert_eq!(error.problems().count(), 1);
    assert!(error.to_string().starts_with("certificate 2: of a public authority"), "{error}");
    // What was not accepted demands nothing.
    filters.replace([named("*.contoso.com")]).unwrap();
    filters.replace([]).unwrap();
    filters.replace([named("*.contoso.com")]).unwrap();
    filters.accept_bundle(bundle.as_bytes(), &public).unwrap();
}

#[test]
fn tc_06_filters_stay_while_a_public_authority_is_in_the_bundle() {
    let (well_known, own) = (Authority::new("Public CA"), Authority::new("own"));
    let public = public(&[&well_known]);
    let filters = filters([named("*.contoso.com")]);
    filters.accept_bundle(well_known.pem().as_bytes(), &public).unwrap();
    let stranger = certificate("spiffe://example/stranger");
    for handle in [&filters, &filters.clone()] {
        let error = handle.replace([]).unwrap_err();
        assert!(error.to_string().contains("cannot be removed"), "{error}");
        assert!(!filters.matches(&stranger));
    }
    filters.replace([named("*.fabrikam.com")]).unwrap();
    // A bundle that cannot be read is not the bundle.
    for bad in ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        filters.accept_bundle(bad.as_bytes(), &public).unwrap_err();
        filters.replace([]).unwrap_err();
    }
    filters.accept_bundle(own.pem().as_bytes(), &public).unwrap();
    filters.replace([]).unwrap();
}

#[test]
fn tc_01_a_public_authority_is_known_by_name_by_key_and_by_what_it_has_issued() {
    let well_known = Authority::new("Public CA");
    let public = public(&[&well_known]);
    let of_other_case = Authority::new("PUBLIC ca");
    let issued = well_known.authority(Leaf::named("Public CA 2").signer());
    let other_name = well_known.renamed("Cross-signed");
    for authority in [&of_other_case, &issued, &other_name] {
        let error = filters([]).accept_bundle(authority.pem().as_bytes(), &public).unwrap_err();
        assert!(error.to_string().contains("public authority"), "{error}");
    }
    filters([]).accept_bundle(Authority::new("Public CA 3").pem().as_bytes(), &public).unwrap();
}

#[test]
fn public_authorities_that_cannot_be_read_are_not_passed_over() {
    let good = Authority::new("Public CA").pem();
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "no PEM", bad, &(good + bad)] {
        PublicAuthorities::from_pem(pem).unwrap_err();
    }
}
