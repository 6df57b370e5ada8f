//! Several issuers: each has keys, audiences and algorithms of its own.

use std::time::Duration;

use tower_auth::{Algorithm, HmacAlgorithm, Issuer, JwtVerifier, Keys};

use crate::support::tokens::{
    AUDIENCE, HMAC_SECRET, NOW, P256_PEM, RSA_PEM, Signing, assert_refused_by, clock, issuer,
    judge, token, token_by, verifier_of,
};

const A: &str = "https://a.example";
const B: &str = "https://b.example";

/// `A` signs with ES256 for `orders-api`; `B` with RS256 for `billing-api`, and has much leeway.
fn two_issuers() -> JwtVerifier {
    let a = Issuer::new(A, AUDIENCE, Keys::from_pem(P256_PEM, Algorithm::ES256));
    let b = Issuer::new(B, "billing-api", Keys::from_pem(RSA_PEM, Algorithm::RS256))
        .with_leeway(Duration::from_secs(300));
    JwtVerifier::builder().issuer(a).issuer(b).with_clock(clock()).build().unwrap()
}

#[test]
fn each_issuer_is_judged_by_its_own_rules() {
    let verifier = two_issuers();
    let of_a = token_by(Signing::Es256).claim("iss", A);
    let of_b = token_by(Signing::Rs256).claim("iss", B).claim("aud", "billing-api");

    assert_eq!(judge(&verifier, of_a.compact()).unwrap().issuer(), Some(A));
    assert_eq!(judge(&verifier, of_b.compact()).unwrap().issuer(), Some(B));

    let late = NOW - 200;
    assert_refused_by(&verifier, of_a.claim("exp", late).compact(), "expired");
    judge(&verifier, of_b.claim("exp", late).compact()).unwrap();
}

#[test]
fn an_issuer_cannot_sign_for_another() {
    let verifier = two_issuers();
    let by_b_as_a = token_by(Signing::Rs256).claim("iss", A);
    assert_refused_by(&verifier, by_b_as_a.compact(), "no key matches");

    // Keys of one algorithm on both sides: the right key is found and does not verify.
    let a = Issuer::new(A, AUDIENCE, Keys::from_pem(RSA_PEM, Algorithm::RS256));
    let other = include_str!("../../data/keys/rsa-other.pub.pem");
    let b = Issuer::new(B, AUDIENCE, Keys::from_pem(other, Algorithm::RS256));
    let verifier = JwtVerifier::builder().issuer(a).issuer(b).with_clock(clock()).build().unwrap();
    let by_b_as_a = token_by(Signing::OtherRs256).claim("iss", A);
    judge(&verifier, by_b_as_a.clone().claim("iss", B).compact()).unwrap();
    assert_refused_by(&verifier, by_b_as_a.compact(), "signature");
}

#[test]
fn an_audience_of_one_issuer_is_none_of_another() {
    let token = token().claim("iss", A).claim("aud", "billing-api");
    assert_refused_by(&two_issuers(), token.compact(), "aud");
}

#[test]
fn an_issuer_may_be_trusted_for_several_audiences() {
    let keys = Keys::from_pem(P256_PEM, Algorithm::ES256);
    let verifier = verifier_of(issuer(keys).with_audience("billing-api"));
    judge(&verifier, token().compact()).unwrap();
    judge(&verifier, token().claim("aud", "billing-api").compact()).unwrap();
    assert_refused_by(&verifier, token().claim("aud", "shipping-api").compact(), "aud");
}

#[test]
fn the_name_of_an_issuer_is_compared_byte_for_byte() {
    let keys = || Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS256);
    for name in ["https://login.example.com/", "https://LOGIN.example.com", "issuer", "a\u{301}"] {
        let verifier = verifier_of(Issuer::new(name, AUDIENCE, keys()));
        let token = token_by(Signing::Hs256);
        judge(&verifier, token.clone().claim("iss", name).compact()).unwrap();
        for near in [
            "https://login.example.com",
            "https://login.example.com//",
            "Issuer",
            "issuer ",
            "\u{e1}",
            "",
        ] {
            assert_refused_by(&verifier, token.clone().claim("iss", near).compact(), "iss");
        }
    }
}
