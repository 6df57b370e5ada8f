//! Keys come, go and stay, as those of a real issuer do.

use serde_json::Value;
use tower_auth::{Algorithm, TestAuthority};

use super::{ISSUER, authority, clock, verifier, verifier_of};
use crate::support::tokens::{assert_refused_by, judge};

/// The names of the keys that are published.
fn published(authority: &TestAuthority) -> Vec<String> {
    let set: Value = serde_json::from_str(&authority.jwks()).unwrap();
    let names = set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap());
    names.map(str::to_owned).collect()
}

#[test]
fn rotation_takes_the_old_key_away() {
    let authority = authority();
    let (before, old_token) = (verifier(&authority), authority.token("alice"));
    authority.rotate_key();
    assert_eq!(published(&authority), ["key-2"]);
    let (after, new_token) = (verifier(&authority), authority.token("alice"));
    assert!(judge(&before, old_token.sign()).is_ok(), "signed by the key of when it was begun");
    assert!(judge(&after, new_token.sign()).is_ok());
    assert_refused_by(&before, new_token.sign(), "no key matches");
    assert_refused_by(&after, old_token.sign(), "no key matches");
}

#[test]
fn an_added_key_signs_beside_the_old_one_until_that_is_retired() {
    let authority = authority();
    let old_token = authority.token("alice").sign();
    authority.add_key();
    let new_token = authority.token("alice").sign();
    assert_eq!(published(&authority), ["key-1", "key-2"]);
    let both = verifier(&authority);
    assert!(judge(&both, &old_token).is_ok());
    assert!(judge(&both, &new_token).is_ok());

    authority.retire_old_keys();
    assert_eq!(published(&authority), ["key-2"]);
    let one = verifier(&authority);
    assert_refused_by(&one, &old_token, "no key matches");
    assert!(judge(&one, &new_token).is_ok());

    authority.add_key();
    authority.rotate_key();
    assert_eq!(published(&authority), ["key-4"], "rotation takes all old keys away");
}

#[test]
fn what_is_published_takes_the_place_of_the_set_until_recovery() {
    let authority = authority();
    let own = authority.jwks();
    authority.publish("{ not json");
    assert_eq!(authority.jwks(), "{ not json");
    assert_eq!(authority.answer("/jwks.json").body(), b"{ not json");
    authority.recover();
    assert_eq!(authority.jwks(), own);
}

#[test]
fn two_authorities_never_share_a_key_though_they_name_them_alike() {
    for algorithm in [Algorithm::ES256, Algorithm::RS256] {
        let make = || {
            let builder = TestAuthority::builder().with_algorithm(algorithm);
            builder.with_clock(clock()).offline(ISSUER)
        };
        let (one, other) = (make(), make());
        let verifier = verifier_of(&one, one.jwks());
        assert_refused_by(&verifier, other.token("alice").sign(), "the signature is not good");
    }
}

#[test]
fn clones_are_handles_of_one_issuer() {
    let authority = authority();
    let clone = authority.clone();
    clone.rotate_key();
    assert_eq!(authority.jwks(), clone.jwks());
    let _ = clone.answer("/");
    assert_eq!(authority.requests(), 1);
}

#[test]
fn nothing_private_is_published() {
    let algorithms = [Algorithm::ES256, Algorithm::ES384, Algorithm::EdDSA, Algorithm::PS256];
    for algorithm in algorithms {
        let authority = TestAuthority::builder().with_algorithm(algorithm).offline(ISSUER);
        let set: Value = serde_json::from_str(&authority.jwks()).unwrap();
        let members: Vec<&String> = set["keys"][0].as_object().unwrap().keys().collect();
        let public = ["alg", "crv", "e", "kid", "kty", "n", "use", "x", "y"];
        assert!(members.iter().all(|name| public.contains(&name.as_str())), "{members:?}");
    }
}
