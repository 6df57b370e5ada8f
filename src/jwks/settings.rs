//! [`RemoteKeys`]: a source of remote keys and how it is to be treated.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    fetch::{AnyFetch, Fetch},
    locator::{Locator, Place},
};
use crate::{config_error::Problems, plain_http::PlainHttp, refresh::Limits};

/// Keys that are fetched, and fetched again as they change.
///
/// The defaults are meant to be left alone. What they mean for a service when its provider is slow,
/// down or lying is told in [`guide::outages`](crate::guide::outages).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::{Issuer, JwtVerifier, RemoteKeys};
///
/// let keys = RemoteKeys::from_openid_discovery()
///     .with_timeout(Duration::from_secs(3))
///     .with_stale_limit(Duration::from_secs(600));
///
/// let verifier = JwtVerifier::builder()
///     .issuer(Issuer::new("https://login.example.com", "orders-api", keys))
///     .build()?;
/// # let _ = verifier;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
#[must_use]
pub struct RemoteKeys {
    place: Place,
    pub(super) plain_http: PlainHttp,
    pub(super) fetch: Option<Arc<dyn AnyFetch>>,
    pub(super) soft_ttl: Duration,
    pub(super) stale_limit: Duration,
    pub(super) cooldown: Duration,
    pub(super) timeout: Duration,
    pub(super) max_bytes: usize,
    pub(super) max_keys: usize,
}

impl RemoteKeys {
    /// For how long keys are fresh where the answer says nothing else.
    pub const DEFAULT_SOFT_TTL: Duration = Duration::from_secs(600);

    /// What an answer says about its `max-age` counts no less than this.
    pub const MIN_MAX_AGE: Duration = Duration::from_secs(60);

    /// What an answer says about its `max-age` counts no more than this.
    pub const MAX_MAX_AGE: Duration = Duration::from_secs(24 * 3600);

    /// For how long keys are used after they have gone stale, while fetches fail.
    pub const DEFAULT_STALE_LIMIT: Duration = Duration::from_secs(3600);

    /// How often a token that fits no key may cause a fetch.
    pub const DEFAULT_COOLDOWN: Duration = Duration::from_secs(30);

    /// For how long a fetch may take, discovery included.
    pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

    /// The largest document that is read.
    pub const DEFAULT_MAX_BYTES: usize = 512 * 1024;

    /// The largest set that is accepted.
    pub const DEFAULT_MAX_KEYS: usize = 100;

    /// The JWK set at a URL: `https:`, `http:` on loopback, or `file:`.
    ///
    /// A file is read when the verifier is built, which fails if that does; later like any other
    /// source, so that a file can be replaced under a running service.
    pub fn from_jwks_url(url: impl Into<String>) -> Self {
        Self::at(Place::Set(url.into()))
    }

    /// The set that the issuer's OpenID configuration names: the issuer's name with
    /// `/.well-known/openid-configuration` at its end (OpenID Connect Discovery, section 4).
    pub fn from_openid_discovery() -> Self {
        Self::at(Place::OpenId)
    }

    /// The set that the issuer's authorization server metadata names:
    /// `/.well-known/oauth-authorization-server` between host and path of the issuer's name
    /// (RFC 8414, section 3.1).
    pub fn from_oauth_metadata() -> Self {
        Self::at(Place::OAuth)
    }

    /// The set that the metadata at this URL names, for issuers that keep it elsewhere.
    ///
    /// The metadata must name the issuer all the same, unless tokens of any issuer are accepted.
    pub fn from_metadata_url(url: impl Into<String>) -> Self {
        Self::at(Place::Metadata(url.into()))
    }

    const fn at(place: Place) -> Self {
        Self {
            place,
            plain_http: PlainHttp::Refused,
            fetch: None,
            soft_ttl: Self::DEFAULT_SOFT_TTL,
            stale_limit: Self::DEFAULT_STALE_LIMIT,
            cooldown: Self::DEFAULT_COOLDOWN,
            timeout: Self::DEFAULT_TIMEOUT,
            max_bytes: Self::DEFAULT_MAX_BYTES,
            max_keys: Self::DEFAULT_MAX_KEYS,
        }
    }

    /// Fetches by a client of your own.
    pub fn with_fetch(mut self, fetch: impl Fetch) -> Self {
        self.fetch = Some(Arc::new(fetch));
        self
    }

    /// Sets for how long keys are fresh where the answer has no `max-age`. They are fetched again
    /// after about 80 % of that, while tokens are being verified.
    pub const fn with_soft_ttl(mut self, ttl: Duration) -> Self {
        self.soft_ttl = ttl;
        self
    }

    /// Sets for how long stale keys are used while fetches fail. Keys that the issuer has withdrawn
    /// meanwhile are trusted for that long.
    pub const fn with_stale_limit(mut self, limit: Duration) -> Self {
        self.stale_limit = limit;
        self
    }

    /// Sets how often a token with an unknown `kid`, or with a bad signature under a known one, may
    /// cause a fetch, counting those that fail.
    pub const fn with_cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// Sets for how long a fetch may take, discovery included. A request waits no longer than that.
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets the largest document that is read, in bytes.
    pub const fn with_max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets how many keys a set may have. A larger one is refused as a whole.
    pub const fn with_max_keys(mut self, keys: usize) -> Self {
        self.max_keys = keys;
        self
    }

    /// Allows URLs of plain `http:` to anywhere.
    ///
    /// Whoever is on the way can then put keys of their own into the set, and so make tokens for
    /// anybody. Loopback needs no permission.
    pub const fn allow_plain_http(mut self) -> Self {
        self.plain_http = PlainHttp::Allowed;
        self
    }

    pub(super) const fn limits(&self) -> Limits {
        Limits { timeout: self.timeout, cooldown: self.cooldown }
    }

    /// Whether these settings and others come to the same. The client is not asked: it is made anew by
    /// whoever makes the settings anew.
    pub(super) fn are_as(&self, other: &Self) -> bool {
        let numbers = |settings: &Self| {
            let times =
                (settings.soft_ttl, settings.stale_limit, settings.cooldown, settings.timeout);
            (times, settings.max_bytes, settings.max_keys, settings.plain_http)
        };
        numbers(self) == numbers(other)
    }

    /// Finds out where to fetch and by what, and whether the settings can work.
    pub(super) fn check(
        &self,
        issuer: Option<&str>,
        problems: &mut Problems,
    ) -> Option<(Locator, Arc<dyn AnyFetch>)> {
        let times =
            [("soft TTL", self.soft_ttl), ("cooldown", self.cooldown), ("timeout", self.timeout)];
        for (name, _) in times.into_iter().filter(|(_, time)| time.is_zero()) {
            problems.add(format!("remote keys: a {name} of 0 s"));
        }
        if self.max_bytes == 0 || self.max_keys == 0 {
            problems.add("remote keys: a limit of 0 bytes or keys");
        }
        let locator = match self.place.locate(issuer, self.plain_http) {
            Ok(locator) => Some(locator),
            Err(problem) => {
                problems.add(format!("remote keys: {problem}"));
                None
            }
        };
        let fetch = self.fetch.clone().or_else(default_fetch);
        if fetch.is_none() {
            problems.add(
                "remote keys: there is no HTTP client: enable the feature `reqwest` or give one \
                 with `with_fetch`",
            );
        }
        Some((locator?, fetch?))
    }
}

#[cfg(feature = "reqwest")]
fn default_fetch() -> Option<Arc<dyn AnyFetch>> {
    Some(Arc::new(super::HttpFetch::new()))
}

#[cfg(not(feature = "reqwest"))]
fn default_fetch() -> Option<Arc<dyn AnyFetch>> {
    None
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteKeys")
            .field("place", &self.place)
            .field("soft_ttl", &self.soft_ttl)
            .field("stale_limit", &self.stale_limit)
            .field("cooldown", &self.cooldown)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
