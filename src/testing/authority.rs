//! [`TestAuthority`]: an issuer of tokens for tests.

use std::{fmt, io, sync::Arc};

use http::Response;

use crate::testing::{TestAuthorityBuilder, TestToken, server::Server, state::State};

/// An issuer of tokens for tests: it signs, it publishes its keys, and it misbehaves when told to.
///
/// [`start`](Self::start) serves on a socket of this machine, [`offline`](Self::offline) opens none
/// and is for tests in virtual time. Clones are handles of the same issuer; the server ends with the
/// last of them. [`builder`](Self::builder) sets algorithm, audience and clock.
///
/// # What is served
///
/// | Path | Answer |
/// |---|---|
/// | `/.well-known/openid-configuration` | metadata (`OpenID` Connect Discovery 1.0, section 3) |
/// | `/.well-known/oauth-authorization-server` | the same metadata (RFC 8414, section 3) |
/// | `/jwks.json` | the public keys (RFC 7517, section 5) |
/// | anything else, the endpoints that the metadata names too | 404 |
///
/// Where the issuer has a path, the first and the third come after it and the second before it, as
/// the specifications say.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "jwks")]
/// # fn main() -> Result<(), tower_auth::ConfigError> {
/// use tower_auth::{Answer, Authenticator, Bearer, Issuer, JwtVerifier, Keys, TestAuthority};
///
/// let authority = TestAuthority::offline("https://login.example.com");
/// let keys = Keys::from_jwks(authority.jwks());
/// let verifier = JwtVerifier::builder()
///     .issuer(Issuer::new(authority.issuer(), authority.audience(), keys))
///     .build()?;
///
/// let accepts = |token: String| match verifier.answer(Bearer::new(token)) {
///     Answer::Now(judgement) => judgement.is_ok(),
///     Answer::Later(_) => false,
/// };
/// assert!(accepts(authority.token("alice").with_claim("roles", "editor").sign()));
/// assert!(!accepts(authority.token("alice").expired().sign()));
///
/// authority.rotate_key();
/// assert!(!accepts(authority.token("alice").sign()), "signed by a key that the verifier lacks");
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "jwks"))]
/// # fn main() {}
/// ```
#[derive(Clone)]
pub struct TestAuthority {
    state: Arc<State>,
    server: Option<Arc<Server>>,
}

impl TestAuthority {
    /// The `aud` of tokens where nothing else is set.
    pub const DEFAULT_AUDIENCE: &'static str = "test-api";

    /// Starts on a socket of this machine, with ES256 and the system's clock; see
    /// [`TestAuthorityBuilder::start`].
    ///
    /// # Errors
    ///
    /// When the system grants no socket.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Opens no socket, with ES256 and the system's clock; see [`TestAuthorityBuilder::offline`].
    #[must_use]
    pub fn offline(issuer: impl Into<String>) -> Self {
        Self::builder().offline(issuer)
    }

    /// Sets algorithm, audience and clock before the issuer begins.
    pub fn builder() -> TestAuthorityBuilder {
        TestAuthorityBuilder::new()
    }

    pub(super) fn new(state: Arc<State>, server: Option<Server>) -> Self {
        Self { state, server: server.map(Arc::new) }
    }

    /// The name in `iss` of tokens and in the metadata.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.state.issuer
    }

    /// What `aud` of tokens says unless the token is changed.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.state.audience
    }

    /// The URL of the `OpenID` metadata: the issuer and `/.well-known/openid-configuration`.
    #[must_use]
    pub fn discovery_url(&self) -> &str {
        &self.state.places.discovery_url
    }

    /// The URL of the key set: the issuer and `/jwks.json`.
    #[must_use]
    pub fn jwks_url(&self) -> &str {
        &self.state.places.jwks_url
    }

    /// The key set as it is served, in JSON; not counted as a request, and not broken by
    /// [`break_down`](Self::break_down).
    #[must_use]
    pub fn jwks(&self) -> String {
        self.state.jwks()
    }

    /// Begins a token for `subject`, to be signed by the key that signs now.
    pub fn token(&self, subject: impl Into<String>) -> TestToken {
        self.state.token(subject.into())
    }

    /// Signs with a new key of a new name from now on; all older ones are gone from the set.
    pub fn rotate_key(&self) {
        let key = self.state.new_key();
        self.state.change(|board| board.keys = vec![key]);
    }

    /// Signs with a new key of a new name from now on; older ones stay in the set.
    pub fn add_key(&self) {
        let key = self.state.new_key();
        self.state.change(|board| board.keys.push(key));
    }

    /// Takes all keys but the one that signs out of the set.
    pub fn retire_old_keys(&self) {
        self.state.change(|board| board.keys = vec![board.signing_key()]);
    }

    /// Serves this text in place of the key set, whatever it is, until [`recover`](Self::recover).
    pub fn publish(&self, jwks: impl Into<String>) {
        let jwks = jwks.into();
        self.state.change(|board| board.published = Some(jwks));
    }

    /// Answers every request with 503 and a page of HTML, as a proxy in front of an issuer does,
    /// until [`recover`](Self::recover).
    pub fn break_down(&self) {
        self.state.change(|board| board.is_down = true);
    }

    /// Ends what [`break_down`](Self::break_down) and [`publish`](Self::publish) began.
    pub fn recover(&self) {
        self.state.change(|board| {
            board.is_down = false;
            board.published = None;
        });
    }

    /// How many requests were answered so far, whatever the answer was.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.state.requests()
    }

    /// How many of the requests were for the key set, refused ones included.
    #[must_use]
    pub fn jwks_requests(&self) -> usize {
        self.state.jwks_requests()
    }

    /// Answers a `GET` of this path, without a query, as the server does: for an HTTP client without
    /// a network. It counts as a request.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::TestAuthority;
    ///
    /// let authority = TestAuthority::offline("https://login.example.com");
    /// assert_eq!(authority.answer("/jwks.json").body(), authority.jwks().as_bytes());
    /// assert_eq!(authority.answer("/login").status(), 404);
    /// authority.break_down();
    /// assert_eq!(authority.answer("/jwks.json").status(), 503);
    /// assert_eq!((authority.requests(), authority.jwks_requests()), (3, 2));
    /// ```
    #[must_use]
    pub fn answer(&self, path: &str) -> Response<Vec<u8>> {
        self.state.answer(path)
    }
}

impl fmt::Debug for TestAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestAuthority")
            .field("issuer", &self.state.issuer)
            .field("algorithm", &self.state.algorithm)
            .field("is_offline", &self.server.is_none())
            .finish_non_exhaustive()
    }
}
