//! Public keys as numbers, whatever form they came in, checked before they are used.

use x509_parser::{prelude::FromDer, x509::SubjectPublicKeyInfo};

use crate::jwt::{Algorithm, roca};

const ED25519: &str = "1.3.101.112";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";

/// A public key of a kind that can verify signatures.
#[derive(Clone, Debug)]
pub(super) enum PublicKey {
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
    /// The uncompressed point: `0x04`, x, y.
    P256(Vec<u8>),
    /// The uncompressed point: `0x04`, x, y.
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo` (RFC 5280, section 4.1.2.7) and nothing after it.
    pub(super) fn from_spki(der: &[u8]) -> Result<Self, String> {
        match SubjectPublicKeyInfo::from_der(der) {
            Ok(([], spki)) => Self::of(&spki),
            Ok(_) => Err("something follows the public key".into()),
            Err(_) => Err("not a public key in DER (SubjectPublicKeyInfo)".into()),
        }
    }

    pub(super) fn of(spki: &SubjectPublicKeyInfo<'_>) -> Result<Self, String> {
        use x509_parser::public_key::PublicKey as Parsed;

        let parameters = spki.algorithm.parameters.as_ref();
        let curve = parameters.and_then(|any| any.as_oid().ok()).map(|oid| oid.to_id_string());
        let key = match (spki.parsed(), curve.as_deref()) {
            (Ok(Parsed::RSA(rsa)), _) => Self::rsa(rsa.modulus.to_vec(), rsa.exponent.to_vec())?,
            (Ok(Parsed::EC(point)), Some(P256)) => Self::P256(point.data().to_vec()),
            (Ok(Parsed::EC(point)), Some(P384)) => Self::P384(point.data().to_vec()),
            (Ok(Parsed::EC(_)), _) => return Err("the curve is neither P-256 nor P-384".into()),
            _ if spki.algorithm.algorithm.to_id_string() == ED25519 => {
                Self::Ed25519(spki.subject_public_key.data.to_vec())
            }
            _ => return Err("the key is neither RSA nor EC nor Ed25519".into()),
        };
        key.checked()
    }

    /// RFC 7518, section 3.3 asks for 2048 bits or more; the ceiling bounds the work of verifying.
    pub(super) fn rsa(modulus: Vec<u8>, exponent: Vec<u8>) -> Result<Self, String> {
        let (modulus, exponent) = (without_leading_zeros(modulus), without_leading_zeros(exponent));
        let bits =
            modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
        if !(2048..=8192).contains(&bits) {
            return Err(format!("an RSA key of {bits} bits: between 2048 and 8192 are accepted"));
        }
        if modulus.last().is_some_and(|last| last % 2 == 0) {
            return Err("the modulus of an RSA key must be odd".into());
        }
        if roca::is_vulnerable(&modulus) {
            return Err("the RSA key was made by a faulty generator (ROCA, CVE-2017-15361)".into());
        }
        let value = exponent.iter().fold(0_u64, |value, byte| (value << 8) | u64::from(*byte));
        if exponent.len() > 5 || !(3..=1 << 32).contains(&value) || value % 2 == 0 {
            return Err(
                "the exponent of an RSA key must be odd, at least 3 and at most 2^32".into()
            );
        }
        Ok(Self::Rsa { modulus, exponent })
    }

    /// Holds the size of a point or key against its curve.
    pub(super) fn checked(self) -> Result<Self, String> {
        let fits = match &self {
            Self::Rsa { .. } => true,
            Self::P256(point) => point.len() == 65 && point[0] == 4,
            Self::P384(point) => point.len() == 97 && point[0] == 4,
            Self::Ed25519(key) => key.len() == 32,
        };
        if fits { Ok(self) } else { Err("the key is not of the size that its curve has".into()) }
    }

    pub(super) const fn fits(&self, algorithm: Algorithm) -> bool {
        use Algorithm::{ES256, ES384, EdDSA, PS256, PS384, PS512, RS256, RS384, RS512};

        matches!(
            (self, algorithm),
            (Self::Rsa { .. }, PS256 | PS384 | PS512 | RS256 | RS384 | RS512)
                | (Self::P256(_), ES256)
                | (Self::P384(_), ES384)
                | (Self::Ed25519(_), EdDSA)
        )
    }

    /// Bytes of a signature; any other number is refused before the engine is asked.
    pub(super) const fn signature_bytes(&self) -> usize {
        match self {
            Self::Rsa { modulus, .. } => modulus.len(),
            Self::P256(_) | Self::Ed25519(_) => 64,
            Self::P384(_) => 96,
        }
    }
}

fn without_leading_zeros(mut number: Vec<u8>) -> Vec<u8> {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.drain(..zeros);
    number
}
