//! Sets of keys as issuers publish them: with keys for other purposes, of other kinds, and damaged.

use serde_json::{Value, json};
use tower_auth::{JwtVerifier, Keys};

use crate::support::tokens::{
    HMAC_SECRET, ISSUER, Signing, base64url, issuer, judge, jwk, jwk_with, jwks, token, token_by,
    verifier_of,
};

/// Entries that are left out, each with a word of the reason.
fn unusable() -> Vec<(Value, &'static str)> {
    let rsa = |more: Value| jwk_with(Signing::Rs256, &more);
    let p256 = |more: Value| jwk_with(Signing::Es256, &more);
    vec![
        (rsa(json!({ "use": "enc" })), "use"),
        (rsa(json!({ "use": "SIG" })), "use"),
        (rsa(json!({ "use": 1 })), "use"),
        (rsa(json!({ "key_ops": ["encrypt"] })), "key_ops"),
        (rsa(json!({ "key_ops": [] })), "key_ops"),
        (rsa(json!({ "key_ops": "verify" })), "key_ops"),
        (rsa(json!({ "d": "AQAB" })), "private"),
        (p256(json!({ "d": "AQAB" })), "private"),
        (json!({ "kty": "oct", "k": base64url(HMAC_SECRET), "alg": "HS256" }), "symmetric"),
        (rsa(json!({ "k": base64url(HMAC_SECRET) })), "symmetric"),
        (rsa(json!({ "alg": "RSA-OAEP" })), "alg"),
        (rsa(json!({ "alg": "none" })), "alg"),
        (rsa(json!({ "alg": "HS256" })), "alg"),
        (rsa(json!({ "alg": "ES256" })), "alg"),
        (rsa(json!({ "alg": ["RS256"] })), "alg"),
        (p256(json!({ "alg": "ES384" })), "alg"),
        (p256(json!({ "crv": "P-521" })), "crv"),
        (p256(json!({ "crv": "secp256k1" })), "crv"),
        (p256(json!({ "crv": "P-384" })), "coordinate"),
        (p256(json!({ "crv": "Ed25519" })), "crv"),
        (jwk_with(Signing::EdDsa, &json!({ "crv": "X25519" })), "crv"),
        (jwk_with(Signing::EdDsa, &json!({ "x": "AAAA" })), "size"),
        (json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }), "kty"),
        (json!({ "kty": "rsa", "n": "AQAB", "e": "AQAB" }), "kty"),
        (json!({ "kty": "RSA" }), "\"n\""),
        (json!({ "n": "AQAB", "e": "AQAB" }), "kty"),
        (rsa(json!({ "kid": 7 })), "kid"),
        (rsa(json!({ "n": 7 })), "\"n\""),
        (rsa(json!({ "n": "not base64url!" })), "base64url"),
        (rsa(json!({ "e": "AQAB=" })), "base64url"),
        (json!("a string"), "object"),
        (Value::Null, "object"),
        (json!({}), "kty"),
    ]
}

fn build(set: impl Into<Vec<u8>>) -> Result<JwtVerifier, String> {
    JwtVerifier::builder()
        .issuer(issuer(Keys::from_jwks(set)))
        .build()
        .map_err(|error| error.to_string())
}

#[test]
fn unusable_keys_of_a_set_are_left_out_and_the_rest_works() {
    let mut keys: Vec<Value> = unusable().into_iter().map(|(key, _)| key).collect();
    keys.insert(keys.len() / 2, jwk_with(Signing::Es256, &json!({ "kid": "good" })));
    let verifier = verifier_of(issuer(Keys::from_jwks(jwks(keys))));

    judge(&verifier, token().header("kid", "good").compact()).unwrap();
    for signing in [Signing::Rs256, Signing::Ps256, Signing::Hs256, Signing::EdDsa] {
        let refusal = judge(&verifier, token_by(signing).compact());
        assert_eq!(refusal.unwrap_err(), "no key matches", "{signing:?}");
    }
}

#[test]
fn a_set_without_one_usable_key_is_a_mistake_that_says_why() {
    for (key, reason) in unusable() {
        let error = build(jwks([key.clone()])).expect_err(&key.to_string());
        assert!(error.contains("no usable key"), "{error}");
        assert!(error.contains(reason), "{error}, not {reason}: {key}");
        assert!(error.contains(ISSUER), "{error}");
    }
}

#[test]
fn no_key_material_is_in_the_reasons() {
    for (key, _) in unusable() {
        let error = build(jwks([key.clone()])).unwrap_err();
        for member in ["n", "x", "y", "k"] {
            if let Some(material) = key.get(member).and_then(Value::as_str).filter(|m| m.len() > 8)
            {
                assert!(!error.contains(material), "{error}");
            }
        }
    }
}

#[test]
fn what_is_no_set_is_a_mistake() {
    let key = jwk(Signing::Es256).to_string();
    for set in [
        String::new(),
        "[]".into(),
        "{}".into(),
        "null".into(),
        r#"{"keys":[]}"#.into(),
        r#"{"keys":{}}"#.into(),
        r#"{"Keys":[]}"#.into(),
        format!(r#"{{"keys":[{key}]}} trailing"#),
        format!("\u{feff}{{\"keys\":[{key}]}}"),
        format!(r#"{{"keys":[{key}],"keys":[{key}]}}"#),
        format!(r#"{{"keys":[{}]}}"#, key.replacen('{', r#"{"kty":"EC","#, 1)),
    ] {
        assert!(build(set.clone()).is_err(), "{set}");
    }
    build(format!(r#"{{"keys":[{key}]}}"#)).unwrap();
}

#[test]
fn members_that_nobody_knows_do_not_matter() {
    let key = jwk_with(
        Signing::Es256,
        &json!({ "x5t": "abc", "x5c": ["AAAA"], "issuer": "elsewhere", "exp": 0, "ext": true }),
    );
    let set = json!({ "keys": [key], "next_update": 0 }).to_string();
    let verifier = verifier_of(issuer(Keys::from_jwks(set)));
    judge(&verifier, token().compact()).unwrap();
}

#[test]
fn the_same_kid_may_serve_for_several_algorithms_of_a_set() {
    let set = [Signing::Rs256, Signing::Es256, Signing::EdDsa]
        .map(|signing| jwk_with(signing, &json!({ "kid": "k1" })));
    let verifier = verifier_of(issuer(Keys::from_jwks(jwks(set))));
    for signing in [Signing::Rs256, Signing::Es256, Signing::EdDsa] {
        judge(&verifier, token_by(signing).header("kid", "k1").compact()).unwrap();
    }
}

#[test]
fn a_private_or_symmetric_jwk_is_a_mistake() {
    let private = jwk_with(Signing::Es256, &json!({ "d": "c2VjcmV0LXNjYWxhcg" }));
    let symmetric = json!({ "kty": "oct", "k": base64url(HMAC_SECRET) });
    for jwk in [private, symmetric] {
        let keys = Keys::from_jwk(jwk.to_string());
        let error = JwtVerifier::builder().issuer(issuer(keys)).build().unwrap_err().to_string();
        assert!(error.contains("private or symmetric"), "{error}");
        assert!(!error.contains("c2VjcmV0"), "{error}");
        assert!(!error.contains(&base64url(HMAC_SECRET)), "{error}");
    }
}
