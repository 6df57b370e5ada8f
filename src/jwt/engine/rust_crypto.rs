//! Signatures by the pure-Rust back end of `jsonwebtoken`.

use std::fmt;

use jsonwebtoken::{
    Algorithm as Engine, DecodingKey,
    crypto::{CryptoProvider, JwtVerifier},
};

use crate::{
    jwt::{Algorithm, HmacAlgorithm, public_key::PublicKey},
    secret::Secret,
};

/// The back end, named and not looked up: another crate of the build may have installed a different
/// one for the process, or have made the choice of a default impossible by enabling both.
static ENGINE: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

/// A key, ready to verify with one algorithm.
///
/// The engine parses the key again for each signature: what it makes of a key can neither be sent
/// nor shared between threads.
pub(in crate::jwt) struct Verifier {
    algorithm: Engine,
    key: DecodingKey,
}

impl Verifier {
    /// Makes a public key ready. Points off their curve are found here.
    pub(in crate::jwt) fn public(key: &PublicKey, algorithm: Algorithm) -> Result<Self, String> {
        let decoding_key = match key {
            PublicKey::Rsa { modulus, exponent } => {
                DecodingKey::from_rsa_raw_components(modulus, exponent)
            }
            PublicKey::P256(point) | PublicKey::P384(point) => DecodingKey::from_ec_der(point),
            PublicKey::Ed25519(key) => DecodingKey::from_ed_der(key),
        };
        let verifier = Self { algorithm: algorithm.engine(), key: decoding_key };
        match verifier.engine() {
            Ok(_) => Ok(verifier),
            Err(_) => Err("the key is not a valid one of its kind".to_owned()),
        }
    }

    pub(in crate::jwt) fn secret(secret: &Secret, algorithm: HmacAlgorithm) -> Self {
        Self { algorithm: algorithm.engine(), key: DecodingKey::from_secret(secret.expose()) }
    }

    /// Whether the signature over these bytes was made with the other half of this key.
    pub(in crate::jwt) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        // The engine's trait wants exactly this type.
        let signature = signature.to_vec();
        self.engine().is_ok_and(|engine| engine.verify(signed, &signature).is_ok())
    }

    fn engine(&self) -> jsonwebtoken::errors::Result<Box<dyn JwtVerifier>> {
        (ENGINE.verifier_factory)(&self.algorithm, &self.key)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(..)")
    }
}
