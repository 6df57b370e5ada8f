//! Whoever has a certificate that ECDSA has signed can write a second one, with the same content and
//! another fingerprint, that is as good: of a signature (r, s) comes (r, -s).

use rcgen::{PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SignatureAlgorithm};
use tower_auth::{CertificateEntry, CertificateList, CertificateRules, ClientCertificate};
use x509_parser::{asn1_rs, der_parser::num_bigint::BigUint, prelude::*};

use super::judge;
use crate::support::pki::{Authority, Leaf};

const P256: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
const P384: &str = "ffffffffffffffffffffffffffffffffffffffffffffffff\
                    c7634d81f4372ddf581a0db248b0a77aecec196accc52973";

const CURVES: [(&SignatureAlgorithm, &str); 2] =
    [(&PKCS_ECDSA_P256_SHA256, P256), (&PKCS_ECDSA_P384_SHA384, P384)];

fn authority(algorithm: &'static SignatureAlgorithm) -> Authority {
    Authority::root_signing_by(Leaf::named("authority").signer(), algorithm)
}

fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let [high, low] = u16::try_from(length).unwrap().to_be_bytes();
    let header = match length {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    [&header, content].concat()
}

fn integer(number: &BigUint) -> Vec<u8> {
    let bytes = number.to_bytes_be();
    let zero: &[u8] = if bytes[0] & 0x80 == 0 { &[] } else { &[0] };
    value(2, &[zero, &bytes].concat())
}

/// The same certificate with the other signature.
fn twin(der: &[u8], order: &str) -> Vec<u8> {
    let (_, certificate) = X509Certificate::from_der(der).unwrap();
    let signature = certificate.signature_value.data.as_ref();
    let (_, numbers) = <Vec<asn1_rs::Integer<'_>>>::from_der(signature).unwrap();
    let [r, s] = [0, 1].map(|place: usize| BigUint::from_bytes_be(numbers[place].as_ref()));
    let order = BigUint::parse_bytes(order.as_bytes(), 16).unwrap();
    let other = value(0x30, &[integer(&r), integer(&(order - s))].concat());
    let tbs = certificate.tbs_certificate.as_ref();
    let start = der.windows(tbs.len()).position(|window| window == tbs).unwrap() + tbs.len();
    let end = der.len() - value(3, &[&[0], signature].concat()).len();
    let signature = value(3, &[&[0], other.as_slice()].concat());
    value(0x30, &[tbs, &der[start..end], &signature].concat())
}

#[test]
fn a_deny_list_by_fingerprint_holds_the_twin_as_well() {
    for (algorithm, order) in CURVES {
        let der = authority(algorithm).client("spiffe://example/mallory").der();
        let twin = twin(&der, order);
        assert_ne!(der, twin);
        let (stolen, twin) =
            (ClientCertificate::from_der(der).unwrap(), ClientCertificate::from_der(twin).unwrap());
        let list = CertificateList::new();
        list.add([CertificateEntry::fingerprint(&stolen.sha256_fingerprint()).unwrap()]);
        assert!(list.contains(&stolen) && list.contains(&twin));
        let rules = CertificateRules::new().with_deny_list(list.clone());
        assert!(judge(&rules, stolen.der()).unwrap_err().1.contains("deny-list"));
        assert!(judge(&rules, twin.der()).unwrap_err().1.contains("deny-list"));
        list.replace([CertificateEntry::of(&twin)]);
        assert!(list.contains(&stolen) && list.contains(&twin));
    }
}

/// The reason for all this: a verifier takes both.
#[tokio::test]
async fn a_verifier_takes_the_twin() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use http::Request;
    use tower_auth::{ForwardedAuthorities, ForwardedCertificates, ProxyProof};

    use super::forwarded::{answer, layer, name, outcome, trusted};

    for (algorithm, order) in CURVES {
        let authority = authority(algorithm);
        let der = authority.client("spiffe://example/mallory").der();
        for der in [twin(&der, order), der] {
            let source = ForwardedCertificates::from_haproxy(name("x-own"));
            let known = ForwardedAuthorities::from_pem(authority.pem()).unwrap();
            let layer = layer(source, ProxyProof::unix_socket()).with_authorities(known);
            let request = Request::builder().header("x-own", STANDARD.encode(der));
            let (response, probe) = answer(&layer, trusted(request)).await;
            assert_eq!(outcome(&response, &probe).as_deref(), Ok("spiffe://example/mallory"));
        }
    }
}

#[test]
fn another_certificate_of_the_same_authority_is_no_twin() {
    for algorithm in [&PKCS_ECDSA_P256_SHA256, &PKCS_ED25519] {
        let authority = authority(algorithm);
        let [one, two] = [1, 2].map(|_| {
            ClientCertificate::from_der(authority.client("spiffe://example/a").der()).unwrap()
        });
        let list = CertificateList::new();
        list.add([CertificateEntry::of(&one)]);
        assert!(list.contains(&one) && !list.contains(&two));
    }
}

/// The length of the outermost sequence in more bytes than it takes would be a twin for everybody.
#[test]
fn a_certificate_has_one_encoding() {
    let der = authority(&PKCS_ED25519).client("spiffe://example/a").der();
    assert_eq!(der[..2], [0x30, 0x82]);
    let long = [&[0x30, 0x83, 0], &der[2..]].concat();
    ClientCertificate::from_der(long).unwrap_err();
    let indefinite = [&[0x30, 0x80], &der[4..], &[0, 0]].concat();
    ClientCertificate::from_der(indefinite).unwrap_err();
}
