//! Keys are chosen by `kid` and algorithm; where the name does not decide, none is tried.

use serde_json::{Value, json};
use tower_auth::{Algorithm, HmacAlgorithm, JwtVerifier, Keys};

use crate::support::tokens::{
    HMAC_SECRET, P256_PEM, RSA_PEM, Signing, assert_refused_by, issuer, judge, jwk_with, jwks,
    token, token_by, verifier_of,
};

fn verifier_of_keys(keys: impl IntoIterator<Item = Value>) -> JwtVerifier {
    verifier_of(issuer(Keys::from_jwks(jwks(keys))))
}

fn key(signing: Signing, kid: &str) -> Value {
    jwk_with(signing, &json!({ "kid": kid, "alg": signing.alg() }))
}

fn nameless(signing: Signing) -> Value {
    jwk_with(signing, &json!({ "alg": signing.alg() }))
}

#[test]
fn a_kid_chooses_the_key_of_that_name() {
    let verifier = verifier_of_keys([key(Signing::Rs256, "old"), key(Signing::OtherRs256, "new")]);
    let (old, new) = (token_by(Signing::Rs256), token_by(Signing::OtherRs256));

    judge(&verifier, old.clone().header("kid", "old").compact()).unwrap();
    judge(&verifier, new.clone().header("kid", "new").compact()).unwrap();
    assert_refused_by(&verifier, old.header("kid", "new").compact(), "signature");
    assert_refused_by(&verifier, new.header("kid", "old").compact(), "signature");
}

#[test]
fn an_unknown_kid_matches_no_named_key() {
    let verifier = verifier_of_keys([key(Signing::Es256, "known")]);
    for kid in ["unknown", "", "KNOWN", "known ", "know", "known\0"] {
        assert_refused_by(&verifier, token().header("kid", kid).compact(), "no key matches");
    }
}

#[test]
fn an_unknown_kid_falls_back_to_the_one_key_without_a_name() {
    let verifier = verifier_of_keys([key(Signing::OtherRs256, "named"), nameless(Signing::Rs256)]);
    let token = token_by(Signing::Rs256);
    judge(&verifier, token.clone().header("kid", "whatever").compact()).unwrap();
    assert_refused_by(&verifier, token.header("kid", "named").compact(), "signature");
}

#[test]
fn a_token_without_kid_needs_a_single_key_of_its_algorithm() {
    let two = verifier_of_keys([key(Signing::Rs256, "a"), key(Signing::OtherRs256, "b")]);
    assert_refused_by(&two, token_by(Signing::Rs256).compact(), "no key matches");

    let one = verifier_of_keys([key(Signing::Rs256, "a"), key(Signing::Es256, "b")]);
    judge(&one, token_by(Signing::Rs256).compact()).unwrap();
    judge(&one, token_by(Signing::Es256).compact()).unwrap();
}

#[test]
fn a_named_and_a_nameless_key_of_one_algorithm_are_ambiguous_without_a_kid() {
    let verifier = verifier_of_keys([key(Signing::OtherRs256, "named"), nameless(Signing::Rs256)]);
    assert_refused_by(&verifier, token_by(Signing::Rs256).compact(), "no key matches");
}

#[test]
fn a_token_is_held_against_each_key_of_its_name() {
    let verifier = verifier_of_keys([key(Signing::Rs256, "a"), key(Signing::OtherRs256, "a")]);
    judge(&verifier, token_by(Signing::Rs256).header("kid", "a").compact()).unwrap();
    judge(&verifier, token_by(Signing::OtherRs256).header("kid", "a").compact()).unwrap();
    assert_refused_by(&verifier, token_by(Signing::Rs256).compact(), "no key matches");
}

#[test]
fn a_fifth_key_of_one_name_is_left_out() {
    let others = std::iter::repeat_n(key(Signing::OtherRs256, "a"), 4);
    let verifier = verifier_of_keys(others.chain([key(Signing::Rs256, "a")]));
    let token = token_by(Signing::Rs256).header("kid", "a").compact();
    assert_refused_by(&verifier, token, "signature");
}

#[test]
fn keys_of_one_name_and_different_algorithms_are_told_apart_by_the_algorithm() {
    let verifier = verifier_of_keys([key(Signing::Rs256, "a"), key(Signing::Es256, "a")]);
    judge(&verifier, token_by(Signing::Rs256).header("kid", "a").compact()).unwrap();
    judge(&verifier, token_by(Signing::Es256).header("kid", "a").compact()).unwrap();
}

#[test]
fn two_nameless_keys_of_one_algorithm_never_match() {
    let verifier = verifier_of_keys([nameless(Signing::Rs256), nameless(Signing::OtherRs256)]);
    let token = token_by(Signing::Rs256);
    assert_refused_by(&verifier, token.clone().compact(), "no key matches");
    assert_refused_by(&verifier, token.header("kid", "a").compact(), "no key matches");
}

#[test]
fn a_key_takes_the_kid_that_the_configuration_gives_it() {
    let keys = Keys::from_pem(P256_PEM, Algorithm::ES256).with_kid("2026-11");
    let verifier = verifier_of(issuer(keys));
    judge(&verifier, token().header("kid", "2026-11").compact()).unwrap();
    assert_refused_by(&verifier, token().header("kid", "2026-10").compact(), "no key matches");
}

#[test]
fn a_jwk_keeps_its_own_kid() {
    let keys = Keys::from_jwk(key(Signing::Es256, "own").to_string()).with_kid("given");
    let verifier = verifier_of(issuer(keys));
    judge(&verifier, token().header("kid", "own").compact()).unwrap();
    assert_refused_by(&verifier, token().header("kid", "given").compact(), "no key matches");
}

#[test]
fn a_key_verifies_with_the_one_algorithm_it_is_bound_to() {
    let rsa = [
        Signing::Rs256,
        Signing::Rs384,
        Signing::Rs512,
        Signing::Ps256,
        Signing::Ps384,
        Signing::Ps512,
    ];
    for bound in rsa {
        let verifier = verifier_of_keys([key(bound, "rsa")]);
        for signing in rsa {
            let token = token_by(signing).header("kid", "rsa").compact();
            match judge(&verifier, token) {
                Ok(_) => assert_eq!(bound, signing),
                Err(reason) => {
                    assert_ne!(bound, signing);
                    assert_eq!(reason, "no key matches");
                }
            }
        }
    }
}

#[test]
fn keys_of_different_kinds_work_side_by_side() {
    let keys = Keys::from_pem(RSA_PEM, Algorithm::PS256)
        .and(Keys::from_pem(P256_PEM, Algorithm::ES256))
        .and(Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS512));
    let verifier = verifier_of(issuer(keys));
    for signing in [Signing::Ps256, Signing::Es256, Signing::Hs512] {
        judge(&verifier, token_by(signing).compact()).unwrap();
    }
    assert_refused_by(&verifier, token_by(Signing::Hs256).compact(), "no key matches");
}
