//! What is read from a certificate.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    time::{Duration, SystemTime},
};

use rcgen::{DnType, ExtendedKeyUsagePurpose as Usage};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use tower_auth::ClientCertificate;

use crate::support::pki::{Authority, Leaf, client};

fn issued(leaf: &Leaf) -> ClientCertificate {
    ClientCertificate::from_der(Authority::new("authority").sign(leaf).der()).unwrap()
}

fn from_laboratory(pem: &str) -> ClientCertificate {
    let der = CertificateDer::from_pem_slice(pem.as_bytes()).unwrap();
    ClientCertificate::from_der(der.as_ref()).unwrap()
}

#[test]
fn names_keep_their_types() {
    let certificate = issued(
        &client("spiffe://example/ns/acme/sa/alice")
            .dns("alice.example")
            .dns("alice.internal")
            .email("alice@example.com")
            .ip(Ipv4Addr::LOCALHOST)
            .ip(Ipv6Addr::LOCALHOST),
    );

    assert_eq!(certificate.uris(), ["spiffe://example/ns/acme/sa/alice"]);
    assert_eq!(certificate.dns_names(), ["alice.example", "alice.internal"]);
    assert_eq!(certificate.emails(), ["alice@example.com"]);
    let addresses: [std::net::IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    assert_eq!(certificate.ip_addresses(), addresses);
}

#[test]
fn attributes_of_the_subject_are_read_by_structure() {
    let certificate = issued(&Leaf::of(&[
        (DnType::OrganizationName, "acme, CN=admin"),
        (DnType::OrganizationalUnitName, "ops/CN=root"),
        (DnType::CommonName, "alice\", CN=\"bob"),
    ]));
    assert_eq!(certificate.common_names(), ["alice\", CN=\"bob"]);
    assert_eq!(certificate.organizations(), ["acme, CN=admin"]);
    assert_eq!(certificate.organizational_units(), ["ops/CN=root"]);
}

#[test]
fn odd_but_legal_attributes_come_through() {
    let certificate = from_laboratory(include_str!("../../data/pki/odd-dn.pem"));
    assert_eq!(certificate.organizations(), ["Ac/me, \"Inc\"; <x>=1"]);
    assert_eq!(certificate.common_names(), ["Zo\u{eb}  \u{dc}n\u{ef}, =+;"]);
}

#[test]
fn certificates_of_another_tool_are_read() {
    let alice = from_laboratory(include_str!("../../data/pki/alice.pem"));
    assert_eq!(alice.uris(), ["spiffe://lab.test/ns/acme/sa/alice"]);
    assert_eq!(alice.dns_names(), ["alice.acme.test"]);
    assert_eq!(alice.emails(), ["alice@acme.test"]);
    assert_eq!(alice.common_names(), ["alice"]);
    assert_eq!(alice.organizational_units(), ["ops"]);
    assert_eq!(alice.issuer(), "O=Lab, CN=Lab Root CA");
    assert!(alice.is_for_client_auth());
    for pem in [
        include_str!("../../data/pki/alice-ed.pem"),
        include_str!("../../data/pki/alice-rsa.pem"),
        include_str!("../../data/pki/bob-inter.pem"),
        include_str!("../../data/pki/mesh-a.pem"),
        include_str!("../../data/pki/mesh-b.pem"),
        include_str!("../../data/pki/no-san.pem"),
        include_str!("../../data/pki/revoked.pem"),
    ] {
        assert!(from_laboratory(pem).is_for_client_auth());
    }
}

#[test]
fn several_common_names_are_all_listed() {
    let certificate = from_laboratory(include_str!("../../data/pki/two-cn.pem"));
    assert_eq!(certificate.common_names(), ["alice", "admin"]);
    let certificate = from_laboratory(include_str!("../../data/pki/two-uri.pem"));
    assert_eq!(certificate.uris(), ["spiffe://lab.test/a", "spiffe://lab.test/b"]);
}

#[test]
fn x509_02_a_client_is_an_end_entity_whose_usages_do_not_exclude_it() {
    let with = |usages: &[Usage]| issued(&Leaf::named("a").usages(usages.to_vec()));
    assert!(with(&[Usage::ClientAuth]).is_for_client_auth());
    assert!(with(&[Usage::ServerAuth, Usage::ClientAuth]).is_for_client_auth());
    assert!(with(&[]).is_for_client_auth());
    assert!(!with(&[Usage::ServerAuth]).is_for_client_auth());
    assert!(!with(&[Usage::CodeSigning, Usage::EmailProtection]).is_for_client_auth());
}

#[test]
fn x509_02_a_certificate_of_an_authority_is_never_a_clients() {
    let authority = Authority::new("authority");
    assert!(!ClientCertificate::from_der(authority.der()).unwrap().is_for_client_auth());
    assert!(!issued(&client("spiffe://example/a").authority()).is_for_client_auth());
    for pem in [include_str!("../../data/pki/ca.pem"), include_str!("../../data/pki/inter.pem")] {
        assert!(!from_laboratory(pem).is_for_client_auth());
    }
}

#[test]
fn the_times_of_validity_are_read() {
    let certificate = issued(&client("spiffe://example/a").valid((2026, 1, 1), (2027, 1, 1)));
    let at = |seconds| Some(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert_eq!(certificate.not_before(), at(1_767_225_600));
    assert_eq!(certificate.not_after(), at(1_798_761_600));
}

#[test]
fn a_certificate_is_known_by_its_bytes() {
    use sha2::{Digest, Sha256};

    let der = Authority::new("authority").client("spiffe://example/a").der();
    let certificate = ClientCertificate::from_der(der.clone()).unwrap();
    assert_eq!(certificate.der(), der);
    let thumbprint = crate::support::tokens::base64url(Sha256::digest(&der));
    assert_eq!(certificate.sha256_thumbprint(), thumbprint);
    assert_eq!(certificate, certificate.clone());
    assert_ne!(certificate, issued(&client("spiffe://example/a")));
    let printed = format!("{certificate:?}");
    assert!(printed.contains(&thumbprint) && printed.contains("CN=client"), "{printed}");
}
