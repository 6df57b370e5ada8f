//! [`Keys`]: where the keys of an issuer come from.

use std::fmt;

use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use crate::{
    clock::Clock,
    config_error::{ConfigError, Problems},
    jwt::{
        Algorithm, HmacAlgorithm,
        jwk::Jwk,
        key::Key,
        key_set::{self, KeySet},
        public_key::PublicKey,
        trusted,
    },
    pem,
    secret::Secret,
};
#[cfg(feature = "jwks")]
use crate::{
    event,
    jwks::{Remote, RemoteKeys},
};

/// The keys that an issuer signs with.
///
/// Keys are given as text, or fetched and kept up to date ([`from_jwks_url`](Self::from_jwks_url),
/// [`from_openid_discovery`](Self::from_openid_discovery), [`RemoteKeys`]). Text
/// is read when the verifier is built, which then reports all problems at once.
///
/// Each key is bound to one algorithm by the constructor or by `alg` of a JWK. A JWK without one is
/// bound to those of the issuer's algorithms that fit its type, and to no other.
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
    #[cfg(feature = "jwks")]
    Remote(Box<RemoteKeys>),
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

    /// The JWK set at a URL: `https:`, `http:` on loopback, or `file:`.
    ///
    /// See [`RemoteKeys`] for what can be set.
    #[cfg(feature = "jwks")]
    pub fn from_jwks_url(url: impl Into<String>) -> Self {
        RemoteKeys::from_jwks_url(url).into()
    }

    /// The JWK set that the issuer's OpenID configuration names.
    ///
    /// See [`RemoteKeys`] for what can be set, and for other kinds of metadata.
    #[cfg(feature = "jwks")]
    pub fn from_openid_discovery() -> Self {
        RemoteKeys::from_openid_discovery().into()
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

    /// Reads what is at hand and prepares what is to be fetched. Of a set, only keys with one of
    /// these algorithms are taken.
    pub(super) fn load(
        self,
        issuer: Option<&str>,
        algorithms: &[Algorithm],
        clock: &Clock,
    ) -> Result<Vec<trusted::Source>, ConfigError> {
        let (mut problems, mut keys, mut sources) = (Problems::default(), Vec::new(), Vec::new());
        for (position, Source { kid, form }) in self.0.into_iter().enumerate() {
            let place = format!("keys, source {position}");
            #[cfg(feature = "jwks")]
            if let Form::Remote(settings) = form {
                let remote = Remote::load(*settings, kid, issuer, algorithms, clock);
                sources.extend(problems.take(&place, remote).map(trusted::Source::Remote));
                continue;
            }
            match form.load(kid.as_deref(), issuer, algorithms) {
                Ok(more) => keys.extend(more),
                Err(problem) => problems.add(format!("{place}: {problem}")),
            }
        }
        #[cfg(not(feature = "jwks"))]
        let _ = clock;
        if !keys.is_empty() {
            let set = KeySet::new(keys);
            for reason in &set.left_out {
                problems.add(format!("keys: {reason}: name them apart with `with_kid`"));
            }
            sources.push(trusted::Source::Fixed(set));
        }
        problems.finish(sources)
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
            #[cfg(feature = "jwks")]
            Self::Remote(settings) => settings.fmt(f),
        }
    }
}

#[cfg(feature = "jwks")]
impl From<RemoteKeys> for Keys {
    fn from(settings: RemoteKeys) -> Self {
        Self::of(Form::Remote(Box::new(settings)))
    }
}

impl Form {
    fn load(
        self,
        kid: Option<&str>,
        issuer: Option<&str>,
        allowed: &[Algorithm],
    ) -> Result<Vec<Key>, String> {
        #[cfg(not(feature = "jwks"))]
        let _ = issuer;
        let (key, algorithm) = match self {
            Self::Certificate(pem, algorithm) => (of_certificate(&pem)?, algorithm),
            Self::Der(der, algorithm) => (PublicKey::from_spki(&der)?, algorithm),
            Self::Pem(pem, algorithm) => {
                (PublicKey::from_spki(&pem::public_key(&pem)?)?, algorithm)
            }
            Self::Hmac(secret, algorithm) => {
                return Ok(vec![Key::symmetric(kid, &secret, algorithm)?]);
            }
            Self::Jwk(json) => return key_set::bind(&Jwk::parse(&json)?, kid, allowed),
            #[cfg(feature = "jwks")]
            Self::Jwks(json) => return of_set(&json, kid, issuer, allowed),
            #[cfg(feature = "jwks")]
            Self::Remote(_) => return Err("remote keys are fetched, not read".into()),
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
fn of_set(
    json: &[u8],
    kid: Option<&str>,
    issuer: Option<&str>,
    allowed: &[Algorithm],
) -> Result<Vec<Key>, String> {
    let (keys, left_out) = KeySet::parse(json, usize::MAX, kid, allowed)?.into_keys();
    left_out.iter().for_each(|reason| event::key_left_out(issuer, reason));
    Ok(keys)
}
