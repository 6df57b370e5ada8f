//! Certificates that are refused as a whole: damaged ones, and ones made to be misread.

use rcgen::DnType;
use tower_auth::{AuthErrorKind, ClientCertificate};

use crate::support::pki::{Authority, Leaf, client};

const SUBJECT_ALTERNATIVE_NAME: [u64; 4] = [2, 5, 29, 17];
const BASIC_CONSTRAINTS: [u64; 4] = [2, 5, 29, 19];
const EXTENDED_KEY_USAGE: [u64; 4] = [2, 5, 29, 37];

fn reason(der: impl Into<Vec<u8>>) -> String {
    let error = ClientCertificate::from_der(der).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::UnreadableCredentials);
    std::error::Error::source(&error).unwrap().to_string()
}

#[track_caller]
fn assert_refused(leaf: &Leaf, expected: &str) {
    let actual = reason(Authority::new("authority").sign(leaf).der());
    assert!(actual.contains(expected), "{actual}, not {expected}");
}

/// A certificate with these general names, each a context tag and its content.
fn with_names(names: &[(u8, &[u8])]) -> Leaf {
    let names: Vec<u8> = names
        .iter()
        .flat_map(|(tag, content)| [&[0x80 | tag, short_length(content)], *content].concat())
        .collect();
    let sequence = [&[0x30, short_length(&names)], names.as_slice()].concat();
    Leaf::named("client").extension(&SUBJECT_ALTERNATIVE_NAME, &sequence)
}

fn short_length(content: &[u8]) -> u8 {
    u8::try_from(content.len()).ok().filter(|length| *length < 128).expect("short")
}

#[test]
fn x509_05_a_nul_in_a_name_refuses_the_certificate() {
    assert_refused(&Leaf::named("a").dns("good.example\0.evil.example"), "must not");
    assert_refused(&Leaf::named("a").uri("spiffe://good\0@evil"), "must not");
    assert_refused(&Leaf::named("a").email("alice@good.example\0.evil.example"), "must not");
    assert_refused(&Leaf::named("alice\0bob"), "control character");
    let organization = Leaf::of(&[(DnType::CommonName, "a"), (DnType::OrganizationName, "a\0b")]);
    assert_refused(&organization, "control character");
}

#[test]
fn x509_05_control_characters_and_spaces_in_a_name_refuse_the_certificate() {
    for bad in ["a\nb", "a\r\nb", "a\tb", "\u{7f}", "a b", " a", "a "] {
        assert_refused(&Leaf::named("c").dns(bad), "must not");
        assert_refused(&Leaf::named("c").uri(bad), "must not");
        assert_refused(&Leaf::named("c").email(bad), "must not");
    }
    for bad in ["a\nb", "\u{1b}[2J", "a\u{85}b", "a\u{7f}"] {
        assert_refused(&Leaf::named(bad), "control character");
    }
}

#[test]
fn x509_05_an_empty_name_refuses_the_certificate() {
    assert_refused(&with_names(&[(2, b"")]), "empty");
    assert_refused(&with_names(&[(6, b"")]), "empty");
    assert_refused(&with_names(&[(1, b"")]), "empty");
    assert_refused(&Leaf::named(""), "empty");
}

#[test]
fn x509_05_a_name_beyond_ascii_refuses_the_certificate() {
    for tag in [1, 2, 6] {
        // Both what is UTF-8 and what is not.
        assert!(
            !reason(Authority::new("a").sign(&with_names(&[(tag, "\u{e9}".as_bytes())])).der())
                .is_empty()
        );
        assert!(!reason(Authority::new("a").sign(&with_names(&[(tag, b"\xff")])).der()).is_empty());
    }
}

#[test]
fn one_bad_name_among_good_ones_refuses_the_certificate() {
    assert_refused(&client("spiffe://example/a").dns("good.example").dns("bad\0"), "must not");
    assert_refused(&with_names(&[(2, b"good.example"), (6, b"bad\0")]), "must not");
}

#[test]
fn an_ip_address_of_an_odd_size_refuses_the_certificate() {
    for bytes in [&b""[..], b"\x7f", b"\x7f\0\0", b"\x7f\0\0\x01\0", &[0; 8], &[0; 15], &[0; 32]] {
        assert_refused(&with_names(&[(7, bytes)]), "IP address");
    }
}

#[test]
fn names_of_kinds_that_nobody_asks_for_do_no_harm() {
    // A registered identifier, 1.2.3.4.
    let leaf = with_names(&[(8, &[0x2A, 3, 4]), (2, b"good.example")]);
    let der = Authority::new("authority").sign(&leaf).der();
    assert_eq!(ClientCertificate::from_der(der).unwrap().dns_names(), ["good.example"]);
}

#[test]
fn a_doubled_or_damaged_extension_refuses_the_certificate() {
    let names = [0x30, 3, 0x82, 1, b'b'];
    assert_refused(
        &Leaf::named("a").dns("a").extension(&SUBJECT_ALTERNATIVE_NAME, &names),
        "damaged",
    );
    assert_refused(&client("a:b").extension(&EXTENDED_KEY_USAGE, &[0x30, 0]), "twice");
    let constraints = [0x30, 0];
    let twice = Leaf::named("a")
        .extension(&BASIC_CONSTRAINTS, &constraints)
        .extension(&BASIC_CONSTRAINTS, &constraints);
    assert_refused(&twice, "twice");
    for damaged in [&[0x30, 9][..], &[4, 0], &[0x30, 3, 1, 1], &[]] {
        for oid in [SUBJECT_ALTERNATIVE_NAME, BASIC_CONSTRAINTS, EXTENDED_KEY_USAGE] {
            let leaf = Leaf::named("a").extension(&oid, damaged);
            let der = Authority::new("authority").sign(&leaf).der();
            // Refused, or at the least not taken for a client's.
            if let Ok(certificate) = ClientCertificate::from_der(der) {
                assert!(!certificate.is_for_client_auth(), "{oid:?} {damaged:?}");
            }
        }
    }
}

#[test]
fn nothing_may_follow_a_certificate() {
    let der = Authority::new("authority").client("spiffe://example/a").der();
    for tail in [&[0][..], &[0x30, 0], &der] {
        let followed = [der.as_slice(), tail].concat();
        assert_eq!(reason(followed), "something follows the certificate");
    }
}

#[test]
fn what_is_no_certificate_is_refused() {
    let der = Authority::new("authority").client("spiffe://example/a").der();
    for length in 0..der.len() {
        assert_eq!(reason(&der[..length]), "not a certificate in DER");
    }
    for garbage in [&b"garbage"[..], &[0xFF; 64], &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], &[0; 1000]]
    {
        assert_eq!(reason(garbage), "not a certificate in DER");
    }
}

#[test]
fn no_byte_that_changes_can_make_the_reader_panic() {
    let der = Authority::new("authority").client("spiffe://example/a").der();
    for position in 0..der.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut damaged = der.clone();
            damaged[position] ^= flip;
            let _ = ClientCertificate::from_der(damaged);
        }
    }
}
