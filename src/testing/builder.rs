//! [`TestAuthorityBuilder`]: what is settled about an issuer before it begins.

use std::{io, sync::Arc};

use crate::{
    Algorithm,
    clock::Clock,
    testing::{
        TestAuthority,
        server::{self, Server},
        state::State,
    },
};

/// Builds a [`TestAuthority`].
///
/// # Examples
///
/// ```
/// use tower_auth::{Algorithm, TestAuthority};
///
/// let authority = TestAuthority::builder()
///     .with_algorithm(Algorithm::EdDSA)
///     .with_audience("orders-api")
///     .offline("https://login.example.com");
/// assert_eq!(authority.audience(), "orders-api");
/// assert!(authority.jwks().contains("Ed25519"));
/// ```
#[derive(Clone, Debug)]
#[must_use = "call `start` or `offline`"]
pub struct TestAuthorityBuilder {
    algorithm: Algorithm,
    audience: String,
    clock: Clock,
}

impl TestAuthorityBuilder {
    pub(super) fn new() -> Self {
        Self {
            algorithm: Algorithm::ES256,
            audience: TestAuthority::DEFAULT_AUDIENCE.to_owned(),
            clock: Clock::system(),
        }
    }

    /// Sets the algorithm of all keys. The default is [`Algorithm::ES256`].
    ///
    /// RSA keys have 2048 bits; to make one takes a noticeable part of a second.
    pub const fn with_algorithm(mut self, algorithm: Algorithm) -> Self {
        self.algorithm = algorithm;
        self
    }

    /// Sets the `aud` of tokens. The default is [`TestAuthority::DEFAULT_AUDIENCE`].
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// Sets where `iat`, `nbf` and `exp` of tokens come from. The default is the system's clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Serves on a port of `127.0.0.1` that the system chooses; the issuer is
    /// `http://127.0.0.1:PORT`.
    ///
    /// The server ends when the last clone of the authority is dropped.
    ///
    /// # Errors
    ///
    /// When the system grants no socket.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime with I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), std::io::Error> {
    /// use tower_auth::TestAuthority;
    ///
    /// let authority = TestAuthority::builder().with_audience("orders-api").start().await?;
    /// assert_eq!(authority.jwks_url(), format!("{}/jwks.json", authority.issuer()));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn start(self) -> io::Result<TestAuthority> {
        let (listener, issuer) = server::listen().await?;
        let state = self.state(issuer);
        let server = Server::start(listener, Arc::clone(&state));
        Ok(TestAuthority::new(state, Some(server)))
    }

    /// Opens no socket: only [`TestAuthority::answer`] answers.
    ///
    /// `issuer` is what `iss` of tokens says, as a rule a URL.
    #[must_use]
    pub fn offline(self, issuer: impl Into<String>) -> TestAuthority {
        TestAuthority::new(self.state(issuer.into()), None)
    }

    fn state(self, issuer: String) -> Arc<State> {
        Arc::new(State::new(issuer, self.algorithm, self.audience, self.clock))
    }
}
