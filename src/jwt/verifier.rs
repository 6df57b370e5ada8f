//! [`JwtVerifier`]: judges tokens.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};

use crate::{
    authenticator::{Answer, Authenticator},
    clock::Clock,
    config_error::{ConfigError, Problems},
    error::AuthError,
    identity::Identity,
    jwt::{
        Bearer, Issuer,
        issuer::Trusted,
        json,
        token::{Header, Unverified},
    },
};

/// Judges JSON Web Tokens by the keys and rules of their issuers: an [`Authenticator`] of
/// [`Bearer`] credentials.
///
/// The issuer is chosen by the exact `iss` of the token before any key is looked at; the key by
/// `kid` and algorithm within that issuer; then the signature is checked over the bytes that were
/// received, and only then do the claims count. The identity has `sub` as its subject, `iss` as its
/// issuer, `exp` as its expiry and all claims.
///
/// # Refused
///
/// More than 8 KiB; anything but three parts of strict base64url; members that occur twice;
/// nesting deeper than 32; encrypted or nested tokens; `alg` that is not the one the key is bound to;
/// `crit`, `b64`, `jwk`, `jku`, `x5u`, `x5c` in the header; and what breaks the rules of the
/// [`Issuer`].
///
/// # Examples
///
/// ```
/// use tower_auth::{Issuer, JwtVerifier, Keys, HmacAlgorithm};
///
/// let secret = "not a password but 32 bytes or more of randomness";
/// let error = JwtVerifier::builder()
///     .issuer(Issuer::new("", "orders-api", Keys::from_hmac_secret(secret, HmacAlgorithm::HS256)))
///     .issuer(Issuer::new("https://b.example", "orders-api", Keys::from_hmac_secret("short", HmacAlgorithm::HS256)))
///     .build()
///     .unwrap_err();
/// assert_eq!(error.problems().count(), 2, "{error}");
/// ```
#[derive(Clone, Debug)]
pub struct JwtVerifier {
    issuers: Arc<HashMap<String, Trusted>>,
    max_token_bytes: usize,
    clock: Clock,
}

impl JwtVerifier {
    /// The longest token that is read where nothing else is set.
    pub const DEFAULT_MAX_TOKEN_BYTES: usize = 8 * 1024;

    /// Starts a verifier that trusts nobody yet.
    pub fn builder() -> JwtVerifierBuilder {
        JwtVerifierBuilder {
            issuers: Vec::new(),
            max_token_bytes: Self::DEFAULT_MAX_TOKEN_BYTES,
            clock: Clock::system(),
        }
    }

    fn judge(&self, credentials: &Bearer) -> Result<Identity, AuthError> {
        let token = credentials.token().expose();
        let Unverified { header, claims, signed, signature } =
            Unverified::parse(token, self.max_token_bytes)?;
        let issuer = self.issuer(&claims)?;
        let key = issuer.key(&header).ok_or_else(|| AuthError::invalid("no key matches"))?;
        if !key.verifies(signed, &signature) {
            return Err(AuthError::invalid("the signature is not good"));
        }
        self.establish(issuer, &header, claims, credentials)
    }

    fn issuer(&self, claims: &Map<String, Value>) -> Result<&Trusted, AuthError> {
        let name = claims.get("iss").and_then(Value::as_str);
        name.and_then(|name| self.issuers.get(name))
            .ok_or_else(|| AuthError::invalid("the iss is not trusted"))
    }

    /// Makes an identity of claims that the issuer has signed.
    fn establish(
        &self,
        issuer: &Trusted,
        header: &Header,
        claims: Map<String, Value>,
        credentials: &Bearer,
    ) -> Result<Identity, AuthError> {
        // A clock set before 1970 reads as the far future, where everything has expired.
        let now = self.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::MAX);
        let expiry = issuer.rules.hold(&claims, header.typ.as_deref(), now, credentials)?;
        let subject = match claims.get("sub") {
            Some(Value::String(subject)) if !subject.is_empty() => subject.clone(),
            _ => return Err(AuthError::invalid("no sub")),
        };
        let expiry = SystemTime::UNIX_EPOCH + expiry;
        Ok(Identity::new(subject).with_issuer(&issuer.name).with_expiry(expiry).with_claims(claims))
    }
}

impl Authenticator<Bearer> for JwtVerifier {
    async fn authenticate(&self, credentials: Bearer) -> Result<Identity, AuthError> {
        self.judge(&credentials)
    }

    fn answer(&self, credentials: Bearer) -> Answer<Bearer> {
        Answer::Now(self.judge(&credentials))
    }
}

/// Builds a [`JwtVerifier`].
#[derive(Clone, Debug)]
#[must_use = "call `build`"]
pub struct JwtVerifierBuilder {
    issuers: Vec<Issuer>,
    max_token_bytes: usize,
    clock: Clock,
}

impl JwtVerifierBuilder {
    /// Trusts an issuer.
    pub fn issuer(mut self, issuer: Issuer) -> Self {
        self.issuers.push(issuer);
        self
    }

    /// Sets the longest token that is read, in bytes. The default is
    /// [`JwtVerifier::DEFAULT_MAX_TOKEN_BYTES`].
    pub const fn with_max_token_bytes(mut self, bytes: usize) -> Self {
        self.max_token_bytes = bytes;
        self
    }

    /// Reads the time of day elsewhere; for tests.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Reads all keys and checks all issuers.
    ///
    /// # Errors
    ///
    /// No issuer, or two of one name; keys that cannot be read or do not fit their algorithm; empty
    /// names; a leeway beyond [`Issuer::MAX_LEEWAY`]; a build in which `serde_json` has its feature
    /// `arbitrary_precision`.
    pub fn build(self) -> Result<JwtVerifier, ConfigError> {
        let mut problems = Problems::default();
        let mut issuers = HashMap::with_capacity(self.issuers.len());
        if self.issuers.is_empty() {
            problems.add("no issuer is trusted: add one with `issuer(Issuer::new(..))`");
        }
        if !json::reads_numbers() {
            problems.add(
                "serde_json is built with its feature `arbitrary_precision`, with which no date in \
                 a token can be read: find who enables it with `cargo tree -e features -i serde_json`",
            );
        }
        for issuer in self.issuers {
            let name = issuer.name().to_owned();
            let place = format!("issuer {name:?}");
            let Some(trusted) = problems.take(&place, issuer.load()) else {
                continue;
            };
            if issuers.insert(name, trusted).is_some() {
                problems.add(format!("{place}: the name is used twice"));
            }
        }
        problems.finish(JwtVerifier {
            issuers: Arc::new(issuers),
            max_token_bytes: self.max_token_bytes,
            clock: self.clock,
        })
    }
}
