//! Tokens that the systems we come from have an opinion on, by their rows (TM-T). Where this crate is
//! stricter or milder, the test says so.

use std::time::Duration;

use serde_json::json;
use tower_auth::{Algorithm, Issuer, JwtVerifier, Keys};

use crate::support::tokens::{
    AUDIENCE, ISSUER, NOW, RSA_PEM, Signing, Token, base64url, clock, judge, jwk_with, jwks, parts,
    sign_with, token_by,
};

fn verifier() -> JwtVerifier {
    let set = jwks([
        jwk_with(Signing::Rs256, &json!({ "kid": "test-key", "alg": "RS256" })),
        jwk_with(Signing::OtherRs256, &json!({ "kid": "second", "alg": "RS256" })),
        jwk_with(Signing::Es256, &json!({ "kid": "test-key-ec", "alg": "ES256" })),
    ]);
    let issuer = Issuer::new(ISSUER, AUDIENCE, Keys::from_jwks(set)).with_leeway(Duration::ZERO);
    JwtVerifier::builder().issuer(issuer).with_clock(clock()).build().unwrap()
}

fn rs256() -> Token {
    token_by(Signing::Rs256).header("kid", "test-key")
}

#[track_caller]
fn assert_refused(token: impl AsRef<str>, reason: &str) {
    let refusal = judge(&verifier(), token).unwrap_err();
    assert!(refusal.contains(reason), "{refusal}, not {reason}");
}

#[test]
fn tm_t7_a_token_without_kid_matches_one_key_or_none() {
    // There: always refused. Here: only where the algorithm leaves a choice.
    assert_refused(rs256().without_header("kid").compact(), "no key matches");
    judge(&verifier(), token_by(Signing::Es256).compact()).unwrap();
}

#[test]
fn tm_t8_a_header_without_alg_is_refused() {
    assert_refused(rs256().without_header("alg").compact(), "names no alg");
}

#[test]
fn tm_t9_and_t10_the_audience_must_be_the_wanted_one() {
    judge(&verifier(), rs256().compact()).unwrap();
    assert_refused(rs256().claim("aud", "test-audience").compact(), "aud");
}

#[test]
fn tm_t35_an_empty_sub_is_refused() {
    // There: accepted as the subject "". Here nobody is nobody.
    assert_refused(rs256().claim("sub", "").compact(), "no sub");
}

#[test]
fn tm_t37_without_leeway_the_second_of_exp_is_too_late() {
    assert_refused(rs256().claim("exp", NOW - 1).compact(), "expired");
    assert_refused(rs256().claim("exp", NOW).compact(), "expired");
    judge(&verifier(), rs256().claim("exp", NOW + 5).compact()).unwrap();
}

#[test]
fn tm_t40_a_token_from_the_future_is_refused() {
    assert_refused(rs256().claim("nbf", NOW + 60).compact(), "not valid yet");
}

#[test]
fn tm_t41_alg_none_without_a_signature_is_refused() {
    let [header, claims, _] = parts(&rs256().header("alg", "none").compact());
    assert_refused(format!("{header}.{claims}."), "not signed");
}

#[test]
fn tm_t42_the_text_of_a_public_key_is_no_secret() {
    let [header, claims, _] = parts(&rs256().header("alg", "HS256").compact());
    let key = jsonwebtoken::EncodingKey::from_secret(RSA_PEM.as_bytes());
    let message = format!("{header}.{claims}");
    let mac = sign_with(jsonwebtoken::Algorithm::HS256, &key, message.as_bytes());
    assert_refused(format!("{message}.{}", base64url(mac)), "no key matches");
}

#[test]
fn tm_t45_two_and_four_parts_are_malformed() {
    let [header, claims, signature] = parts(&rs256().compact());
    assert_refused(format!("{header}.{claims}"), "three parts");
    assert_refused(format!("{header}.{claims}.{signature}.{signature}"), "three parts");
}

#[test]
fn tm_t47_a_kid_of_another_kind_of_key_matches_nothing() {
    let token = token_by(Signing::Es256).header("kid", "test-key");
    assert_refused(token.compact(), "no key matches");
    // With one algorithm configured, the key is not even loaded for another.
    let keys = Keys::from_pem(RSA_PEM, Algorithm::RS256).with_kid("test-key");
    let issuer = Issuer::new(ISSUER, AUDIENCE, keys);
    let only_rsa = JwtVerifier::builder().issuer(issuer).with_clock(clock()).build().unwrap();
    let token = token_by(Signing::Es256).header("kid", "test-key");
    assert_eq!(judge(&only_rsa, token.compact()).unwrap_err(), "no key matches");
}
