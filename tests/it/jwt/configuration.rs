//! A verifier that cannot work is not built, and all that is wrong is said at once.

use std::time::Duration;

use tower_auth::{
    Algorithm, ConfigError, HmacAlgorithm, Issuer, JwtVerifier, JwtVerifierBuilder, Keys,
};

use crate::support::tokens::{
    HMAC_SECRET, P256_PEM, RSA_PEM, assert_refused_by, clock, issuer, judge, token, verifier_of,
};

const SHORT_SECRET: &str = "tr0ub4dor&3";

fn good_keys() -> Keys {
    Keys::from_pem(P256_PEM, Algorithm::ES256)
}

fn problems(issuers: impl IntoIterator<Item = Issuer>) -> Vec<String> {
    let builder = issuers.into_iter().fold(JwtVerifier::builder(), JwtVerifierBuilder::issuer);
    let error: ConfigError = builder.build().unwrap_err();
    error.problems().map(str::to_owned).collect()
}

#[test]
fn a_verifier_that_trusts_nobody_is_a_mistake() {
    let problems = problems([]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("no issuer"), "{problems:?}");
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let bad = Keys::from_hmac_secret(SHORT_SECRET, HmacAlgorithm::HS256)
        .and(Keys::from_pem("not PEM", Algorithm::RS256))
        .and(Keys::from_jwk("{"))
        .and(Keys::from_jwks(r#"{"keys":[]}"#))
        .and(Keys::from_der([1, 2, 3], Algorithm::ES256))
        .and(Keys::from_pem(RSA_PEM, Algorithm::ES256));
    let first = Issuer::new("", "", bad).with_leeway(Duration::from_secs(301));
    let second = Issuer::new("https://b.example", "b", good_keys()).with_audience("");
    let third = Issuer::new("https://c.example", "c", good_keys());
    let problems = problems([first, second, third.clone(), third]);

    let expected = [
        ("\"\"", "name is empty"),
        ("\"\"", "audience is empty"),
        ("\"\"", "leeway of 301 s"),
        ("source 0", "secret is shorter"),
        ("source 1", "PUBLIC KEY"),
        ("source 2", "JSON"),
        ("source 3", "no usable key"),
        ("source 4", "not a public key"),
        ("source 5", "cannot be used with ES256"),
        ("b.example", "audience is empty"),
        ("c.example", "used twice"),
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, (place, reason)) in problems.iter().zip(expected) {
        assert!(problem.contains(place) && problem.contains(reason), "{problem}: {reason}");
    }
}

#[test]
fn no_secret_is_in_any_problem() {
    let short = Keys::from_hmac_secret(SHORT_SECRET, HmacAlgorithm::HS512);
    let text = problems([issuer(short)]).join("\n");
    assert!(!text.contains(SHORT_SECRET), "{text}");

    let private = include_str!("../../data/keys/rsa.key.pem");
    let line = private.lines().nth(3).unwrap();
    for keys in [
        Keys::from_pem(private, Algorithm::RS256),
        Keys::from_certificate_pem(private, Algorithm::RS256),
        Keys::from_der(private, Algorithm::RS256),
        Keys::from_jwk(private),
        Keys::from_jwks(private),
    ] {
        let text = problems([issuer(keys)]).join("\n");
        assert!(!text.contains(line), "{text}");
    }
}

#[test]
fn a_key_of_an_algorithm_that_the_issuer_may_not_use_is_a_mistake() {
    let issuer = issuer(good_keys()).with_algorithms([Algorithm::RS256]);
    let problems = problems([issuer]);
    assert!(problems[0].contains("ES256 is not among"), "{problems:?}");
}

#[test]
fn no_algorithm_at_all_leaves_no_key_usable() {
    let issuer = issuer(good_keys()).with_algorithms([]);
    assert!(problems([issuer])[0].contains("`with_algorithms` names none"));
}

#[test]
fn a_list_that_comes_out_empty_is_a_mistake_and_no_permission() {
    let none: [&str; 0] = [];
    let tenants = issuer(good_keys()).for_tenants(none);
    assert!(problems([tenants])[0].contains("names no tenant"));
    let parties = issuer(good_keys()).with_authorized_parties(none);
    assert!(problems([parties])[0].contains("`with_authorized_parties` names none"));
}

#[test]
fn the_longest_leeway_is_five_minutes() {
    verifier_of(issuer(good_keys()).with_leeway(Issuer::MAX_LEEWAY));
    let beyond = issuer(good_keys()).with_leeway(Issuer::MAX_LEEWAY + Duration::from_nanos(1));
    assert!(problems([beyond])[0].contains("leeway"));
}

#[test]
fn the_longest_token_can_be_set() {
    let token = token().compact();
    let with_max = |bytes| {
        JwtVerifier::builder()
            .issuer(issuer(good_keys()))
            .with_clock(clock())
            .with_max_token_bytes(bytes)
            .build()
            .unwrap()
    };
    judge(&with_max(token.len()), &token).unwrap();
    assert_refused_by(&with_max(token.len() - 1), &token, "too long");
}

#[test]
fn a_verifier_is_cheap_to_clone_and_prints_no_key() {
    let keys = Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS256);
    let verifier = verifier_of(issuer(keys));
    let printed = format!("{:?}", verifier.clone());
    assert!(!printed.contains("sixty-four"), "{printed}");
}

/// Whoever takes a private key for a public one must not find it in the log as well.
#[test]
fn a_key_in_the_wrong_place_is_not_printed() {
    let private = include_str!("../../data/keys/p256.key.pem");
    let as_numbers = format!("{:?}", private.as_bytes());
    let symmetric = r#"{"kty":"oct","k":"c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA"}"#;
    let symmetric_as_numbers = format!("{:?}", symmetric.as_bytes());
    for (keys, numbers) in [
        (Keys::from_pem(private, Algorithm::ES256), &as_numbers),
        (Keys::from_certificate_pem(private, Algorithm::ES256), &as_numbers),
        (Keys::from_der(private, Algorithm::ES256), &as_numbers),
        (Keys::from_jwk(symmetric), &symmetric_as_numbers),
        (Keys::from_jwks(symmetric), &symmetric_as_numbers),
    ] {
        let printed = format!("{keys:?} {:?}", issuer(keys.clone()));
        assert!(!printed.contains(numbers.trim_matches(['[', ']'])), "{printed}");
    }
}
