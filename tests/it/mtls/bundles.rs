//! What Temporal Cloud asks of authorities and client certificates: one certificate per broken rule.

use rcgen::{DnType, KeyUsagePurpose as KeyUsage, PKCS_ED25519, PKCS_RSA_SHA256};
use tower_auth::{check_ca_bundle, check_client_certificate};

use crate::support::pki::{Authority, Leaf, client, exchanged, pem};

const ECDSA_SHA256: [u8; 10] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
const ECDSA_SHA224: [u8; 10] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x01];

fn rsa_with(hash: u8) -> [u8; 11] {
    [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, hash]
}

fn problems(pem: impl AsRef<[u8]>) -> Vec<String> {
    match check_ca_bundle(pem.as_ref()) {
        Ok(()) => Vec::new(),
        Err(error) => error.problems().map(str::to_owned).collect(),
    }
}

#[track_caller]
fn assert_problem(pem: impl AsRef<[u8]>, expected: &str) {
    let problems = problems(pem);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains(expected), "{problems:?}, not {expected}");
}

fn day(year: i32) -> (i32, u8, u8) {
    (year, 1, 1)
}

#[test]
fn tc_01_roots_and_what_they_issued_are_good() {
    let root = Authority::new("root");
    let inter = root.authority(Leaf::named("inter").signer());
    let below = inter.authority(Leaf::named("below").signer());
    let rsa = Authority::root_signing_by(Leaf::named("rsa").signer(), &PKCS_RSA_SHA256);
    assert_eq!(problems(root.pem()), [""; 0]);
    // In whatever order.
    let all = [below.pem(), rsa.pem(), inter.pem(), root.pem()].concat();
    assert_eq!(problems(all), [""; 0]);
}

#[test]
fn tc_01_who_is_no_authority_is_refused() {
    let root = Authority::new("root");
    let leaf = root.sign(&client("spiffe://example/a")).pem();
    assert_problem([root.pem(), leaf].concat(), "certificate 2: not of an authority");
}

#[test]
fn tc_01_weak_and_unknown_signatures_are_refused() {
    let root = Authority::new("root").der();
    assert_problem(pem(&exchanged(&root, &ECDSA_SHA256, &ECDSA_SHA224)), "SHA-256 or better");
    let rsa = Authority::root_signing_by(Leaf::named("rsa").signer(), &PKCS_RSA_SHA256).der();
    // MD5, SHA-1 and SHA-224 (RFC 8017, appendix C).
    for hash in [4, 5, 14] {
        let weak = exchanged(&rsa, &rsa_with(11), &rsa_with(hash));
        assert_problem(pem(&weak), "SHA-256 or better");
    }
    for hash in [12, 13] {
        assert_eq!(problems(pem(&exchanged(&rsa, &rsa_with(11), &rsa_with(hash)))), [""; 0]);
    }
    let ed25519 = Authority::root_signing_by(Leaf::named("ed").signer(), &PKCS_ED25519);
    assert_problem(ed25519.pem(), "SHA-256 or better");
}

#[test]
fn tc_01_versions_before_3_are_refused() {
    let root = Authority::new("root").der();
    let version_2 = exchanged(&root, &[0xA0, 3, 2, 1, 2], &[0xA0, 3, 2, 1, 1]);
    assert_problem(pem(&version_2), "not X.509 version 3");
}

#[test]
fn tc_01_an_issuer_outside_of_the_bundle_is_refused() {
    let root = Authority::new("root");
    let inter = root.authority(Leaf::named("inter").signer());
    assert_problem(inter.pem(), "neither a root nor issued by another");
    let stranger = Authority::new("stranger");
    let both = [inter.pem(), stranger.pem()].concat();
    assert_problem(both, "certificate 1: neither a root");
}

#[test]
fn tc_01_a_namesake_with_another_key_is_no_issuer() {
    let inter = |root: &Authority| root.authority(Leaf::named("inter").signer().issuer_key());
    let (root, namesake) = (Authority::new("root"), Authority::new("root"));
    assert_eq!(problems([inter(&root).pem(), root.pem()].concat()), [""; 0]);
    let both = [inter(&root).pem(), namesake.pem()].concat();
    assert_problem(both, "neither a root nor issued by another");
}

#[test]
fn tc_01_no_more_than_16_certificates_in_32_kb() {
    let roots: Vec<String> = (0..17).map(|n| Authority::new(&format!("root {n}")).pem()).collect();
    assert_eq!(problems(roots[..16].concat()), [""; 0]);
    assert_problem(roots.concat(), "17 certificates: at most 16");
    let padded = |length: usize| format!("{}{}", roots[0], " ".repeat(length - roots[0].len()));
    assert_eq!(problems(padded(32_768)), [""; 0]);
    assert_problem(padded(32_769), "32769 bytes: at most 32768");
}

/// Who sends a bundle that is far too large does not have all of it compared with all of it.
#[test]
fn a_bundle_that_is_too_large_is_not_read() {
    let root = Authority::new("root").pem();
    let huge = root.repeat(20_000);
    assert_problem(&huge, "at most 32768");
    let leaf = self::root().sign(&leaf()).pem();
    assert_client_problem(&huge, &root, "at most 32768");
    assert!(client_problems(leaf, &huge)[0].contains("at most 32768"));
}

#[test]
fn tc_01_keys_with_or_without_a_passphrase_are_refused() {
    let root = Authority::new("root");
    let key = root.server().key_pem();
    assert_problem([root.pem(), key.clone()].concat(), "a section \"PRIVATE KEY\"");
    let encrypted = key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
    assert_problem([root.pem(), encrypted].concat(), "a section \"ENCRYPTED PRIVATE KEY\"");
}

#[test]
fn tc_01_what_cannot_be_read_is_said() {
    for nothing in ["", "no PEM", "\u{0}"] {
        assert_problem(nothing, "no certificate in the PEM");
    }
    assert_problem(pem(b"\x30\x00"), "certificate 1: not a certificate in DER");
    assert_problem("-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n", "not PEM");
}

#[test]
fn tc_02_names_are_unique_whatever_their_case() {
    let root = Authority::new("Root");
    let same = Authority::new("rOOT");
    assert_problem(
        [root.pem(), same.pem()].concat(),
        "the same distinguished name as certificate 1",
    );
    assert_problem(
        [root.pem(), root.pem()].concat(),
        "the same distinguished name as certificate 1",
    );
    // Attributes count, and text that only looks like them does not.
    let structured = Leaf::named("a").attribute(&[2, 5, 4, 10], "b").signer();
    let flat = Authority::new("a, O=b");
    let all = [Authority::root(structured).pem(), flat.pem(), Authority::new("a").pem()].concat();
    assert_eq!(problems(all), [""; 0]);
}

#[test]
fn tc_01_all_problems_of_a_bundle_are_told_at_once() {
    let root = Authority::new("root");
    let weak = exchanged(&root.der(), &ECDSA_SHA256, &ECDSA_SHA224);
    let leaf = Authority::new("elsewhere").sign(&client("spiffe://example/a")).pem();
    let told = problems([root.pem(), pem(&weak), leaf].concat());
    assert_eq!(told.len(), 4, "{told:?}");
}

fn root() -> Authority {
    Authority::root(Leaf::named("root").signer().valid(day(2020), day(2040)))
}

fn leaf() -> Leaf {
    let leaf = client("spiffe://example/a").key_usages([KeyUsage::DigitalSignature]);
    leaf.valid(day(2025), day(2039))
}

fn client_problems(leaf: impl AsRef<[u8]>, authorities: &str) -> Vec<String> {
    match check_client_certificate(leaf.as_ref(), authorities.as_bytes()) {
        Ok(()) => Vec::new(),
        Err(error) => error.problems().map(str::to_owned).collect(),
    }
}

#[track_caller]
fn assert_client_problem(leaf: impl AsRef<[u8]>, authorities: &str, expected: &str) {
    let problems = client_problems(leaf, authorities);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains(expected), "{problems:?}, not {expected}");
}

#[test]
fn tc_03_a_good_client_certificate_is_good() {
    let root = root();
    assert_eq!(client_problems(root.sign(&leaf()).pem(), &root.pem()), [""; 0]);
    let inter = root.authority(Leaf::named("inter").signer().valid(day(2020), day(2040)));
    let signed = inter.sign(&leaf()).pem();
    assert_eq!(client_problems([signed.clone(), inter.pem()].concat(), &root.pem()), [""; 0]);
    assert_client_problem(signed, &root.pem(), "its authority is not there");
}

#[test]
fn tc_03_every_broken_rule_is_told() {
    let root = root();
    let check = |leaf: Leaf, expected| {
        assert_client_problem(root.sign(&leaf).pem(), &root.pem(), expected);
    };
    check(leaf().authority(), "CA is not false");
    let constraints = [2, 5, 29, 19];
    check(leaf().extension(&constraints, &[4, 0]), "CA is not false");
    let twice = leaf().extension(&constraints, &[0x30, 0]).extension(&constraints, &[0x30, 0]);
    check(twice, "CA is not false");
    check(leaf().key_usages([]), "digitalSignature");
    check(leaf().key_usages([KeyUsage::KeyAgreement]), "digitalSignature");
    check(leaf().valid(day(2025), day(2040)), "does not end before its authority");
    check(leaf().valid(day(2025), day(2041)), "does not end before its authority");
    let good = root.sign(&leaf()).der();
    let weak = pem(&exchanged(&good, &ECDSA_SHA256, &ECDSA_SHA224));
    assert_client_problem(weak, &root.pem(), "SHA-256 or better");
    let old = pem(&exchanged(&good, &[0xA0, 3, 2, 1, 2], &[0xA0, 3, 2, 1, 1]));
    assert_client_problem(old, &root.pem(), "version 3");
    assert_client_problem(pem(&good), &Authority::new("other").pem(), "its authority is not there");
    assert_eq!(client_problems(pem(&good), "").len(), 2);
    let none = Leaf::of(&[(DnType::CommonName, "a")]).authority().valid(day(2025), day(2041));
    assert_eq!(client_problems(root.sign(&none).pem(), &root.pem()).len(), 3);
}
