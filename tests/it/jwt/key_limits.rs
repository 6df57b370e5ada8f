//! Keys are checked when they are loaded: sizes, exponents, coordinates, encodings.

use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde_json::json;
use tower_auth::{Algorithm, HmacAlgorithm, JwtVerifier, Keys};

use crate::support::tokens::{
    P256_PEM, RSA_PEM, Signing, base64url, issuer, judge, jwk, jwk_with, token, verifier_of,
};

fn build(keys: Keys) -> Result<JwtVerifier, String> {
    let built = JwtVerifier::builder().issuer(issuer(keys)).build();
    built.map_err(|error| error.to_string())
}

#[track_caller]
fn assert_refused(keys: Keys, reason: &str) {
    match build(keys) {
        Ok(_) => panic!("accepted, not refused for {reason:?}"),
        Err(error) => assert!(error.contains(reason), "{error}, not {reason}"),
    }
}

fn rsa(modulus: &[u8], exponent: &[u8]) -> Keys {
    let jwk = json!({ "kty": "RSA", "n": base64url(modulus), "e": base64url(exponent) });
    Keys::from_jwk(jwk.to_string())
}

/// An odd number of so many bits.
fn modulus(bits: usize) -> Vec<u8> {
    let mut bytes = vec![0x5A; bits.div_ceil(8)];
    bytes[0] = 1 << ((bits - 1) % 8);
    *bytes.last_mut().unwrap() |= 1;
    bytes
}

#[test]
fn an_rsa_key_has_2048_to_8192_bits() {
    for bits in [2048, 2049, 3072, 4096, 8192] {
        build(rsa(&modulus(bits), &[1, 0, 1])).unwrap_or_else(|error| panic!("{bits}: {error}"));
    }
    for bits in [8, 512, 1024, 2040, 2047, 8193, 16384] {
        assert_refused(rsa(&modulus(bits), &[1, 0, 1]), &format!("{bits} bits"));
    }
    assert_refused(rsa(&[], &[1, 0, 1]), "0 bits");
}

#[test]
fn leading_zeros_do_not_make_an_rsa_key_longer() {
    let padded = [&[0; 200][..], &modulus(1024)].concat();
    assert_refused(rsa(&padded, &[1, 0, 1]), "1024 bits");
    build(rsa(&[&[0][..], &modulus(2048)].concat(), &[0, 0, 1, 0, 1])).unwrap();
}

#[test]
fn a_short_rsa_key_is_refused_in_pem_too() {
    let short = include_str!("../../data/keys/rsa1024.pub.pem");
    assert_refused(Keys::from_pem(short, Algorithm::RS256), "1024 bits");
    let almost = include_str!("../../data/keys/rsa2040.pub.pem");
    assert_refused(Keys::from_pem(almost, Algorithm::PS256), "2040 bits");
}

#[test]
fn an_rsa_exponent_is_odd_and_between_3_and_2_to_the_32() {
    for exponent in [&[3][..], &[17], &[1, 0, 1], &[255, 255, 255, 255]] {
        build(rsa(&modulus(2048), exponent))
            .unwrap_or_else(|error| panic!("{exponent:?}: {error}"));
    }
    let too_large = [&[1, 0, 0, 0, 1][..], &[1; 6], &[1; 9], &[1; 256]];
    let even_or_small = [&[][..], &[0], &[1], &[2], &[1, 0, 0], &[1, 0, 0, 0, 0]];
    for exponent in too_large.into_iter().chain(even_or_small) {
        assert_refused(rsa(&modulus(2048), exponent), "exponent");
    }
}

#[test]
fn a_coordinate_has_exactly_the_size_of_its_curve() {
    let good = jwk(Signing::Es256);
    let x = good["x"].as_str().unwrap();
    let refused = |x: String| {
        let jwk = jwk_with(Signing::Es256, &json!({ "x": x }));
        assert_refused(Keys::from_jwk(jwk.to_string()), "coordinate");
    };
    refused(base64url([1; 31]));
    refused(base64url([1; 33]));
    refused(base64url([]));
    refused(base64url([0; 64]));
    build(Keys::from_jwk(jwk_with(Signing::Es256, &json!({ "x": x })).to_string())).unwrap();
}

#[test]
fn a_point_off_the_curve_verifies_nothing() {
    let off =
        jwk_with(Signing::Es256, &json!({ "x": base64url([1; 32]), "y": base64url([2; 32]) }));
    let keys = Keys::from_jwk(off.to_string());
    // Found when the key is loaded or when it is used: both will do.
    if let Ok(verifier) = JwtVerifier::builder().issuer(issuer(keys)).build() {
        assert!(judge(&verifier, token().compact()).is_err());
    }
}

#[test]
fn a_key_does_not_verify_with_an_algorithm_of_another_kind() {
    for (pem, algorithm) in [
        (RSA_PEM, Algorithm::ES256),
        (RSA_PEM, Algorithm::EdDSA),
        (P256_PEM, Algorithm::RS256),
        (P256_PEM, Algorithm::ES384),
        (P256_PEM, Algorithm::EdDSA),
    ] {
        assert_refused(Keys::from_pem(pem, algorithm), "cannot be used with");
    }
}

#[test]
fn other_curves_and_other_forms_of_keys_are_refused() {
    let p521 = include_str!("../../data/keys/p521.pub.pem");
    assert_refused(Keys::from_pem(p521, Algorithm::ES256), "P-256 nor P-384");
    let pkcs1 = include_str!("../../data/keys/rsa.pkcs1-pub.pem");
    assert_refused(Keys::from_pem(pkcs1, Algorithm::RS256), "openssl");
    let private = include_str!("../../data/keys/p256.key.pem");
    assert_refused(Keys::from_pem(private, Algorithm::ES256), "PUBLIC KEY");
    let certificate = include_str!("../../data/keys/p256.cert.pem");
    assert_refused(Keys::from_pem(certificate, Algorithm::ES256), "PUBLIC KEY");
    assert_refused(Keys::from_certificate_pem(P256_PEM, Algorithm::ES256), "no certificate");
}

#[test]
fn nothing_may_follow_a_key_in_der() {
    let spki = SubjectPublicKeyInfoDer::from_pem_slice(P256_PEM.as_bytes()).unwrap();
    build(Keys::from_der(spki.as_ref(), Algorithm::ES256)).unwrap();
    let followed = [spki.as_ref(), &[0]].concat();
    assert_refused(Keys::from_der(followed, Algorithm::ES256), "follows");
    let cut = &spki.as_ref()[..spki.as_ref().len() - 1];
    assert_refused(Keys::from_der(cut, Algorithm::ES256), "not a public key");
    assert_refused(Keys::from_der([], Algorithm::ES256), "not a public key");
}

#[test]
fn a_secret_is_at_least_as_long_as_the_hash() {
    for (algorithm, floor) in
        [(HmacAlgorithm::HS256, 32), (HmacAlgorithm::HS384, 48), (HmacAlgorithm::HS512, 64)]
    {
        build(Keys::from_hmac_secret("s".repeat(floor), algorithm)).unwrap();
        let short = Keys::from_hmac_secret("s".repeat(floor - 1), algorithm);
        assert_refused(short, &format!("{floor} bytes"));
        assert_refused(Keys::from_hmac_secret("", algorithm), "shorter");
    }
}

#[test]
fn no_debug_text_shows_a_secret() {
    let secret = "a secret that is at least thirty-two bytes long";
    let keys = Keys::from_hmac_secret(secret, HmacAlgorithm::HS256);
    let verifier = verifier_of(issuer(keys.clone()));
    for printed in [format!("{keys:?}"), format!("{verifier:?}")] {
        assert!(!printed.contains("thirty-two"), "{printed}");
        assert!(!printed.contains(&format!("{:?}", secret.as_bytes())[1..20]), "{printed}");
    }
}

/// CVE-2017-15361: the private half of such a key can be computed from the public one.
#[test]
fn an_rsa_key_of_the_faulty_generator_is_refused() {
    let roca = include_str!("../../data/keys/roca.jwk.json");
    assert_refused(Keys::from_jwk(roca), "ROCA");
}
