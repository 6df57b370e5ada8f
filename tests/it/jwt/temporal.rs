//! The rules of the Temporal server: rows TM and TA that are about tokens.

use serde_json::{Value, json};
use tower_auth::{Issuer, JwtVerifier, Keys};

use crate::support::tokens::{
    NOW, Signing, Token, assert_refused_by, clock, judge, jwk_with, jwks, token_by,
};

fn keys() -> Keys {
    let of = |signing, kid| jwk_with(signing, &json!({ "kid": kid }));
    Keys::from_jwks(jwks([of(Signing::Rs256, "test-key"), of(Signing::Es256, "ec-key")]))
}

fn build(issuer: Issuer) -> JwtVerifier {
    JwtVerifier::builder().issuer(issuer).with_clock(clock()).build().unwrap()
}

fn verifier() -> JwtVerifier {
    build(Issuer::temporal(keys()))
}

fn wanting(audience: &str) -> JwtVerifier {
    build(Issuer::temporal(keys()).with_audience(audience))
}

/// The token of Temporal's tests; nothing in it that they do not have.
fn token() -> Token {
    let token = token_by(Signing::Rs256).header("kid", "test-key");
    let bare = ["iss", "iat", "nbf", "exp"].into_iter().fold(token, Token::without);
    bare.claim("sub", "test-user").claim("aud", "test-audience")
}

fn ec_token() -> Token {
    let token = token_by(Signing::Es256).header("kid", "ec-key");
    ["iss", "iat", "nbf", "exp"].into_iter().fold(token, Token::without)
}

#[test]
fn tm_t1_tm_t2_tm_t36_rs256_and_es256_without_dates_and_issuer() {
    let identity = judge(&verifier(), token().compact()).unwrap();
    assert_eq!(
        (identity.subject(), identity.issuer(), identity.expires_at()),
        ("test-user", None, None)
    );
    judge(&verifier(), ec_token().compact()).unwrap();
    judge(&verifier(), token().claim("iss", "https://whoever").compact()).unwrap();
}

#[test]
fn tm_t6_tm_11_tm_t35_the_subject_is_a_string() {
    assert_refused_by(&verifier(), token().without("sub").compact(), "no sub");
    for sub in [json!(null), json!(7), json!(["a"])] {
        assert_refused_by(&verifier(), token().claim("sub", sub).compact(), "no sub");
    }
    assert_eq!(judge(&verifier(), token().claim("sub", "").compact()).unwrap().subject(), "");
}

#[test]
fn tm_t7_tm_6_the_kid_is_required() {
    assert_refused_by(&verifier(), token().without_header("kid").compact(), "no kid");
    assert_refused_by(&verifier(), token().header("kid", 7).compact(), "wrong type");
    assert_refused_by(&verifier(), token().header("kid", "other").compact(), "no key matches");
}

#[test]
fn tm_t8_tm_t41_tm_t42_tm_4_the_algorithm_is_one_of_two() {
    assert_refused_by(&verifier(), token().without_header("alg").compact(), "no alg");
    assert_refused_by(&verifier(), token().header("alg", "none").compact(), "not supported");
    for signing in [Signing::Hs256, Signing::Rs384, Signing::Ps256, Signing::Es384, Signing::EdDsa]
    {
        let other = token_by(signing).header("kid", "test-key").compact();
        assert_refused_by(&verifier(), other, "no key matches");
    }
}

#[test]
fn tm_t47_the_key_must_be_of_the_algorithms_type() {
    let mixed = ec_token().header("kid", "test-key").compact();
    assert_refused_by(&verifier(), mixed, "no key matches");
}

#[test]
fn tm_t9_tm_t10_the_audience_counts_where_one_is_wanted() {
    judge(&wanting("test-audience"), token().compact()).unwrap();
    assert_refused_by(&wanting("foo"), token().compact(), "the aud is not this service");
    judge(&verifier(), token().without("aud").compact()).unwrap();
}

#[test]
fn ta_1_to_ta_10() {
    let wanting = wanting("example.com");
    let passes: [Value; 2] = [json!("example.com"), json!(["example.com", "example.example.com"])];
    for aud in passes {
        judge(&wanting, token().claim("aud", aud).compact()).unwrap();
    }
    let fails = [
        json!([1, 2, 3]),
        json!("not.example.com"),
        json!([""]),
        json!(["not.example.com", "example.example.com"]),
        json!(["example.com", 7]),
        json!(null),
        json!([]),
        json!(""),
        json!("EXAMPLE.COM"),
        json!({ "example.com": true }),
    ];
    for aud in fails {
        assert_refused_by(&wanting, token().claim("aud", aud.clone()).compact(), "the aud");
        judge(&verifier(), token().claim("aud", aud).compact()).unwrap();
    }
}

#[test]
fn ta_12_a_date_that_is_none_is_refused() {
    for name in ["exp", "iat", "nbf"] {
        let wrong = token().claim(name, "foo").compact();
        assert_refused_by(&verifier(), wrong, &format!("the {name} is not a date"));
    }
}

#[test]
fn ta_13_tm_t37_there_is_no_leeway() {
    let ends = |exp: u64| token().claim("exp", exp).compact();
    judge(&verifier(), ends(NOW + 1)).unwrap();
    judge(&verifier(), ends(NOW + 5)).unwrap();
    assert_refused_by(&verifier(), ends(NOW), "the token has expired");
    assert_refused_by(&verifier(), ends(NOW - 1), "the token has expired");
    // TM-7 takes this for absent; here it is a date like any other.
    assert_refused_by(&verifier(), ends(0), "the token has expired");
}

#[test]
fn tm_t40_tm_8_the_future_is_refused() {
    let early = token().claim("nbf", NOW + 60).compact();
    assert_refused_by(&verifier(), early, "the token is not valid yet");
    let later = token().claim("iat", NOW + 1).compact();
    assert_refused_by(&verifier(), later, "the token is from the future");
    judge(&verifier(), token().claim("iat", NOW).claim("nbf", NOW).compact()).unwrap();
}

#[test]
fn tm_9_the_kind_of_token_does_not_count() {
    for token in [token().header("typ", "whatever"), token().claim("nonce", "x")] {
        judge(&verifier(), token.compact()).unwrap();
    }
}

#[test]
fn tm_t45_a_token_has_three_parts() {
    for text in ["a.b", "a.b.c.d"] {
        assert_refused_by(&verifier(), text, "not of three parts");
    }
}

#[test]
fn other_issuers_of_the_verifier_keep_their_rules() {
    let strict = Issuer::new("https://strict", "api", keys()).with_required_claim("jti");
    let verifier = JwtVerifier::builder()
        .issuer(strict)
        .issuer(Issuer::temporal(keys()))
        .with_clock(clock())
        .build()
        .unwrap();
    let named = token().claim("iss", "https://strict").compact();
    assert_refused_by(&verifier, named, "no exp");
    judge(&verifier, token().compact()).unwrap();
}
