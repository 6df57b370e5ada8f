//! Every algorithm, with its key in every form.

use rustls_pki_types::{SubjectPublicKeyInfoDer, pem::PemObject};
use serde_json::json;
use tower_auth::{Algorithm, HmacAlgorithm, Keys};

use crate::support::tokens::{
    ED25519_PEM, HMAC_SECRET, P256_PEM, P384_PEM, RSA_PEM, Signing, assert_accepted, issuer, judge,
    jwk, jwk_with, jwks, token_by, verifier_of,
};

const FORMS: [(Signing, Algorithm, &str, &str); 9] = [
    (Signing::Rs256, Algorithm::RS256, RSA_PEM, RSA_CERTIFICATE),
    (Signing::Rs384, Algorithm::RS384, RSA_PEM, RSA_CERTIFICATE),
    (Signing::Rs512, Algorithm::RS512, RSA_PEM, RSA_CERTIFICATE),
    (Signing::Ps256, Algorithm::PS256, RSA_PEM, RSA_CERTIFICATE),
    (Signing::Ps384, Algorithm::PS384, RSA_PEM, RSA_CERTIFICATE),
    (Signing::Ps512, Algorithm::PS512, RSA_PEM, RSA_CERTIFICATE),
    (Signing::Es256, Algorithm::ES256, P256_PEM, include_str!("../../data/keys/p256.cert.pem")),
    (Signing::Es384, Algorithm::ES384, P384_PEM, include_str!("../../data/keys/p384.cert.pem")),
    (
        Signing::EdDsa,
        Algorithm::EdDSA,
        ED25519_PEM,
        include_str!("../../data/keys/ed25519.cert.pem"),
    ),
];

const RSA_CERTIFICATE: &str = include_str!("../../data/keys/rsa.cert.pem");

#[track_caller]
fn verifies(keys: Keys, signing: Signing) {
    let verifier = verifier_of(issuer(keys));
    if let Err(reason) = judge(&verifier, token_by(signing).compact()) {
        panic!("{signing:?}: {reason}");
    }
    let other = match signing {
        Signing::Rs256 => Signing::Ps256,
        _ => Signing::Rs256,
    };
    let refusal = judge(&verifier, token_by(other).compact());
    assert_eq!(refusal.unwrap_err(), "no key matches", "{signing:?}");
}

#[test]
fn a_public_key_in_pem_verifies() {
    for (signing, algorithm, pem, _) in FORMS {
        verifies(Keys::from_pem(pem, algorithm), signing);
    }
}

#[test]
fn a_certificate_in_pem_verifies_although_it_has_ended() {
    for (signing, algorithm, _, certificate) in FORMS {
        verifies(Keys::from_certificate_pem(certificate, algorithm), signing);
    }
}

#[test]
fn a_public_key_in_der_verifies() {
    for (signing, algorithm, pem, _) in FORMS {
        let der = SubjectPublicKeyInfoDer::from_pem_slice(pem.as_bytes()).unwrap();
        verifies(Keys::from_der(der.as_ref(), algorithm), signing);
    }
}

#[test]
fn a_jwk_verifies() {
    for (signing, ..) in FORMS {
        let jwk = jwk_with(signing, &json!({ "alg": signing.alg(), "use": "sig" }));
        verifies(Keys::from_jwk(jwk.to_string()), signing);
    }
}

#[test]
fn a_set_of_jwks_verifies() {
    for (signing, ..) in FORMS {
        let jwk = jwk_with(signing, &json!({ "alg": signing.alg(), "key_ops": ["verify"] }));
        verifies(Keys::from_jwks(jwks([jwk])), signing);
    }
}

#[test]
fn a_secret_verifies() {
    for (signing, algorithm) in [
        (Signing::Hs256, HmacAlgorithm::HS256),
        (Signing::Hs384, HmacAlgorithm::HS384),
        (Signing::Hs512, HmacAlgorithm::HS512),
    ] {
        verifies(Keys::from_hmac_secret(HMAC_SECRET, algorithm), signing);
    }
}

#[test]
fn ed25519_may_be_named_by_either_of_its_names() {
    let token = token_by(Signing::EdDsa);
    assert_accepted(token.clone().header("alg", "EdDSA").compact());
    assert_accepted(token.header("alg", "Ed25519").compact());

    let named = jwk_with(Signing::EdDsa, &json!({ "alg": "Ed25519" }));
    verifies(Keys::from_jwk(named.to_string()), Signing::EdDsa);
}

/// A process-wide engine would panic where both back ends are compiled, which `--all-features` does:
/// `jsonwebtoken` cannot choose between them. This crate never asks it to.
#[cfg(all(feature = "jwt", feature = "rust-crypto"))]
#[test]
fn a_build_with_both_back_ends_verifies_every_algorithm() {
    for signing in Signing::ASYMMETRIC {
        assert_accepted(token_by(signing).compact());
    }
    for signing in [Signing::Hs256, Signing::Hs384, Signing::Hs512] {
        assert_accepted(token_by(signing).compact());
    }
}

#[test]
fn a_key_without_alg_is_bound_to_the_algorithms_of_the_issuer_that_fit_its_type() {
    let keys = || Keys::from_jwk(jwk(Signing::Ps256).to_string());
    let every = verifier_of(issuer(keys()));
    judge(&every, token_by(Signing::Rs256).compact()).unwrap();
    judge(&every, token_by(Signing::Ps512).compact()).unwrap();

    let narrowed = issuer(keys()).with_algorithms([Algorithm::ES256, Algorithm::PS384]);
    let verifier = verifier_of(narrowed);
    judge(&verifier, token_by(Signing::Ps384).compact()).unwrap();
    for signing in [Signing::Rs256, Signing::Ps256, Signing::Es256] {
        let refusal = judge(&verifier, token_by(signing).compact());
        assert_eq!(refusal.unwrap_err(), "no key matches");
    }
}
