//! [`JwtVerifier`]: judges tokens.

use std::{
    fmt,
    sync::{Arc, atomic::Ordering},
};

use crate::{
    authenticator::{Answer, Authenticator},
    error::AuthError,
    identity::Identity,
    jwt::{
        Bearer, JwtVerifierBuilder,
        cache::TokenCache,
        verification::{Stop, Verification, Waited},
    },
};

/// Judges JSON Web Tokens by the keys and rules of their issuers: an [`Authenticator`] of
/// [`Bearer`] credentials.
///
/// The issuer is chosen by the exact `iss` of the token before any key is looked at; what costs
/// little is asked first, the signature is checked over the bytes that were received, and only then
/// do the claims count. The identity has `sub` as its subject, `iss` as its issuer, `exp` as its
/// expiry and all claims.
///
/// # Refused
///
/// More than 8 KiB; anything but three parts of strict base64url; members that occur twice;
/// nesting deeper than 32; encrypted or nested tokens; `alg` that is not the one the key is bound to;
/// `crit`, `b64`, `jwk`, `jku`, `x5u`, `x5c` in the header; and what breaks the rules of the
/// [`Issuer`](crate::Issuer).
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
#[derive(Clone)]
pub struct JwtVerifier(pub(super) Arc<Verification>);

impl JwtVerifier {
    /// The longest token that is read where nothing else is set.
    pub const DEFAULT_MAX_TOKEN_BYTES: usize = 8 * 1024;

    /// Starts a verifier that trusts nobody yet.
    pub fn builder() -> JwtVerifierBuilder {
        JwtVerifierBuilder::new()
    }

    /// How many tokens have been held against a key so far.
    ///
    /// A token that is refused early, or that is remembered, is not held against any.
    #[must_use]
    pub fn signature_checks(&self) -> u64 {
        self.0.signature_checks.load(Ordering::Relaxed)
    }

    /// How many tokens are remembered, and how many bytes they take by the reckoning of
    /// [`CacheLimits`](crate::CacheLimits); nothing without a cache.
    #[must_use]
    pub fn cache_size(&self) -> (usize, usize) {
        self.0.cache.as_ref().map_or((0, 0), TokenCache::size)
    }
}

impl Authenticator<Bearer> for JwtVerifier {
    async fn authenticate(&self, credentials: Bearer) -> Result<Identity, AuthError> {
        let mut waited = Waited::default();
        loop {
            match self.0.judge(&credentials, &waited) {
                Ok(identity) => return Ok(identity),
                Err(Stop::Refused(error)) => return Err(error),
                Err(Stop::Waiting(wait)) => {
                    let verified = self.0.wait(wait, &credentials, &mut waited).await?;
                    if let Some(identity) = verified {
                        return Ok(identity);
                    }
                }
            }
        }
    }

    fn answer(&self, credentials: Bearer) -> Answer<Bearer> {
        match self.0.judge(&credentials, &Waited::default()) {
            Ok(identity) => Answer::Now(Ok(identity)),
            Err(Stop::Refused(error)) => Answer::Now(Err(error)),
            Err(Stop::Waiting(_)) => Answer::Later(credentials),
        }
    }
}

impl fmt::Debug for JwtVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifier")
            .field("issuers", &self.0.issuers.keys())
            .field("cache", &self.0.cache.is_some())
            .finish_non_exhaustive()
    }
}
