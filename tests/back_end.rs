//! Each signature engine accepts what its keys have signed, and nothing else.
//!
//! Run it without the feature `jwt` for the pure-Rust back end:
//! `cargo test --no-default-features --features rust-crypto,testing --test back_end`.

#![cfg(any(feature = "jwt", feature = "rust-crypto"))]

use tower_auth::{
    Algorithm, Answer, Authenticator, Bearer, Issuer, JwtVerifier, Keys, TestAuthority,
};

const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::EdDSA,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
];

/// The keys of an authority, one by one: sets need the feature `jwks`.
fn keys(authority: &TestAuthority) -> Keys {
    let set: serde_json::Value =
        serde_json::from_str(&authority.jwks()).expect("a well-formed set of keys");
    let keys = set["keys"]
        .as_array()
        .expect("a well-formed set of keys")
        .iter()
        .map(|key| Keys::from_jwk(key.to_string()));
    keys.reduce(Keys::and).expect("a well-formed set of keys")
}

fn verifier(authority: &TestAuthority, keys: Keys) -> JwtVerifier {
    let issuer = Issuer::new(authority.issuer(), authority.audience(), keys);
    JwtVerifier::builder().issuer(issuer).build().expect("a well-formed set of keys")
}

fn accepts(verifier: &JwtVerifier, token: &str) -> bool {
    matches!(verifier.answer(Bearer::new(token)), Answer::Now(Ok(_)))
}

#[test]
fn every_algorithm_verifies_its_own_and_nothing_else() {
    for algorithm in ALGORITHMS {
        let authority = TestAuthority::builder().with_algorithm(algorithm);
        let authority = authority.offline("https://login.example.com");
        let verifier = verifier(&authority, keys(&authority));
        let good = authority.token("alice").sign();
        assert!(accepts(&verifier, &good), "{algorithm:?}");
        assert!(!accepts(&verifier, &authority.token("alice").signed_by_another_key().sign()));

        let other = authority.token("mallory").sign();
        let (signed, _) = good.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        assert!(!accepts(&verifier, &format!("{signed}.{signature}")), "{algorithm:?}");
        assert_eq!(verifier.signature_checks(), 3);
    }
}

/// A key of RSA without `alg` is ready for both schemes, and each refuses the other's signature.
#[test]
fn the_two_schemes_of_rsa_are_told_apart() {
    let pkcs1 = TestAuthority::builder().with_algorithm(Algorithm::RS256);
    let pkcs1 = pkcs1.offline("https://login.example.com");
    let set: serde_json::Value = serde_json::from_str(&pkcs1.jwks()).unwrap();
    let mut key = set["keys"][0].clone();
    key.as_object_mut().unwrap().remove("alg");
    let verifier = verifier(&pkcs1, Keys::from_jwk(key.to_string()));
    assert!(accepts(&verifier, &pkcs1.token("alice").sign()));
    assert!(!accepts(&verifier, &pkcs1.token("alice").with_header("alg", "PS256").sign()));
    assert_eq!(verifier.signature_checks(), 2, "both were asked");
}

/// A point that is not on its curve is found when the key is loaded.
#[test]
fn a_point_off_its_curve_is_refused() {
    let off = r#"{"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE","y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"}"#;
    let issuer = Issuer::new("https://login.example.com", "api", Keys::from_jwk(off));
    let error = JwtVerifier::builder().issuer(issuer).build().unwrap_err();
    assert!(error.to_string().contains("not a valid one of its kind"), "{error}");
}
