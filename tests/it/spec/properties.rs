//! Properties that hold for any input. The inputs are the same in every run.

use jsonwebtoken::{DecodingKey, Validation, crypto::aws_lc::DEFAULT_PROVIDER};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, Value, json};
use tower_auth::{Answer, Authenticator, Bearer, Identity, Issuer, JwtVerifier, Keys};

use crate::support::tokens::{
    AUDIENCE, HMAC_SECRET, ISSUER, NOW, Signing, compact, judge, token, token_by, verifier,
};

/// Always the same inputs, and no file of failures left behind.
fn runner(cases: u32) -> TestRunner {
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Any JSON of a moderate size.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        (NOW - 100..NOW + 100).prop_map(Value::from),
        prop_oneof![Just(ISSUER), Just(AUDIENCE), Just("alice"), Just("")].prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{0,4}", inner, 0..4)
                .prop_map(|members| Value::from(Map::from_iter(members))),
        ]
    })
}

fn answer(verifier: &JwtVerifier, token: &[u8]) -> Option<Identity> {
    match verifier.answer(Bearer::new(token.to_vec())) {
        Answer::Now(judgement) => judgement.ok(),
        Answer::Later(_) => panic!("no waiting is needed"),
    }
}

#[test]
fn no_bytes_are_accepted_that_nobody_signed() {
    let bytes = prop::collection::vec(any::<u8>(), 0..400);
    runner(2_000)
        .run(&bytes, |bytes| {
            prop_assert!(answer(verifier(), &bytes).is_none());
            Ok(())
        })
        .unwrap();
    runner(2_000)
        .run(&"[A-Za-z0-9_.=-]{0,300}", |text| {
            prop_assert!(answer(verifier(), text.as_bytes()).is_none());
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_token_that_was_changed_is_not_accepted() {
    let good = token_by(Signing::Hs256).compact().into_bytes();
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8);
    runner(4_000)
        .run(&change, |(place, byte, how)| {
            let mut changed = good.clone();
            let place = place.index(good.len());
            match how {
                0 => changed[place] = byte,
                1 => changed.insert(place, byte),
                2 => drop(changed.remove(place)),
                _ => changed.truncate(place),
            }
            prop_assert_eq!(answer(verifier(), &changed).is_some(), changed == good);
            Ok(())
        })
        .unwrap();
}

/// We accept a subset of what `jsonwebtoken` accepts with everything required that it can require,
/// and read the same claims.
#[test]
fn what_we_accept_jsonwebtoken_accepts() {
    let mut validation = Validation::new(jsonwebtoken::Algorithm::HS256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[AUDIENCE]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    // Its clock cannot be set.
    validation.validate_exp = false;
    let key = DecodingKey::from_secret(HMAC_SECRET.as_bytes());
    let _ = DEFAULT_PROVIDER.install_default();

    let claim = prop_oneof![
        Just("exp"),
        Just("nbf"),
        Just("iat"),
        Just("aud"),
        Just("iss"),
        Just("sub"),
        Just("x")
    ];
    let changes = prop::collection::vec((claim, prop::option::of(any_json())), 0..3);
    let mut accepted = 0;
    runner(2_000)
        .run(&changes, |changes| {
            let token =
                changes.into_iter().fold(token_by(Signing::Hs256), |token, (name, value)| {
                    match value {
                        Some(value) => token.claim(name, value),
                        None => token.without(name),
                    }
                });
            if let Some(identity) = answer(verifier(), token.compact().as_bytes()) {
                let theirs = jsonwebtoken::decode::<Value>(token.compact(), &key, &validation);
                let theirs = theirs.map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(identity.claims_as::<Value>().unwrap(), theirs.claims);
            }
            Ok(())
        })
        .unwrap();
    for changed in [token_by(Signing::Hs256), token_by(Signing::Hs256).claim("x", 7)] {
        accepted += usize::from(answer(verifier(), changed.compact().as_bytes()).is_some());
    }
    assert_eq!(accepted, 2, "the property is not empty");
}

/// JSON is read as `serde_json` reads it, but for what is refused.
#[test]
fn claims_are_read_as_they_were_written() {
    let claims = prop::collection::btree_map("[a-z]{1,6}", any_json(), 0..8);
    runner(1_000)
        .run(&claims, |more| {
            let registered = ["iss", "aud", "sub", "exp", "nbf", "iat", "jti", "cnf", "azp", "typ"];
            let mut token = token_by(Signing::Hs256);
            for (name, value) in
                more.iter().filter(|(name, _)| !registered.contains(&name.as_str()))
            {
                token = token.claim(name, value.clone());
            }
            let expected: Value = serde_json::from_str(&token.claims_json()).unwrap();
            if let Some(identity) = answer(verifier(), token.compact().as_bytes()) {
                prop_assert_eq!(identity.claims_as::<Value>().unwrap(), expected);
            }
            Ok(())
        })
        .unwrap();
}

/// A member that occurs twice is found among any others, wherever the two are.
#[test]
fn a_member_that_occurs_twice_is_found() {
    let names = prop::collection::btree_set("[a-z]{1,3}", 1..120);
    runner(300)
        .run(
            &(names, any::<prop::sample::Index>(), any::<prop::sample::Index>()),
            |(names, which, place)| {
                let mut members: Vec<String> =
                    names.iter().map(|name| format!("\"x{name}\":1")).collect();
                let good = |members: &[String]| {
                    let own = token().claims_json();
                    let text = format!("{{{},{}", members.join(","), own.trim_start_matches('{'));
                    judge(verifier(), compact(Signing::Es256, token().header_json(), text))
                };
                prop_assert!(good(&members).is_ok());
                let twice = members[which.index(members.len())].clone();
                members.insert(place.index(members.len() + 1), twice);
                prop_assert!(good(&members).unwrap_err().contains("occurs twice"));
                Ok(())
            },
        )
        .unwrap();
}

#[test]
fn no_set_of_keys_panics() {
    let set = prop::collection::vec(
        prop::collection::btree_map(
            prop_oneof![
                Just("kty"),
                Just("crv"),
                Just("x"),
                Just("y"),
                Just("n"),
                Just("e"),
                Just("kid"),
                Just("alg"),
                Just("use")
            ],
            prop_oneof![
                Just(json!("RSA")),
                Just(json!("EC")),
                Just(json!("P-256")),
                Just(json!("OKP")),
                Just(json!("Ed25519")),
                Just(json!("AQAB")),
                any_json()
            ],
            0..8,
        ),
        0..4,
    );
    runner(2_000)
        .run(&set, |keys| {
            let text = json!({ "keys": keys }).to_string();
            let issuer = Issuer::new(ISSUER, AUDIENCE, Keys::from_jwks(text));
            let _ = JwtVerifier::builder().issuer(issuer).build();
            Ok(())
        })
        .unwrap();
}
