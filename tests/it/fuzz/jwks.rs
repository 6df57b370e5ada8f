//! Whatever is given as keys: it never panics, takes no private or symmetric key, quotes no key in
//! an error, and lets no key verify a token that the other half of it has not signed.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;
use tower_auth::{JwtVerifier, Keys};

use super::change::members;
use crate::support::tokens::{Signing, clock, issuer, judge, jwk, jwks, token_by};

/// No shorter text is looked for in errors: it could stand there by chance.
const MATERIAL_BYTES: usize = 32;

/// Objects and arrays may lie this deep in each other.
const MAX_DEPTH: usize = 32;

/// The input is the text of a key or of a set.
pub(crate) fn run(data: &[u8]) {
    match build(Keys::from_jwk(data)) {
        Ok(_) => assert_one(data),
        Err(error) => assert_quotes_nothing(data, &error),
    }
    match build(Keys::from_jwks(data)) {
        Ok(verifier) => assert_set(data, &verifier),
        Err(error) => assert_quotes_nothing(data, &error),
    }
}

fn build(keys: Keys) -> Result<JwtVerifier, String> {
    let built = JwtVerifier::builder().issuer(issuer(keys)).with_clock(clock()).build();
    built.map_err(|error| error.to_string())
}

fn assert_one(data: &[u8]) {
    let key = Value::Object(members(data));
    assert!(!is_private(&key), "a private or symmetric key is accepted");
    assert!(["RSA", "EC", "OKP"].iter().any(|kty| key["kty"] == *kty), "{}", key["kty"]);
    assert!(key.get("use").is_none_or(|usage| usage == "sig"), "{}", key["use"]);
    if let Some(operations) = key.get("key_ops") {
        let operations = operations.as_array().expect("key_ops is an array");
        assert!(operations.iter().any(|operation| operation == "verify"));
    }
    if depth(&key) + 2 <= MAX_DEPTH {
        build(Keys::from_jwks(jwks([key]))).expect("a set of one good key is good");
    }
}

fn assert_set(data: &[u8], verifier: &JwtVerifier) {
    let set = members(data);
    let keys = set.get("keys").and_then(Value::as_array).expect("an array \"keys\"");
    let (private, public): (Vec<Value>, Vec<Value>) = keys.iter().cloned().partition(is_private);
    assert!(build(Keys::from_jwks(jwks(private))).is_err(), "a private key is accepted");
    build(Keys::from_jwks(jwks(public.clone()))).expect("private keys are left out");
    let is_good = |key: &Value| build(Keys::from_jwk(key.to_string())).is_ok();
    assert!(public.iter().any(is_good), "no key of the set is good by itself");
    assert_verifies_by(verifier, &public);
}

fn is_private(key: &Value) -> bool {
    key.get("d").is_some() || key.get("k").is_some() || key["kty"] == "oct"
}

/// A token is good only if the key that signed it is among the public ones.
fn assert_verifies_by(verifier: &JwtVerifier, public: &[Value]) {
    static TOKENS: LazyLock<Vec<(Signing, String)>> = LazyLock::new(|| {
        let symmetric = [Signing::Hs256, Signing::Hs512];
        let all = Signing::ASYMMETRIC.into_iter().chain(symmetric);
        all.map(|signing| (signing, token_by(signing).compact())).collect()
    });

    for (signing, token) in TOKENS.iter() {
        if judge(verifier, token).is_ok() {
            let is_it = |key: &&Value| is_same_key(*signing, key);
            assert!(public.iter().any(|key| is_it(&key)), "nobody signed: {token}");
        }
    }
}

fn is_same_key(signing: Signing, key: &Value) -> bool {
    if matches!(signing, Signing::Hs256 | Signing::Hs384 | Signing::Hs512) {
        return false;
    }
    let own = jwk(signing);
    let number = |key: &Value, name: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(key[name].as_str()?).ok()?;
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        Some(bytes[zeros..].to_vec())
    };
    let same = |name: &str| own.get(name).is_none() || number(&own, name) == number(key, name);
    own["kty"] == key["kty"]
        && (own.get("crv").is_none() || own["crv"] == key["crv"])
        && ["n", "e", "x", "y"].into_iter().all(same)
}

fn assert_quotes_nothing(data: &[u8], error: &str) {
    let Ok(read) = serde_json::from_slice::<Value>(data) else {
        return;
    };
    let one = [read.clone()];
    let keys = read.get("keys").and_then(Value::as_array).map_or(&one[..], Vec::as_slice);
    let is_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    for key in keys {
        for name in ["d", "k", "p", "q", "dp", "dq", "qi"] {
            let Some(material) = key.get(name).and_then(Value::as_str) else { continue };
            let tells = material.len() >= MATERIAL_BYTES && material.bytes().all(is_base64url);
            assert!(!tells || !error.contains(material), "the error quotes {name:?}");
        }
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(elements) => 1 + elements.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

#[test]
fn the_oracle_knows_our_keys() {
    let public = jwk(Signing::Es256);
    assert!(is_same_key(Signing::Es256, &public));
    assert!(!is_same_key(Signing::Es384, &public));
    assert!(!is_same_key(Signing::Hs256, &serde_json::json!({ "kty": "oct" })));
    assert!(is_private(&serde_json::json!({ "kty": "EC", "d": null })));
}
