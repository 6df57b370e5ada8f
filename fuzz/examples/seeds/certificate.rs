//! Certificates: those of the laboratory, and alice's with a few bytes exchanged.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    Seed,
    laboratory::{CERTIFICATES, base64_of},
};

/// What alice's certificate becomes, by bytes that are there and others of the same length.
const CHANGES: [(&str, &[u8], &[u8]); 26] = [
    ("cn-nul", b"\x0c\x05alice", b"\x0c\x05al\0ce"),
    ("cn-line", b"\x0c\x05alice", b"\x0c\x05al\nce"),
    ("cn-star", b"\x0c\x05alice", b"\x0c\x05a*ice"),
    ("cn-not-utf8", b"\x0c\x05alice", b"\x0c\x05al\xffce"),
    ("cn-bmp", b"\x0c\x05alice", b"\x1e\x05alice"),
    ("cn-t61", b"\x0c\x05alice", b"\x14\x05alice"),
    ("cn-universal", b"\x0c\x05alice", b"\x1c\x05alice"),
    ("cn-ia5", b"\x0c\x05alice", b"\x16\x05al\xc3\xa9e"),
    ("cn-constructed", b"\x0c\x05alice", b"\x2c\x05alice"),
    ("cn-of-the-context", b"\x0c\x05alice", b"\x8c\x05alice"),
    ("cn-too-long", b"\x0c\x05alice", b"\x0c\x7falice"),
    ("cn-as-title", b"\x55\x04\x03\x0c\x05alice", b"\x55\x04\x0c\x0c\x05al\nce"),
    ("two-cn", b"\x55\x04\x0b\x0c\x03ops", b"\x55\x04\x03\x0c\x03ops"),
    ("dns-is-uri", b"\x82\x0falice.acme", b"\x82\x0fa://acme.a"),
    ("dns-nul", b"\x82\x0falice", b"\x82\x0fal\0ce"),
    ("dns-space", b"\x82\x0falice", b"\x82\x0fal ce"),
    ("dns-star", b"\x82\x0falice", b"\x82\x0f*lice"),
    ("uri-is-dns", b"\x86\x22spiffe:", b"\x86\x22spiffe."),
    ("uri-separators", b"/ns/acme/", b",ns;acm\"/"),
    ("two-uris", b"\x82\x0falice.acme", b"\x86\x0fa:lice.acm"),
    ("email-is-dns", b"\x81\x0falice@", b"\x81\x0falice."),
    ("dir-name", b"\x82\x0falice", b"\xa4\x0falice"),
    ("other-name", b"\x82\x0falice", b"\xa0\x0falice"),
    ("odd-ip", b"\x82\x0falice", b"\x87\x0falice"),
    ("two-eku", b"\x55\x1d\x0f", b"\x55\x1d\x25"),
    ("version-1", b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x00"),
];

pub(crate) fn seeds() -> Vec<Seed> {
    let der_of = |pem: &str| STANDARD.decode(base64_of(pem)).expect("base64 in PEM");
    let mut seeds: Vec<Seed> =
        CERTIFICATES.iter().map(|(name, pem)| (*name, der_of(pem))).collect();
    let alice = seeds[0].1.clone();
    seeds.extend(CHANGES.map(|(name, from, to)| (name, exchanged(&alice, from, to))));
    seeds.push(("nothing", Vec::new()));
    seeds.push(("cut", alice[..alice.len() / 2].to_vec()));
    seeds.push(("followed", [&alice, &b"\0"[..]].concat()));
    seeds.push(("long-length", [b"\x30\x83\0", &alice[2..]].concat()));
    seeds
}

fn exchanged(der: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let place = der.windows(from.len()).position(|window| window == from);
    let place = place.unwrap_or_else(|| panic!("{from:?} is not there"));
    let mut der = der.to_vec();
    der[place..place + to.len()].copy_from_slice(to);
    der
}
