//! The signature algorithms (RFC 7518, RFC 8037, RFC 9864).

use jsonwebtoken::Algorithm as Engine;

/// An asymmetric signature algorithm. There is no way to name `none`, and HMAC has a type of its own.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Algorithm {
    /// Ed25519; tokens may name it `EdDSA` (RFC 8037) or `Ed25519` (RFC 9864).
    EdDSA,
    /// ECDSA on P-256 with SHA-256.
    ES256,
    /// ECDSA on P-384 with SHA-384.
    ES384,
    /// RSA-PSS with SHA-256.
    PS256,
    /// RSA-PSS with SHA-384.
    PS384,
    /// RSA-PSS with SHA-512.
    PS512,
    /// RSA PKCS#1 v1.5 with SHA-256.
    RS256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    RS384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    RS512,
}

impl Algorithm {
    /// What an issuer may use where nothing else is set.
    pub(super) const ALL: [Self; 9] = [
        Self::RS256,
        Self::ES256,
        Self::EdDSA,
        Self::PS256,
        Self::ES384,
        Self::RS384,
        Self::RS512,
        Self::PS384,
        Self::PS512,
    ];

    /// The algorithm that a JWK names.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| {
            algorithm.as_str() == name || (*algorithm == Self::EdDSA && name == "Ed25519")
        })
    }

    /// The name in `alg`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EdDSA => "EdDSA",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
        }
    }

    pub(super) const fn engine(self) -> Engine {
        match self {
            Self::EdDSA => Engine::EdDSA,
            Self::ES256 => Engine::ES256,
            Self::ES384 => Engine::ES384,
            Self::PS256 => Engine::PS256,
            Self::PS384 => Engine::PS384,
            Self::PS512 => Engine::PS512,
            Self::RS256 => Engine::RS256,
            Self::RS384 => Engine::RS384,
            Self::RS512 => Engine::RS512,
        }
    }
}

/// A symmetric algorithm: whoever can verify can also sign.
///
/// For tokens that a service makes for itself. The secret must be as long as the hash
/// (RFC 7518, section 3.2).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HmacAlgorithm {
    /// HMAC with SHA-256: at least 32 bytes of secret.
    HS256,
    /// HMAC with SHA-384: at least 48 bytes of secret.
    HS384,
    /// HMAC with SHA-512: at least 64 bytes of secret.
    HS512,
}

impl HmacAlgorithm {
    /// Bytes of the hash: the floor of the secret and the size of a signature.
    pub(super) const fn hash_bytes(self) -> usize {
        match self {
            Self::HS256 => 32,
            Self::HS384 => 48,
            Self::HS512 => 64,
        }
    }

    pub(super) const fn engine(self) -> Engine {
        match self {
            Self::HS256 => Engine::HS256,
            Self::HS384 => Engine::HS384,
            Self::HS512 => Engine::HS512,
        }
    }
}

/// The algorithm that a token names, exactly as it must be written.
pub(super) fn of_token(alg: &str) -> Option<Engine> {
    match alg {
        "HS256" => Some(Engine::HS256),
        "HS384" => Some(Engine::HS384),
        "HS512" => Some(Engine::HS512),
        _ => Algorithm::named(alg).map(Algorithm::engine),
    }
}
