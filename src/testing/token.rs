//! [`TestToken`]: a token that is good unless it is changed.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value, json};

use crate::testing::{
    signing_key::{SigningKey, base64url},
    state::State,
};

/// A token that a [`TestAuthority`](crate::TestAuthority) is about to sign.
///
/// It is an access token (RFC 9068) that a verifier of the authority accepts, until it is changed:
///
/// | | Value |
/// |---|---|
/// | header `alg`, `kid` | those of the key |
/// | header `typ` | `at+jwt` |
/// | `iss` | the authority |
/// | `sub` | the subject |
/// | `aud` | the audience of the authority |
/// | `client_id` | `test-client` |
/// | `jti` | `token-1`, `token-2` and so on, new for each token |
/// | `iat`, `nbf` | now by the authority's clock, in whole seconds |
/// | `exp` | [`DEFAULT_LIFETIME`](Self::DEFAULT_LIFETIME) later |
///
/// Anything can be changed, a later change wins, and the signature is over what results. The time
/// and the key are those of the moment when [`token`](crate::TestAuthority::token) was called.
/// `Debug` prints no claim values.
///
/// # Examples
///
/// ```
/// use tower_auth::TestAuthority;
///
/// let authority = TestAuthority::offline("https://login.example.com");
/// let token = authority
///     .token("alice")
///     .with_claim("roles", vec!["editor", "viewer"])
///     .without_claim("nbf")
///     .with_header("typ", "JWT")
///     .sign();
/// assert_eq!(token.split('.').count(), 3);
/// ```
#[derive(Clone)]
#[must_use = "call `sign`"]
pub struct TestToken {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    key: Arc<SigningKey>,
    /// Seconds since the Unix epoch.
    now: u64,
}

/// Longer than any leeway.
const AN_HOUR: u64 = 3600;

impl TestToken {
    /// How long a token is good where nothing else is set.
    pub const DEFAULT_LIFETIME: Duration = Duration::from_secs(600);

    pub(super) fn new(state: &State, key: Arc<SigningKey>, subject: String, id: String) -> Self {
        let now = state.clock.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let token = Self { header: Map::new(), claims: Map::new(), now: now.as_secs(), key };
        let (alg, kid) = (token.key.algorithm.as_str(), token.key.kid.clone());
        token
            .with_header("alg", alg)
            .with_header("kid", kid)
            .with_header("typ", "at+jwt")
            .with_claim("iss", state.issuer.as_str())
            .with_claim("sub", subject)
            .with_claim("client_id", "test-client")
            .with_claim("jti", id)
            .for_audience(state.audience.as_str())
            .with_claim("iat", now.as_secs())
            .with_claim("nbf", now.as_secs())
            .lasting(Self::DEFAULT_LIFETIME)
    }

    /// Sets a claim, replacing one of the same name.
    pub fn with_claim(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.claims.insert(name.into(), value.into());
        self
    }

    /// Removes a claim; one that is not there may be removed too.
    pub fn without_claim(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets a member of the header, replacing one of the same name. How the token is signed does not
    /// change with `alg`: a token that says `none` still has its signature.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.header.insert(name.into(), value.into());
        self
    }

    /// Removes a member of the header; one that is not there may be removed too.
    pub fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    /// Sets `aud`: a string, or a `Vec` of strings for several audiences.
    pub fn for_audience(self, audience: impl Into<Value>) -> Self {
        self.with_claim("aud", audience)
    }

    /// Makes it a token of two hours ago that ended an hour ago: longer than any leeway.
    ///
    /// A manual clock must stand later than an hour after 1970 for it: no date in a token lies
    /// before.
    pub fn expired(self) -> Self {
        let (start, end) = (self.now.saturating_sub(2 * AN_HOUR), self.now.saturating_sub(AN_HOUR));
        self.with_claim("iat", start).with_claim("nbf", start).with_claim("exp", end)
    }

    /// Makes it good from an hour after now on, for an hour.
    pub fn not_yet_valid(self) -> Self {
        let start = self.now.saturating_add(AN_HOUR);
        self.with_claim("nbf", start).with_claim("exp", start.saturating_add(AN_HOUR))
    }

    /// Sets `exp` to this long after now, in whole seconds; a fraction is cut off.
    pub fn lasting(self, lifetime: Duration) -> Self {
        let end = self.now.saturating_add(lifetime.as_secs());
        self.with_claim("exp", end)
    }

    /// Binds it to a client certificate (RFC 8705, section 3.1).
    ///
    /// `thumbprint` is the SHA-256 of the certificate's DER in base64url without padding, as
    /// `ClientCertificate::sha256_thumbprint` returns it.
    pub fn bound_to(self, thumbprint: &str) -> Self {
        self.with_claim("cnf", json!({ "x5t#S256": thumbprint }))
    }

    /// Has it signed by a key that is published nowhere, of the same algorithm and name as the right
    /// one: what a forger would send.
    pub fn signed_by_another_key(mut self) -> Self {
        let kid = self.key.kid.clone();
        self.key = Arc::new(SigningKey::generate(kid, self.key.algorithm));
        self
    }

    /// The token in compact form (RFC 7515, section 3.1), without `Bearer`.
    #[must_use]
    pub fn sign(&self) -> String {
        let part = |members: &Map<String, Value>| base64url(json!(members).to_string());
        let signed = format!("{}.{}", part(&self.header), part(&self.claims));
        let signature = base64url(self.key.sign(signed.as_bytes()));
        format!("{signed}.{signature}")
    }
}

impl fmt::Debug for TestToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestToken")
            .field("header", &self.header)
            .field("claims", &self.claims.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
