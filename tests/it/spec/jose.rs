//! JSON Web Signature, Key and Algorithms (RFC 7515, 7517, 7518, 8037): the rows about signatures and
//! keys. Rows 1 to 4 and 23, 24 are in `jose_text`, rows 5 to 9 and 25 in `jose_header`, rows 19 to 22
//! in `numeric_dates`, `claim_types` and `audience`.

use serde_json::json;
use tower_auth::{HmacAlgorithm, Keys};

use crate::support::tokens::{
    HMAC_SECRET, RSA_PEM, Signing, assert_accepted, assert_refused, assert_refused_by, base64url,
    issuer, judge, jwk_with, jwks, parts, token, token_by, verifier_of,
};

const SIGNATURE: &str = "the signature is not good";

/// A valid token with another signature.
fn with_signature(signing: Signing, signature: &[u8]) -> String {
    let [header, claims, _] = parts(&token_by(signing).compact());
    format!("{header}.{claims}.{}", base64url(signature))
}

fn good_signature(signing: Signing) -> Vec<u8> {
    let [header, claims, _] = parts(&token_by(signing).compact());
    signing.sign(format!("{header}.{claims}").as_bytes())
}

#[test]
fn jose_10_the_signature_is_over_the_received_bytes() {
    // Spaces, an order of members and escapes that no serializer would produce again.
    let header = r#" { "typ":"JWT" ,"\u0061lg" : "ES256" }"#;
    let claims =
        token().claims_json().replace("\"aud\"", " \"\\u0061ud\" ").replace('}', "\n}\r\n");
    let odd = crate::support::tokens::compact(Signing::Es256, header, &claims);
    assert_accepted(&odd);

    // The same claims in other bytes are not what was signed.
    let [header, _, signature] = parts(&odd);
    let tidy = base64url(token().claims_json());
    assert_refused(format!("{header}.{tidy}.{signature}"), SIGNATURE);
}

#[test]
fn jose_10_a_changed_bit_anywhere_is_refused() {
    for signing in Signing::ASYMMETRIC.into_iter().chain([Signing::Hs256]) {
        let good = good_signature(signing);
        for position in [0, good.len() / 2, good.len() - 1] {
            let mut bad = good.clone();
            bad[position] ^= 1;
            assert_refused(with_signature(signing, &bad), SIGNATURE);
        }
        let [header, _, signature] = parts(&token_by(signing).compact());
        let claims = base64url(token_by(signing).claim("sub", "mallory").claims_json());
        assert_refused(format!("{header}.{claims}.{signature}"), SIGNATURE);
    }
}

#[test]
fn jose_11_a_secret_is_as_long_as_the_hash_and_a_mac_is_compared_whole() {
    let short = Keys::from_hmac_secret(&HMAC_SECRET[..31], HmacAlgorithm::HS256);
    let built = tower_auth::JwtVerifier::builder().issuer(issuer(short)).build();
    assert!(built.is_err());

    let good = good_signature(Signing::Hs256);
    for length in [1, 16, 31] {
        assert_refused(with_signature(Signing::Hs256, &good[..length]), SIGNATURE);
    }
    let longer = [good.as_slice(), &[0]].concat();
    assert_refused(with_signature(Signing::Hs256, &longer), SIGNATURE);
}

#[test]
fn jose_12_an_rsa_key_has_at_least_2048_bits() {
    let keys = Keys::from_pem(
        include_str!("../../data/keys/rsa1024.pub.pem"),
        tower_auth::Algorithm::RS256,
    );
    let error = tower_auth::JwtVerifier::builder().issuer(issuer(keys)).build().unwrap_err();
    assert!(error.to_string().contains("1024 bits"), "{error}");
    // The other bounds, at their edges: `jwt::key_limits`.
}

#[test]
fn jose_13_an_ecdsa_signature_has_one_length() {
    for (signing, length) in [(Signing::Es256, 64), (Signing::Es384, 96), (Signing::EdDsa, 64)] {
        let good = good_signature(signing);
        assert_eq!(good.len(), length);
        for wrong in [1, 2, length - 1, length + 1, length + 32, 2 * length, 132, 4000] {
            let mut signature = good.clone();
            signature.resize(wrong, 0);
            assert_refused(with_signature(signing, &signature), SIGNATURE);
        }
        let zero_first = [&[0], good.as_slice()].concat();
        assert_refused(with_signature(signing, &zero_first), SIGNATURE);
    }
}

#[test]
fn jose_13_an_ecdsa_signature_in_der_is_refused() {
    let good = good_signature(Signing::Es256);
    let integer = |half: &[u8]| [&[2, 33, 0], half].concat();
    let body = [integer(&good[..32]), integer(&good[32..])].concat();
    let der = [&[0x30, u8::try_from(body.len()).unwrap()], body.as_slice()].concat();
    assert_refused(with_signature(Signing::Es256, &der), SIGNATURE);
}

#[test]
fn jose_13_r_and_s_are_in_range() {
    // CVE-2022-21449: an all-zero signature was good for every message.
    const ORDER: [u8; 32] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC,
        0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];
    let good = good_signature(Signing::Es256);
    let (zero, one, ones) = ([0; 32], [&[0; 31][..], &[1]].concat(), [0xFF; 32]);
    let halves: [&[u8]; 6] = [&zero, &one, &ones, &ORDER, &good[..32], &good[32..]];
    for r in halves {
        for s in halves {
            let signature = [r, s].concat();
            if signature != good {
                assert_refused(with_signature(Signing::Es256, &signature), SIGNATURE);
            }
        }
    }
    assert_refused(with_signature(Signing::Es384, &[0; 96]), SIGNATURE);
    assert_refused(with_signature(Signing::EdDsa, &[0; 64]), SIGNATURE);
}

#[test]
fn jose_13_the_algorithm_fixes_the_curve() {
    let p384_as_es256 = jwk_with(Signing::Es384, &json!({ "alg": "ES256" }));
    let keys = Keys::from_jwk(p384_as_es256.to_string());
    assert!(tower_auth::JwtVerifier::builder().issuer(issuer(keys)).build().is_err());
    assert_refused(token_by(Signing::Es384).header("alg", "ES256").compact(), SIGNATURE);
}

#[test]
fn jose_14_the_salt_of_pss_is_as_long_as_the_hash() {
    assert_accepted(include_str!("../../data/tokens/ps256-salt-32.txt"));
    assert_refused(include_str!("../../data/tokens/ps256-salt-20.txt"), SIGNATURE);
    assert_refused(include_str!("../../data/tokens/ps256-salt-0.txt"), SIGNATURE);
    assert_refused(include_str!("../../data/tokens/ps256-mgf1-sha1.txt"), SIGNATURE);
}

#[test]
fn jose_15_ed25519_keys_are_of_32_bytes_and_both_names_are_read() {
    let token = token_by(Signing::EdDsa);
    assert_accepted(token.clone().header("alg", "Ed25519").compact());
    assert_accepted(token.clone().header("alg", "EdDSA").compact());
    assert_refused(token.clone().header("alg", "ED25519").compact(), "alg is not supported");
    assert_refused(token.header("alg", "Ed448").compact(), "alg is not supported");
    for bytes in [0, 31, 33, 57] {
        let jwk = jwk_with(Signing::EdDsa, &json!({ "x": base64url(vec![9; bytes]) }));
        let keys = Keys::from_jwk(jwk.to_string());
        assert!(tower_auth::JwtVerifier::builder().issuer(issuer(keys)).build().is_err());
    }
}

#[test]
fn jose_16_and_18_unusable_private_and_symmetric_keys_of_a_set_are_left_out() {
    let set = jwks([
        json!({ "kty": "unheard-of" }),
        json!({ "kty": "RSA", "e": "AQAB" }),
        json!({ "kty": "oct", "k": base64url(HMAC_SECRET), "alg": "HS256" }),
        jwk_with(Signing::Rs256, &json!({ "d": "AQAB" })),
        jwk_with(Signing::Es256, &json!({ "use": "sig" })),
    ]);
    let verifier = verifier_of(issuer(Keys::from_jwks(set)));
    judge(&verifier, token().compact()).unwrap();
    assert_refused_by(&verifier, token_by(Signing::Hs256).compact(), "no key matches");
    assert_refused_by(&verifier, token_by(Signing::Rs256).compact(), "no key matches");
}

#[test]
fn jose_17_use_key_ops_and_alg_of_a_jwk_bind() {
    let verifier_with = |more| {
        let keys = Keys::from_jwk(jwk_with(Signing::Rs256, &more).to_string());
        tower_auth::JwtVerifier::builder()
            .issuer(issuer(keys))
            .with_clock(crate::support::tokens::clock())
            .build()
    };
    assert!(verifier_with(json!({ "use": "enc" })).is_err());
    assert!(verifier_with(json!({ "key_ops": ["sign"] })).is_err());
    verifier_with(json!({ "use": "sig", "key_ops": ["sign", "verify"] })).unwrap();

    let bound = verifier_with(json!({ "alg": "PS256" })).unwrap();
    judge(&bound, token_by(Signing::Ps256).compact()).unwrap();
    assert_refused_by(&bound, token_by(Signing::Rs256).compact(), "no key matches");
}

#[test]
fn the_text_of_a_public_key_is_no_secret_of_a_mac() {
    // CVE-2015-9235 and its many children: HS256 with the public key as the secret.
    let rsa_only = verifier_of(issuer(Keys::from_pem(RSA_PEM, tower_auth::Algorithm::RS256)));
    let der = RSA_PEM.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let jwk = crate::support::tokens::jwk(Signing::Rs256);
    let modulus = jwk["n"].as_str().unwrap();
    for secret in [RSA_PEM, RSA_PEM.trim_end(), &der, modulus, &jwk.to_string(), "", "\n"] {
        for (alg, engine) in [
            ("HS256", jsonwebtoken::Algorithm::HS256),
            ("HS384", jsonwebtoken::Algorithm::HS384),
            ("HS512", jsonwebtoken::Algorithm::HS512),
        ] {
            let [header, claims, _] = parts(&token().header("alg", alg).compact());
            let key = jsonwebtoken::EncodingKey::from_secret(secret.as_bytes());
            let message = format!("{header}.{claims}");
            let mac = crate::support::tokens::sign_with(engine, &key, message.as_bytes());
            let forged = format!("{message}.{}", base64url(mac));
            assert_refused_by(&rsa_only, &forged, "no key matches");
            assert!(judge(crate::support::tokens::verifier(), &forged).is_err());
        }
    }
}
