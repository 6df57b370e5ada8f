//! Keys, and sets of them.

use serde_json::{Value, json};

use crate::{
    Seed,
    support::tokens::{HMAC_SECRET, Signing, base64url, jwk, jwk_with, jwks},
};

pub(crate) fn seeds() -> Vec<Seed> {
    [single(), unusable(), odd_numbers(), sets(), no_sets()].concat()
}

fn set(key: &Value) -> Vec<u8> {
    jwks([key.clone()]).into_bytes()
}

fn rsa(more: Value) -> Vec<u8> {
    set(&jwk_with(Signing::Rs256, &more))
}

fn p256(more: Value) -> Vec<u8> {
    set(&jwk_with(Signing::Es256, &more))
}

fn single() -> Vec<Seed> {
    let ed25519 = jwk_with(Signing::EdDsa, &json!({ "alg": "Ed25519", "kid": "1", "use": "sig" }));
    let private = jwk_with(Signing::Es256, &json!({ "d": base64url([7; 32]) }));
    let secret = json!({ "kty": "oct", "k": base64url(HMAC_SECRET), "alg": "HS256" });
    vec![
        ("one-rsa", jwk(Signing::Rs256).to_string().into_bytes()),
        ("one-p256", jwk(Signing::Es256).to_string().into_bytes()),
        ("one-p384", jwk(Signing::Es384).to_string().into_bytes()),
        ("one-ed25519", ed25519.to_string().into_bytes()),
        ("one-private", private.to_string().into_bytes()),
        (
            "one-encryption",
            jwk_with(Signing::Es256, &json!({ "use": "enc" })).to_string().into_bytes(),
        ),
        ("one-symmetric", secret.to_string().into_bytes()),
    ]
}

fn unusable() -> Vec<Seed> {
    vec![
        ("set-encryption", rsa(json!({ "use": "enc" }))),
        ("set-operations", rsa(json!({ "key_ops": ["sign", "verify"] }))),
        ("set-no-operations", rsa(json!({ "key_ops": [] }))),
        ("set-private", rsa(json!({ "d": base64url([7; 256]) }))),
        ("set-private-null", p256(json!({ "d": null }))),
        ("set-private-primes", rsa(json!({ "p": base64url([7; 128]), "q": base64url([9; 128]) }))),
        ("set-also-symmetric", rsa(json!({ "k": base64url(HMAC_SECRET) }))),
        ("set-alg-hmac", rsa(json!({ "alg": "HS256" }))),
        ("set-alg-none", rsa(json!({ "alg": "none" }))),
        ("set-alg-pss", rsa(json!({ "alg": "PS512" }))),
        ("set-alg-list", rsa(json!({ "alg": ["RS256"] }))),
        ("set-alg-other-curve", p256(json!({ "alg": "ES384" }))),
        ("set-curve-p521", p256(json!({ "crv": "P-521" }))),
        ("set-curve-montgomery", set(&jwk_with(Signing::EdDsa, &json!({ "crv": "X25519" })))),
        ("set-post-quantum", set(&json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AAAA" }))),
        ("set-kid-number", p256(json!({ "kid": 7 }))),
    ]
}

fn odd_numbers() -> Vec<Seed> {
    let modulus = |bytes: usize| base64url([vec![0xC5; bytes - 1], vec![1]].concat());
    vec![
        ("rsa-1024", rsa(json!({ "n": modulus(128) }))),
        ("rsa-8192", rsa(json!({ "n": modulus(1024) }))),
        ("rsa-16384", rsa(json!({ "n": modulus(2048) }))),
        ("rsa-even", rsa(json!({ "n": base64url([0xC4; 256]) }))),
        ("rsa-empty", rsa(json!({ "n": "", "e": "" }))),
        ("rsa-exponent-1", rsa(json!({ "e": "AQ" }))),
        ("rsa-exponent-long", rsa(json!({ "e": base64url([1; 9]) }))),
        ("rsa-padded", rsa(json!({ "e": "AQAB==" }))),
        ("p256-off-curve", p256(json!({ "x": base64url([1; 32]), "y": base64url([2; 32]) }))),
        ("p256-zero", p256(json!({ "x": base64url([0; 32]), "y": base64url([0; 32]) }))),
        ("p256-short", p256(json!({ "x": base64url([1; 31]) }))),
        ("ed25519-zero", set(&jwk_with(Signing::EdDsa, &json!({ "x": base64url([0; 32]) })))),
    ]
}

fn sets() -> Vec<Seed> {
    let named = |signing, kid| jwk_with(signing, &json!({ "kid": kid, "alg": null }));
    let without_alg = |signing, kid| jwk_with(signing, &json!({ "kid": kid }));
    let mixed = [
        json!({ "kty": "oct", "k": base64url(HMAC_SECRET) }),
        without_alg(Signing::Es256, "a"),
        jwk_with(Signing::Rs256, &json!({ "d": "AQAB" })),
        json!("a string"),
        without_alg(Signing::EdDsa, "b"),
    ];
    let namesakes = [Signing::Es256, Signing::Es384].map(|signing| without_alg(signing, "same"));
    vec![
        ("set-mixed", jwks(mixed).into_bytes()),
        ("set-namesakes", jwks(namesakes.into_iter().cycle().take(12)).into_bytes()),
        ("set-alg-null", jwks([named(Signing::Es256, "a")]).into_bytes()),
        ("set-unknown-members", p256(json!({ "x5t": "abc", "x5c": ["AAAA"], "exp": 0 }))),
    ]
}

fn no_sets() -> Vec<Seed> {
    let key = jwk(Signing::Es256).to_string();
    let twice = key.replacen('{', r#"{"kty":"EC","#, 1);
    let deep = format!(r#"{{"keys":[{key}],"deep":{}{}}}"#, "[".repeat(32), "]".repeat(32));
    vec![
        ("no-set-empty", b"{}".to_vec()),
        ("no-set-object", br#"{"keys":{}}"#.to_vec()),
        ("no-set-no-keys", br#"{"keys":[]}"#.to_vec()),
        ("no-set-null", b"null".to_vec()),
        ("no-set-followed", format!(r#"{{"keys":[{key}]}} {{}}"#).into_bytes()),
        ("no-set-twice", format!(r#"{{"keys":[{key}],"keys":[]}}"#).into_bytes()),
        ("no-set-member-twice", format!(r#"{{"keys":[{twice}]}}"#).into_bytes()),
        ("no-set-deep", deep.into_bytes()),
    ]
}
