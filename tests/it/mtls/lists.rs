//! Allow-lists and deny-lists that change while connections are open.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use tower_auth::{
    AuthErrorKind, CertificateEntry, CertificateList, CertificateRules, ClientCertificate,
};

use super::judge_again;
use crate::support::pki::{Authority, Leaf, client};

fn certificate(authority: &Authority, serial: &[u8]) -> ClientCertificate {
    let leaf = client("spiffe://example/a").serial(serial);
    ClientCertificate::from_der(authority.sign(&leaf).der()).unwrap()
}

fn by_serial(authority: &Authority, serial: &str) -> CertificateEntry {
    CertificateEntry::issued_by(authority.pem().as_bytes(), serial).unwrap()
}

#[track_caller]
fn assert_refused(rules: &CertificateRules, certificate: &ClientCertificate, expected: &str) {
    let (kind, reason) = judge_again(rules, certificate).unwrap_err();
    assert_eq!(kind, AuthErrorKind::InvalidCredentials);
    assert!(reason.contains(expected), "{reason}, not {expected}");
}

#[test]
fn a_denied_certificate_is_refused_on_a_connection_that_is_open() {
    let authority = Authority::new("authority");
    let (stolen, other) = (certificate(&authority, &[1]), certificate(&authority, &[2]));
    let list = CertificateList::new();
    let rules = CertificateRules::new().with_deny_list(list.clone());
    judge_again(&rules, &stolen).unwrap();

    for entry in [CertificateEntry::of(&stolen), CertificateEntry::of_issuer_and_serial(&stolen)] {
        list.add([entry]);
        assert_refused(&rules, &stolen, "on the deny-list");
        judge_again(&rules, &other).unwrap();
        list.remove(&entry);
        judge_again(&rules, &stolen).unwrap();
    }
}

#[test]
fn only_certificates_on_the_allow_list_are_accepted_and_none_by_an_empty_one() {
    let authority = Authority::new("authority");
    let (known, other) = (certificate(&authority, &[1]), certificate(&authority, &[2]));
    let list = CertificateList::new();
    let rules = CertificateRules::new().with_allow_list(list.clone());
    assert_refused(&rules, &known, "not on the allow-list");
    list.replace([CertificateEntry::of(&known)]);
    judge_again(&rules, &known).unwrap();
    assert_refused(&rules, &other, "not on the allow-list");
    list.replace([]);
    assert_refused(&rules, &known, "not on the allow-list");
}

#[test]
fn who_is_on_both_lists_is_denied() {
    let certificate = certificate(&Authority::new("authority"), &[1]);
    let list = CertificateList::new();
    list.add([CertificateEntry::of(&certificate)]);
    let rules = CertificateRules::new().with_allow_list(list.clone()).with_deny_list(list);
    assert_refused(&rules, &certificate, "on the deny-list");
}

#[test]
fn a_serial_number_counts_for_its_issuer_only() {
    let (one, two) = (Authority::new("one"), Authority::new("two"));
    let list = CertificateList::new();
    list.add([by_serial(&one, "07")]);
    assert!(list.contains(&certificate(&one, &[7])));
    assert!(!list.contains(&certificate(&one, &[8])));
    assert!(!list.contains(&certificate(&two, &[7])));
    // A name that looks the same as text is another one: CN=one, O=acme, and one attribute of both.
    let structured = Leaf::named("one").attribute(&[2, 5, 4, 10], "acme").signer();
    let (structured, flat) = (Authority::root(structured), Authority::new("one, O=acme"));
    list.replace([by_serial(&structured, "07")]);
    let (real, fake) = (certificate(&structured, &[7]), certificate(&flat, &[7]));
    assert_eq!((real.issuer(), fake.issuer()), ("CN=one, O=acme", "CN=one\\, O=acme"));
    assert!(list.contains(&real));
    assert!(!list.contains(&fake));
}

#[test]
fn serial_numbers_are_numbers_however_they_are_written() {
    let authority = Authority::new("authority");
    // The first bit is set: DER has a zero before it.
    let certificate = certificate(&authority, &[0xA1, 0x0B]);
    assert_eq!(certificate.serial(), "00:a1:0b");
    let list = CertificateList::new();
    for written in ["a10b", "A10B", "a1:0b", "00:A1:0B", "00a10b", "0a10b", "a1:b"] {
        list.replace([by_serial(&authority, written)]);
        assert!(list.contains(&certificate), "{written}");
    }
    list.replace([by_serial(&authority, certificate.serial())]);
    assert!(list.contains(&certificate));
    for other in ["a10b00", "0ba1", "a1", "0"] {
        list.replace([by_serial(&authority, other)]);
        assert!(!list.contains(&certificate), "{other}");
    }
    for bad in ["", "0x07", "a1 0b", ":", "a1:", "a1::0b", "a10b:07", "zz", "é"] {
        CertificateEntry::issued_by(authority.pem().as_bytes(), bad).unwrap_err();
    }
    for bad in ["", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        CertificateEntry::issued_by(bad.as_bytes(), "07").unwrap_err();
    }
    // KF-17: of a bundle it is not the first by silence.
    let bundle = [authority.pem(), Authority::new("another").pem()].concat();
    let error = CertificateEntry::issued_by(bundle.as_bytes(), "07").unwrap_err();
    assert!(error.to_string().contains("2 certificates"), "{error}");
}

/// With the certificate of the client in place of the authority's the entry would never match anybody.
#[test]
fn who_is_no_authority_has_issued_nothing() {
    let authority = Authority::new("authority");
    let client = authority.client("spiffe://example/a").pem();
    let error = CertificateEntry::issued_by(client.as_bytes(), "07").unwrap_err();
    assert!(error.to_string().contains("not of an authority"), "{error}");
    CertificateEntry::issued_by(authority.pem().as_bytes(), "07").unwrap();
}

#[test]
fn a_fingerprint_is_the_one_that_openssl_prints() {
    let certificate = certificate(&Authority::new("authority"), &[1]);
    let plain = certificate.sha256_fingerprint();
    let pairs: Vec<String> = plain
        .as_bytes()
        .chunks(2)
        .map(|pair| String::from_utf8_lossy(pair).to_uppercase())
        .collect();
    for written in [plain.clone(), plain.to_uppercase(), pairs.join(":")] {
        let entry = CertificateEntry::fingerprint(&written).unwrap();
        assert_eq!(entry, CertificateEntry::of(&certificate), "{written}");
    }
    for bad in [&plain[..40], &plain[..62], &format!("{plain}00"), certificate.sha256_thumbprint()]
    {
        CertificateEntry::fingerprint(bad).unwrap_err();
    }
}

#[test]
fn a_list_is_exchanged_at_once_and_readers_never_see_a_part_of_it() {
    let authority = Authority::new("authority");
    let [one, two] = [&[1], &[2]].map(|serial| certificate(&authority, serial));
    let list = CertificateList::new();
    let [by_one, by_two] = [&one, &two].map(CertificateEntry::of);
    list.replace([by_one, by_two]);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                assert!(list.contains(&one));
            }
        });
        for _ in 0..20_000 {
            list.replace([by_one]);
            list.replace([by_one, by_two]);
        }
        done.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    assert_eq!(list.len(), 2);
}
