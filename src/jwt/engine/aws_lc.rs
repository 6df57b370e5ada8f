//! Signatures by aws-lc, with keys that stay parsed.

use std::fmt;

use aws_lc_rs::{
    hmac,
    signature::{self, ParsedPublicKey, RsaParameters, RsaPublicKeyComponents},
};

use crate::{
    jwt::{Algorithm, HmacAlgorithm, public_key::PublicKey},
    secret::Secret,
};

/// A key, ready to verify with one algorithm.
pub(in crate::jwt) enum Verifier {
    Public(ParsedPublicKey),
    Secret(Box<hmac::Key>),
}

impl Verifier {
    /// Makes a public key ready. Points off their curve are found here.
    pub(in crate::jwt) fn public(key: &PublicKey, algorithm: Algorithm) -> Result<Self, String> {
        let parsed = match key {
            PublicKey::Rsa { modulus, exponent } => {
                RsaPublicKeyComponents { n: modulus, e: exponent }
                    .to_parsed_public_key(rsa(algorithm))
            }
            PublicKey::P256(point) => {
                ParsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point)
            }
            PublicKey::P384(point) => {
                ParsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point)
            }
            PublicKey::Ed25519(key) => ParsedPublicKey::new(&signature::ED25519, key),
        };
        parsed.map(Self::Public).map_err(|_| "the key is not a valid one of its kind".to_owned())
    }

    pub(in crate::jwt) fn secret(secret: &Secret, algorithm: HmacAlgorithm) -> Self {
        let digest = match algorithm {
            HmacAlgorithm::HS256 => hmac::HMAC_SHA256,
            HmacAlgorithm::HS384 => hmac::HMAC_SHA384,
            HmacAlgorithm::HS512 => hmac::HMAC_SHA512,
        };
        Self::Secret(Box::new(hmac::Key::new(digest, secret.expose())))
    }

    /// Whether the signature over these bytes was made with the other half of this key.
    pub(in crate::jwt) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Public(key) => key.verify_sig(signed, signature).is_ok(),
            Self::Secret(key) => hmac::verify(key, signed, signature).is_ok(),
        }
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}

const fn rsa(algorithm: Algorithm) -> &'static RsaParameters {
    match algorithm {
        Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
        Algorithm::PS384 => &signature::RSA_PSS_2048_8192_SHA384,
        Algorithm::PS512 => &signature::RSA_PSS_2048_8192_SHA512,
        Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
        Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
        // The caller has held the algorithm against the key: what is left is RS256.
        _ => &signature::RSA_PKCS1_2048_8192_SHA256,
    }
}
