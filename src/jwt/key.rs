//! A key, bound to the one algorithm that it verifies.

use std::sync::Arc;

use jsonwebtoken::Algorithm as Engine;

use crate::{
    jwt::{Algorithm, HmacAlgorithm, engine::Verifier, public_key::PublicKey},
    secret::Secret,
};

/// A key that is ready to verify. A clone costs one reference count.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(super) kid: Option<Arc<str>>,
    pub(super) algorithm: Engine,
    signature_bytes: usize,
    verifier: Arc<Verifier>,
}

impl Key {
    /// Binds a public key to an algorithm that fits it.
    pub(super) fn asymmetric(
        kid: Option<&str>,
        key: &PublicKey,
        algorithm: Algorithm,
    ) -> Result<Self, String> {
        if !key.fits(algorithm) {
            return Err(format!("the key cannot be used with {}", algorithm.as_str()));
        }
        Ok(Self {
            kid: kid.map(Arc::from),
            algorithm: algorithm.engine(),
            signature_bytes: key.signature_bytes(),
            verifier: Arc::new(Verifier::public(key, algorithm)?),
        })
    }

    /// Binds a secret to an algorithm that it is long enough for.
    pub(super) fn symmetric(
        kid: Option<&str>,
        secret: &Secret,
        algorithm: HmacAlgorithm,
    ) -> Result<Self, String> {
        let floor = algorithm.hash_bytes();
        if secret.expose().len() < floor {
            return Err(format!(
                "the secret is shorter than the {floor} bytes that {algorithm:?} needs"
            ));
        }
        Ok(Self {
            kid: kid.map(Arc::from),
            algorithm: algorithm.engine(),
            signature_bytes: floor,
            verifier: Arc::new(Verifier::secret(secret, algorithm)),
        })
    }

    /// Whether the signature over these bytes was made with the other half of this key.
    ///
    /// A signature of another length than the key makes never reaches the engine.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        signature.len() == self.signature_bytes && self.verifier.verifies(signed, signature)
    }
}
