//! [`JwtVerifierBuilder`]: whom to trust.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, atomic::AtomicU64},
};

use crate::{
    cache::CacheLimits,
    clock::Clock,
    config_error::{ConfigError, Problems},
    identity::Recheck,
    jwt::{
        Issuer, IssuerResolver, JwtVerifier, Revocation, cache::TokenCache, resolver::Resolved,
        verification::Verification,
    },
};

/// Builds a [`JwtVerifier`].
#[must_use = "call `build`"]
pub struct JwtVerifierBuilder {
    issuers: Vec<Issuer>,
    resolver: Option<Box<dyn FnOnce(CacheLimits, Clock) -> Resolved + Send + Sync>>,
    resolved_limits: CacheLimits,
    cache: Option<CacheLimits>,
    revocation: Option<Arc<dyn Revocation>>,
    max_token_bytes: usize,
    clock: Clock,
}

impl JwtVerifierBuilder {
    pub(super) fn new() -> Self {
        Self {
            issuers: Vec::new(),
            resolver: None,
            resolved_limits: CacheLimits::new().with_max_entries(1_000),
            cache: None,
            revocation: None,
            max_token_bytes: JwtVerifier::DEFAULT_MAX_TOKEN_BYTES,
            clock: Clock::system(),
        }
    }

    /// Trusts an issuer.
    pub fn issuer(mut self, issuer: Issuer) -> Self {
        self.issuers.push(issuer);
        self
    }

    /// Asks for issuers that are not among those given here.
    ///
    /// An answer is remembered for five minutes, of 1,000 issuers at most; see
    /// [`with_resolved_limits`](Self::with_resolved_limits).
    pub fn issuers_resolved_by(mut self, resolver: impl IssuerResolver) -> Self {
        self.resolver = Some(Box::new(move |limits, clock| Resolved::new(resolver, limits, clock)));
        self
    }

    /// Sets how many answers of the resolver are remembered, and for how long. Their memory is not
    /// reckoned.
    pub const fn with_resolved_limits(mut self, limits: CacheLimits) -> Self {
        self.resolved_limits = limits;
        self
    }

    /// Remembers verified tokens, so that a token that comes again costs no signature check.
    ///
    /// What is remembered stops counting with the token's `exp`, with the key that vouched for it,
    /// and after [`CacheLimits::with_max_age`] at the latest. Times, the requested tenant, certificate
    /// and revocation are asked anew on each request. Tokens that were refused are not remembered.
    pub const fn with_cache(mut self, limits: CacheLimits) -> Self {
        self.cache = Some(limits);
        self
    }

    /// Refuses tokens that have been revoked; asked on every request.
    pub fn with_revocation(mut self, revocation: impl Revocation) -> Self {
        self.revocation = Some(Arc::new(revocation));
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

    /// Reads all keys that are at hand and checks all issuers. Remote keys are fetched when the
    /// first token needs them, or by [`JwtVerifier::warm_up`].
    ///
    /// # Errors
    ///
    /// No issuer, or two of one name; keys that cannot be read or do not fit their algorithm; empty
    /// names; a leeway beyond [`Issuer::MAX_LEEWAY`]; URLs that keys may not be fetched from.
    pub fn build(self) -> Result<JwtVerifier, ConfigError> {
        let mut problems = Problems::default();
        self.check(&mut problems);
        let mut issuers = HashMap::with_capacity(self.issuers.len());
        let mut any_issuer = None;
        for issuer in self.issuers {
            let place = match &issuer.name {
                Some(name) => format!("issuer {name:?}"),
                None => "any issuer".to_owned(),
            };
            let Some(trusted) = problems.take(&place, issuer.load(&self.clock)) else {
                continue;
            };
            let replaced = match trusted.name.clone() {
                Some(name) => issuers.insert(name, Arc::new(trusted)),
                None => any_issuer.replace(Arc::new(trusted)),
            };
            if replaced.is_some() {
                problems.add(format!(
                    "{place}: the name is used twice: give one `Issuer` both, with \
                     `with_audience` and `Keys::and`"
                ));
            }
        }
        let clock = self.clock.clone();
        problems.finish(JwtVerifier(Arc::new(Verification {
            issuers,
            any_issuer,
            resolver: self.resolver.map(|make| make(self.resolved_limits, clock)),
            cache: self.cache.map(TokenCache::new),
            revocation: self.revocation.map(|it| Arc::new(move |id: &_| it.check(id)) as Recheck),
            max_token_bytes: self.max_token_bytes,
            clock: self.clock,
            signature_checks: AtomicU64::new(0),
        })))
    }

    fn check(&self, problems: &mut Problems) {
        if self.issuers.is_empty() && self.resolver.is_none() {
            problems.add("no issuer is trusted: add one with `issuer(Issuer::new(..))`");
        }
        if self.max_token_bytes == 0 {
            problems.add("`with_max_token_bytes(0)`: no token could be read");
        }
        if let Some(limits) = &self.cache {
            limits.check(problems);
        }
        if self.resolver.is_some() {
            self.resolved_limits.check(problems);
        }
    }
}

impl fmt::Debug for JwtVerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtVerifierBuilder")
            .field("issuers", &self.issuers)
            .field("cache", &self.cache)
            .field("max_token_bytes", &self.max_token_bytes)
            .finish_non_exhaustive()
    }
}
