//! The JWS vectors of Wycheproof and the JOSE cookbook, against taking apart, choice of keys and
//! signature check: everything but the claims.
//!
//! # Where this crate and Wycheproof differ
//!
//! | Vectors | They say | Here | Why |
//! |---|---|---|---|
//! | 346, 350 | valid | refused | the JWK says PS256 and the token PS384: a key verifies with its `alg` and nothing else (RFC 7517, section 4.4) |
//! | 347, 351 | valid | refused | ES512 is not supported, and "ES521", which the JWK says, is no algorithm |
//! | 367, 370 | invalid | accepted | they are about padding, and have none: byte for byte they are 357, which is valid |
//! | 372, 373 | valid | refused | the parts are not base64url (RFC 7515, section 2), whatever was signed |

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    Algorithm, HmacAlgorithm, Issuer, Keys,
    token::Decoded,
    trusted::{Signature, Trusted},
};
use crate::clock::Clock;

fn read(path: &str) -> Option<Value> {
    // A published package holds no test data at all.
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    if !data.exists() {
        return None;
    }
    let text = fs::read_to_string(data.join(path)).expect("a file of the test data");
    Some(serde_json::from_str(&text).expect("a well-formed vector"))
}

fn load(keys: Keys) -> Result<Trusted, String> {
    let issuer = Issuer::new("https://vectors.example", "nobody", keys);
    issuer.load(&Clock::system()).map_err(|error| error.to_string())
}

/// An issuer with this key; without the private members, which do not belong here.
fn trusted(jwk: &Value) -> Result<Trusted, String> {
    if jwk["kty"] == "oct" {
        let secret = URL_SAFE_NO_PAD
            .decode(jwk["k"].as_str().expect("a well-formed vector"))
            .expect("a well-formed vector");
        let keys = Keys::from_hmac_secret(secret, HmacAlgorithm::HS256);
        return load(match jwk["kid"].as_str() {
            Some(kid) => keys.with_kid(kid),
            None => keys,
        });
    }
    let mut public = jwk.clone();
    for private in ["d", "p", "q", "dp", "dq", "qi"] {
        public.as_object_mut().expect("a well-formed vector").remove(private);
    }
    load(Keys::from_jwks(json!({ "keys": [public] }).to_string()))
}

/// Why a token is not good.
fn judge(trusted: &Trusted, token: &str) -> Result<(), String> {
    let decoded = Decoded::of(token.as_bytes(), 64 * 1024)?;
    match trusted.check_signature(&decoded.read_without_claims()?) {
        Signature::Good(_) => Ok(()),
        Signature::Bad => Err("bad signature".to_owned()),
        Signature::NoKey => Err("no key".to_owned()),
    }
}

#[test]
fn wycheproof() {
    let Some(all) = read("wycheproof/json_web_signature_test.json") else { return };
    let (mut agreed, mut differ) = (0, Vec::new());
    for group in all["testGroups"].as_array().unwrap() {
        let jwk = group.get("public").unwrap_or(&group["private"]);
        let trusted = trusted(jwk);
        for test in group["tests"].as_array().unwrap() {
            let outcome = match (&trusted, test["jws"].as_str()) {
                (Ok(trusted), Some(jws)) => judge(trusted, jws),
                (Ok(trusted), None) => judge(trusted, &test["jws"].to_string()),
                (Err(reason), _) => Err(reason.clone()),
            };
            if outcome.is_ok() == (test["result"] == "valid") {
                agreed += 1;
            } else {
                differ.push(test["tcId"].as_u64().unwrap());
            }
        }
    }
    assert_eq!(differ, [346, 347, 350, 351, 367, 370, 372, 373], "the table above says why");
    assert_eq!(agreed, 393);
}

#[test]
fn cookbook_signatures() {
    let outcomes = [
        ("jws/4_1.rsa_v15_signature.json", Ok(())),
        ("jws/4_2.rsa-pss_signature.json", Ok(())),
        // ES512 and P-521 are not supported.
        ("jws/4_3.ecdsa_signature.json", Err("no usable key in the set")),
        ("jws/4_4.hmac-sha2_integrity_protection.json", Ok(())),
        // Detached content: there is nothing to sign in the token itself.
        ("jws/4_5.signature_with_detached_content.json", Err("bad signature")),
        ("curve25519/jws.json", Ok(())),
        // An unencoded payload changes what is signed (RFC 7797).
        ("rfc7797/hmac-sha2_b64_false.json", Err("not strict base64url")),
    ];
    for (file, expected) in outcomes {
        let Some(example) = read(&format!("jose-cookbook/{file}")) else { return };
        let jws = &example["output"]["compact"];
        let Some(jws) = jws.as_str() else { continue };
        let outcome = trusted(&example["input"]["key"]).and_then(|trusted| judge(&trusted, jws));
        match (outcome, expected) {
            (Ok(()), Ok(())) => {}
            (Err(reason), Err(wanted)) if reason.contains(wanted) => {}
            (outcome, _) => panic!("{file}: {outcome:?}"),
        }
    }
}

/// A JWS that is JSON is none in the compact form, and no other form is read (BCP-05).
#[test]
fn cookbook_json_serializations_are_refused() {
    for file in [
        "4_1.rsa_v15_signature",
        "4_2.rsa-pss_signature",
        "4_4.hmac-sha2_integrity_protection",
        "4_6.protecting_specific_header_fields",
        "4_7.protecting_content_only",
        "4_8.multiple_signatures",
    ] {
        let Some(example) = read(&format!("jose-cookbook/jws/{file}.json")) else { return };
        for form in ["json", "json_flat"] {
            let text = example["output"][form].to_string();
            if text != "null" {
                assert!(Decoded::of(text.as_bytes(), 64 * 1024).is_err(), "{file} {form}");
            }
        }
    }
}

#[test]
fn cookbook_keys() {
    let outcomes = [
        // P-521
        ("3_1.ec_public_key", false),
        ("3_2.ec_private_key", false),
        ("3_3.rsa_public_key", true),
        ("3_4.rsa_private_key", false),
        ("3_5.symmetric_key_mac_computation", false),
        ("3_6.symmetric_key_encryption", false),
    ];
    for (file, is_usable) in outcomes {
        let Some(jwk) = read(&format!("jose-cookbook/jwk/{file}.json")) else { return };
        let loaded = load(Keys::from_jwk(jwk.to_string()));
        assert_eq!(loaded.is_ok(), is_usable, "{file}");
        if let Err(problem) = loaded {
            let secret = ["d", "k"].into_iter().find_map(|name| jwk[name].as_str());
            assert!(secret.is_none_or(|secret| !problem.contains(secret)), "{problem}");
        }
    }
    assert_eq!(Algorithm::ALL.len(), 9, "all of them were tried");
}
