//! [`Keys`]: where the keys of an issuer come from.

use std::fmt;

use x509_parser::{certificate::X509Certificate, prelude::FromDer};

#[cfg(feature = "jwks")]
use crate::event;
use crate::{
    config_error::{ConfigError, Problems},
    jwt::{Algorithm, HmacAlgorithm, jwk::Jwk, key::Key, public_key::PublicKey},
    pem,
    secret::Secret,
};

/// The keys that an issuer signs with.
///
/// Nothing is read until the verifier is built, which then reports all problems at once. Each key
/// is bound to one algorithm: by the constructor, by `alg` of a JWK, or else to the first of the
/// issuer's algorithms that fits it (for RSA that is `RS256`).
///
/// # Examples
///
/// ```
/// use tower_auth::{Algorithm, Issuer, JwtVerifier, Keys};
///
/// const PEM: &str = "-----BEGIN PUBLIC KEY-----
/// MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
/// -----END PUBLIC KEY-----";
///
/// let issuer = "https://login.example.com";
/// let keys = Keys::from_pem(PEM, Algorithm::EdDSA).with_kid("2026-11");
/// assert!(JwtVerifier::builder().issuer(Issuer::new(issuer, "orders-api", keys)).build().is_ok());
///
/// let keys = Keys::from_pem(PEM, Algorithm::ES256);
/// let error = JwtVerifier::builder().issuer(Issuer::new(issuer, "orders-api", keys)).build().unwrap_err();
/// assert!(error.to_string().contains("the key cannot be used with ES256"), "{error}");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Keys(Vec<Source>);

#[derive(Clone, Debug)]
struct Source {
    kid: Option<String>,
    form: Form,
}

/// A key as it was given. A private one may have come here by mistake, so `Debug` shows no byte of it.
#[derive(Clone)]
enum Form {
    Certificate(Vec<u8>, Algorithm),
    Der(Vec<u8>, Algorithm),
    Hmac(Secret, HmacAlgorithm),
    Jwk(Vec<u8>),
    #[cfg(feature = "jwks")]
    Jwks(Vec<u8>),
    Pem(Vec<u8>, Algorithm),
}

impl Keys {
    /// A public key in PEM (`PUBLIC KEY`).
    pub fn from_pem(pem: impl Into<Vec<u8>>, algorithm: Algorithm) -> Self {
        Self::of(Form::Pem(pem.into(), algorithm))
    }

    /// The public key of a certificate in PEM (`CERTIFICATE`).
    ///
    /// The certificate is a wrapping here: who signed it and when it ends play no part.
    pub fn from_certificate_pem(pem: impl Into<Vec<u8>>, algorithm: Algorithm) -> Self {
        Self::of(Form::Certificate(pem.into(), algorithm))
    }

    /// A public key in DER (`SubjectPublicKeyInfo`).
    pub fn from_der(der: impl Into<Vec<u8>>, algorithm: Algorithm) -> Self {
        Self::of(Form::Der(der.into(), algorithm))
    }

    /// One public key as a JWK (RFC 7517, section 4).
    pub fn from_jwk(json: impl Into<Vec<u8>>) -> Self {
        Self::of(Form::Jwk(json.into()))
    }

    /// The public keys of a JWK set (RFC 7517, section 5).
    ///
    /// Keys of the set that are for encryption, private, symmetric, or of an unknown kind are left
    /// out; a set in which nothing else remains is an error.
    #[cfg(feature = "jwks")]
    pub fn from_jwks(json: impl Into<Vec<u8>>) -> Self {
        Self::of(Form::Jwks(json.into()))
    }

    /// A secret that is shared with the issuer, as long as the hash or longer.
    ///
    /// Whoever can verify such tokens can make them. A password is not a key (RFC 8725, section 3.5).
    pub fn from_hmac_secret(secret: impl Into<Secret>, algorithm: HmacAlgorithm) -> Self {
        Self::of(Form::Hmac(secret.into(), algorithm))
    }

    /// Names the keys that have no name of their own, as `kid` of tokens will.
    ///
    /// A key without a name verifies tokens whatever their `kid` is, where no named key matches.
    pub fn with_kid(mut self, kid: impl Into<String>) -> Self {
        let kid = kid.into();
        self.0.iter_mut().for_each(|source| {
            source.kid.get_or_insert_with(|| kid.clone());
        });
        self
    }

    /// Adds the keys of another source.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Reads all sources. Of a set, only keys with one of these algorithms are taken.
    pub(super) fn load(self, algorithms: &[Algorithm]) -> Result<Vec<Key>, ConfigError> {
        let mut problems = Problems::default();
        let mut keys = Vec::new();
        for (position, source) in self.0.into_iter().enumerate() {
            match source.load(algorithms) {
                Ok(more) => keys.extend(more),
                Err(problem) => problems.add(format!("keys, source {position}: {problem}")),
            }
        }
        problems.finish(keys)
    }

    fn of(form: Form) -> Self {
        Self(vec![Source { kid: None, form }])
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(_, algorithm) => write!(f, "Certificate({algorithm:?})"),
            Self::Der(_, algorithm) => write!(f, "Der({algorithm:?})"),
            Self::Hmac(_, algorithm) => write!(f, "Hmac({algorithm:?})"),
            Self::Jwk(_) => f.write_str("Jwk"),
            #[cfg(feature = "jwks")]
            Self::Jwks(_) => f.write_str("Jwks"),
            Self::Pem(_, algorithm) => write!(f, "Pem({algorithm:?})"),
        }
    }
}

impl Source {
    fn load(self, allowed: &[Algorithm]) -> Result<Vec<Key>, String> {
        let kid = self.kid;
        let (key, algorithm) = match self.form {
            Form::Certificate(pem, algorithm) => (of_certificate(&pem)?, algorithm),
            Form::Der(der, algorithm) => (PublicKey::from_spki(&der)?, algorithm),
            Form::Pem(pem, algorithm) => {
                (PublicKey::from_spki(&pem::public_key(&pem)?)?, algorithm)
            }
            Form::Hmac(secret, algorithm) => {
                return Ok(vec![Key::symmetric(kid, &secret, algorithm)?]);
            }
            Form::Jwk(json) => return Ok(vec![bind(Jwk::parse(&json)?, kid, allowed)?]),
            #[cfg(feature = "jwks")]
            Form::Jwks(json) => return of_set(&json, kid.as_ref(), allowed),
        };
        if !allowed.contains(&algorithm) {
            return Err(format!("{} is not among the issuer's algorithms", algorithm.as_str()));
        }
        Ok(vec![Key::asymmetric(kid, &key, algorithm)?])
    }
}

fn of_certificate(pem: &[u8]) -> Result<PublicKey, String> {
    let der = pem::certificates(pem)?.into_iter().next().ok_or("there is no certificate in it")?;
    match X509Certificate::from_der(&der) {
        Ok(([], certificate)) => PublicKey::of(certificate.public_key()),
        _ => Err("the certificate is damaged".into()),
    }
}

#[cfg(feature = "jwks")]
fn of_set(json: &[u8], kid: Option<&String>, allowed: &[Algorithm]) -> Result<Vec<Key>, String> {
    let (jwks, mut left_out) = Jwk::parse_set(json)?;
    let mut keys = Vec::with_capacity(jwks.len());
    for jwk in jwks {
        match bind(jwk, kid.cloned(), allowed) {
            Ok(key) => keys.push(key),
            Err(reason) => left_out.push(reason),
        }
    }
    if keys.is_empty() {
        return Err(format!("no usable key in the set ({})", left_out.join("; ")));
    }
    left_out.iter().for_each(|reason| event::key_left_out(reason));
    Ok(keys)
}

fn bind(jwk: Jwk, kid: Option<String>, allowed: &[Algorithm]) -> Result<Key, String> {
    let fits = |algorithm: &Algorithm| match jwk.algorithm {
        Some(own) => own == *algorithm,
        None => jwk.key.fits(*algorithm),
    };
    let algorithm = allowed.iter().copied().find(fits);
    let algorithm = algorithm.ok_or("the key fits none of the issuer's algorithms")?;
    Key::asymmetric(jwk.kid.or(kid), &jwk.key, algorithm)
}
