//! The seam to the signature engine: the only place that asks `jsonwebtoken` anything.

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
#[cfg(feature = "jwt")]
static ENGINE: &CryptoProvider = &jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
#[cfg(not(feature = "jwt"))]
static ENGINE: &CryptoProvider = &jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;

/// A key, bound to the one algorithm that it verifies.
#[derive(Clone)]
pub(super) struct Key {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Engine,
    signature_bytes: usize,
    key: DecodingKey,
}

impl Key {
    /// Binds a public key to an algorithm that fits it.
    pub(super) fn asymmetric(
        kid: Option<String>,
        key: &PublicKey,
        algorithm: Algorithm,
    ) -> Result<Self, String> {
        if !key.fits(algorithm) {
            return Err(format!("the key cannot be used with {}", algorithm.as_str()));
        }
        Self {
            kid,
            algorithm: algorithm.engine(),
            signature_bytes: key.signature_bytes(),
            key: key.decoding_key(),
        }
        .accepted_by_engine()
    }

    /// Binds a secret to an algorithm that it is long enough for.
    pub(super) fn symmetric(
        kid: Option<String>,
        secret: &Secret,
        algorithm: HmacAlgorithm,
    ) -> Result<Self, String> {
        let floor = algorithm.hash_bytes();
        if secret.expose().len() < floor {
            return Err(format!(
                "the secret is shorter than the {floor} bytes that {algorithm:?} needs"
            ));
        }
        Self {
            kid,
            algorithm: algorithm.engine(),
            signature_bytes: floor,
            key: DecodingKey::from_secret(secret.expose()),
        }
        .accepted_by_engine()
    }

    /// Whether the signature over these bytes was made with the other half of this key.
    pub(super) fn verifies(&self, signed: &[u8], signature: &Vec<u8>) -> bool {
        signature.len() == self.signature_bytes
            && self.engine().is_ok_and(|engine| engine.verify(signed, signature).is_ok())
    }

    /// What the engine cannot use is found now, not when the first token comes.
    fn accepted_by_engine(self) -> Result<Self, String> {
        match self.engine() {
            Ok(_) => Ok(self),
            Err(_) => Err("the signature engine does not accept the key".into()),
        }
    }

    fn engine(&self) -> jsonwebtoken::errors::Result<Box<dyn JwtVerifier>> {
        (ENGINE.verifier_factory)(&self.algorithm, &self.key)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("kid", &self.kid)
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}
