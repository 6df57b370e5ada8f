//! [`JwtVerifier`]: judges tokens.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    authenticator::{Answer, Authenticator},
    clock::Clock,
    error::{AuthError, because},
    identity::Identity,
    jwt::{
        Bearer, IssuerQuestion, JwtVerifierBuilder, Revocation,
        cache::{TokenCache, Turn, Waiting},
        json::Object,
        resolver::{Known, Resolved},
        token::{Decoded, Unverified},
        trusted::{Signature, Trusted},
        verified::Verified,
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
pub struct JwtVerifier(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) issuers: HashMap<Arc<str>, Arc<Trusted>>,
    /// Judges tokens that no other issuer judges, whatever their `iss`.
    pub(super) any_issuer: Option<Arc<Trusted>>,
    pub(super) resolver: Option<Resolved>,
    pub(super) cache: Option<TokenCache>,
    pub(super) revocation: Option<Arc<dyn Revocation>>,
    pub(super) max_token_bytes: usize,
    pub(super) clock: Clock,
    pub(super) signature_checks: AtomicU64,
}

/// What can be said about a token without waiting.
enum Judged {
    Now(Result<Identity, AuthError>),
    After(Wait),
}

/// What has to be waited for, and then the token is judged again.
enum Wait {
    Issuer(IssuerQuestion),
    #[cfg(feature = "jwks")]
    Keys(Arc<Trusted>),
    Verification(Waiting),
}

/// What has been waited for already, and need not be again.
#[derive(Clone, Copy, Default)]
struct Waited {
    issuer: bool,
    #[cfg(feature = "jwks")]
    keys: bool,
}

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

impl Inner {
    fn judge(&self, credentials: &Bearer, waited: Waited) -> Judged {
        let now = self.clock.since_epoch();
        let Some(cache) = &self.cache else {
            return match self.verify(credentials, waited, now) {
                Ok(Ok(verified)) => {
                    let identity = verified.own_identity();
                    Judged::Now(self.admit(&verified, identity, credentials, now))
                }
                Ok(Err(error)) => Judged::Now(Err(error)),
                Err(wait) => Judged::After(wait),
            };
        };
        let admitted = |verified: &Verified| {
            self.admit(verified, verified.shared_identity(), credentials, now)
        };
        if let Some(judgement) = cache.read(credentials, now, admitted) {
            return Judged::Now(judgement);
        }
        match cache.turn(credentials, now) {
            Turn::Done(verified) => Judged::Now(admitted(&verified)),
            Turn::Theirs(waiting) => Judged::After(Wait::Verification(waiting)),
            Turn::Mine(flight) => match self.verify(credentials, waited, now) {
                Ok(outcome) => {
                    let outcome = outcome.map(Arc::new);
                    flight.land(outcome.clone());
                    Judged::Now(outcome.and_then(|verified| admitted(&verified)))
                }
                Err(wait) => Judged::After(wait),
            },
        }
    }

    /// What is asked of every request, whether its token was remembered or not.
    fn admit(
        &self,
        verified: &Verified,
        identity: Identity,
        credentials: &Bearer,
        now: Duration,
    ) -> Result<Identity, AuthError> {
        verified.hold(credentials, now)?;
        if let Some(revocation) = &self.revocation {
            revocation.check(&identity)?;
        }
        Ok(identity)
    }

    fn verify(
        &self,
        credentials: &Bearer,
        waited: Waited,
        now: Duration,
    ) -> Result<Result<Verified, AuthError>, Wait> {
        let decoded = match Decoded::of(credentials.token().expose(), self.max_token_bytes) {
            Ok(decoded) => decoded,
            Err(reason) => return Ok(Err(because::unreadable(reason))),
        };
        let token = match decoded.read() {
            Ok(token) => token,
            Err(reason) => return Ok(Err(because::unreadable(reason))),
        };
        let issuer = match self.issuer(&token.claims, credentials, waited)? {
            Ok(issuer) => issuer,
            Err(error) => return Ok(Err(error)),
        };
        self.verify_by(&issuer, &token, credentials, waited, now)
    }

    /// The issuer that a token names; its keys have not been looked at.
    fn issuer(
        &self,
        claims: &Object<'_>,
        credentials: &Bearer,
        waited: Waited,
    ) -> Result<Result<Arc<Trusted>, AuthError>, Wait> {
        let name = claims.str("iss");
        if let Some(issuer) = name.and_then(|name| self.issuers.get(name)) {
            return Ok(Ok(Arc::clone(issuer)));
        }
        if let (Some(resolver), Some(name)) = (&self.resolver, name) {
            let tenant = credentials.requested_tenant();
            match resolver.known(name, tenant) {
                Known::Issuer(issuer) => return Ok(Ok(issuer)),
                Known::NotYet if !waited.issuer => {
                    let (issuer, tenant) = (name.to_owned(), tenant.cloned());
                    return Err(Wait::Issuer(IssuerQuestion { issuer, tenant }));
                }
                Known::None | Known::NotYet => {}
            }
        }
        let not_trusted = || because::invalid("the iss is not trusted");
        Ok(self.any_issuer.clone().ok_or_else(not_trusted))
    }

    fn verify_by(
        &self,
        issuer: &Arc<Trusted>,
        token: &Unverified<'_>,
        credentials: &Bearer,
        waited: Waited,
        now: Duration,
    ) -> Result<Result<Verified, AuthError>, Wait> {
        let held = issuer.hold_tenant(credentials.requested_tenant());
        let held = held.and_then(|()| issuer.rules.hold(&token.header, &token.claims, now));
        let times = match held {
            Ok(times) => times,
            Err(error) => return Ok(Err(error)),
        };
        let checked = issuer.check_signature(token);
        if !matches!(checked, Signature::NoKey) {
            self.signature_checks.fetch_add(1, Ordering::Relaxed);
        }
        let refusal = match checked {
            Signature::Good(stamp) => {
                return Ok(Verified::of(token, issuer, stamp, times, now));
            }
            Signature::Bad => because::invalid("the signature is not good"),
            Signature::NoKey => because::invalid("no key matches"),
        };
        // Perhaps the issuer has other keys by now, be it under other names or under the same.
        Self::learn_first(issuer, waited)?;
        Ok(Err(Self::outage(issuer, &checked).unwrap_or(refusal)))
    }

    #[cfg(feature = "jwks")]
    fn learn_first(issuer: &Arc<Trusted>, waited: Waited) -> Result<(), Wait> {
        if !waited.keys && issuer.remotes().any(|remote| remote.may_learn()) {
            return Err(Wait::Keys(Arc::clone(issuer)));
        }
        Ok(())
    }

    #[cfg(not(feature = "jwks"))]
    #[expect(clippy::unnecessary_wraps, reason = "with remote keys there may be a wait")]
    const fn learn_first(_: &Arc<Trusted>, _: Waited) -> Result<(), Wait> {
        Ok(())
    }

    /// Where keys cannot be fetched, nobody can say that there is none for a token.
    #[cfg(feature = "jwks")]
    fn outage(issuer: &Arc<Trusted>, checked: &Signature) -> Option<AuthError> {
        let is_missing = matches!(checked, Signature::NoKey);
        issuer.remotes().filter(|_| is_missing).find_map(|remote| remote.outage())
    }

    #[cfg(not(feature = "jwks"))]
    const fn outage(_: &Arc<Trusted>, _: &Signature) -> Option<AuthError> {
        None
    }

    /// Waits for what keeps a token from being judged.
    async fn wait(&self, wait: Wait, waited: &mut Waited) -> Result<(), AuthError> {
        match wait {
            Wait::Issuer(question) => {
                waited.issuer = true;
                match &self.resolver {
                    Some(resolver) => resolver.ask(question).await,
                    None => Ok(()),
                }
            }
            #[cfg(feature = "jwks")]
            Wait::Keys(issuer) => {
                waited.keys = true;
                issuer.learn().await
            }
            // An error of theirs is one of this token.
            Wait::Verification(waiting) => waiting.outcome().await.transpose().map(|_| ()),
        }
    }
}

impl Authenticator<Bearer> for JwtVerifier {
    async fn authenticate(&self, credentials: Bearer) -> Result<Identity, AuthError> {
        let mut waited = Waited::default();
        loop {
            match self.0.judge(&credentials, waited) {
                Judged::Now(judgement) => return judgement,
                Judged::After(wait) => self.0.wait(wait, &mut waited).await?,
            }
        }
    }

    fn answer(&self, credentials: Bearer) -> Answer<Bearer> {
        match self.0.judge(&credentials, Waited::default()) {
            Judged::Now(judgement) => Answer::Now(judgement),
            Judged::After(_) => Answer::Later(credentials),
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
