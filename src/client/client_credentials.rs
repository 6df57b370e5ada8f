//! [`ClientCredentials`]: tokens for the client itself (RFC 6749, section 4.4).

use zeroize::Zeroizing;

use crate::{
    client::{
        AccessToken, ClientAuthError, Post, TokenSource, answer,
        endpoint::{Endpoint, Place, Question},
        form, line,
    },
    config_error::{ConfigError, Problems},
    secret::Secret,
};

/// Tokens that an authorization server gives to the client itself, for its own rights (RFC 6749,
/// section 4.4).
///
/// The client proves who it is by [`with_basic`](Self::with_basic), [`with_post`](Self::with_post) or
/// [`with_certificate`](Self::with_certificate). The endpoint must be `https:`, or on this machine. Answers
/// are read up to 64 KiB, redirects are not followed, and nothing of an answer is quoted in an error.
///
/// # Errors
///
/// | Answer | Kind |
/// |---|---|
/// | 400, 401 or 403 | `TokenRefused`, with [`ClientAuthError::code`] where it is a known one |
/// | any other status but 200, none, or more than 64 KiB | `TokenUnavailable` |
/// | 200 without a bearer token, or with one that ends at once | `TokenUnusable` |
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthorizationLayer, ClientCredentials};
///
/// # #[cfg(feature = "reqwest")]
/// # fn main() -> Result<(), tower_auth::ConfigError> {
/// let source = ClientCredentials::with_basic("https://login.example.com/token", "billing", "s3cr3t")
///     .with_scope("orders:read")
///     .build()?;
/// let layer = AuthorizationLayer::tokens(source).for_origin("https://orders.example.com").build()?;
/// # let _ = layer;
/// # Ok(())
/// # }
/// # #[cfg(not(feature = "reqwest"))]
/// # fn main() {}
/// ```
#[derive(Debug)]
pub struct ClientCredentials {
    endpoint: Endpoint,
    proof: Proof,
    parameters: Vec<(String, Secret)>,
}

/// How the client proves who it is.
#[derive(Clone, Debug)]
enum Proof {
    Basic(String, Secret),
    Post(String, Secret),
    Certificate(String),
}

/// Builds [`ClientCredentials`].
#[derive(Debug)]
#[must_use]
pub struct ClientCredentialsBuilder {
    place: Place,
    proof: Proof,
    parameters: Vec<(String, Secret)>,
}

impl ClientCredentials {
    /// By `client_secret_basic`: identifier and secret, each form-encoded first, in `Authorization`
    /// (RFC 6749, section 2.3.1).
    pub fn with_basic(
        url: impl Into<String>,
        client_id: impl Into<String>,
        secret: impl Into<Secret>,
    ) -> ClientCredentialsBuilder {
        ClientCredentialsBuilder::new(url.into(), Proof::Basic(client_id.into(), secret.into()))
    }

    /// By `client_secret_post`: identifier and secret in the body, for servers that know nothing better
    /// (RFC 6749, section 2.3.1).
    pub fn with_post(
        url: impl Into<String>,
        client_id: impl Into<String>,
        secret: impl Into<Secret>,
    ) -> ClientCredentialsBuilder {
        ClientCredentialsBuilder::new(url.into(), Proof::Post(client_id.into(), secret.into()))
    }

    /// By `tls_client_auth`: the certificate of the connection (RFC 8705, section 2). The HTTP client
    /// must present it: give one by [`with_client`](ClientCredentialsBuilder::with_client).
    pub fn with_certificate(
        url: impl Into<String>,
        client_id: impl Into<String>,
    ) -> ClientCredentialsBuilder {
        ClientCredentialsBuilder::new(url.into(), Proof::Certificate(client_id.into()))
    }

    fn question(&self) -> Question {
        let mut pairs = vec![("grant_type", b"client_credentials".as_slice())];
        let parameters = self.parameters.iter();
        pairs.extend(parameters.map(|(name, value)| (name.as_str(), value.expose())));
        let authorization = match &self.proof {
            Proof::Basic(id, secret) => {
                let (id, secret) = (form::encoded(id.as_bytes()), form::encoded(secret.expose()));
                Some(line::basic(&id, secret.as_bytes()))
            }
            Proof::Post(id, secret) => {
                pairs.extend([("client_id", id.as_bytes()), ("client_secret", secret.expose())]);
                None
            }
            Proof::Certificate(id) => {
                pairs.push(("client_id", id.as_bytes()));
                None
            }
        };
        let body: Zeroizing<String> = form::encode(pairs);
        Question { authorization, media_type: form::MEDIA_TYPE, body }
    }
}

impl ClientCredentialsBuilder {
    /// What the layer sets itself, and what would be another grant.
    const OWN: [&str; 6] = [
        "client_assertion",
        "client_id",
        "client_secret",
        "grant_type",
        "password",
        "refresh_token",
    ];

    const fn new(url: String, proof: Proof) -> Self {
        Self { place: Place::new(url), proof, parameters: Vec::new() }
    }

    /// Asks for these scopes, separated by spaces (RFC 6749, section 3.3).
    pub fn with_scope(self, scope: impl Into<String>) -> Self {
        self.with_parameter("scope", scope)
    }

    /// Asks for a token for this resource (RFC 8707, section 2). Can be said more than once.
    pub fn with_resource(self, resource: impl Into<String>) -> Self {
        self.with_parameter("resource", resource)
    }

    /// Adds a parameter, such as the `audience` that Auth0 wants.
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), Secret::new(value.into())));
        self
    }

    /// Asks by an HTTP client of your own.
    pub fn with_client(mut self, client: impl Post) -> Self {
        self.place.set_client(client);
        self
    }

    /// Allows an endpoint of plain `http:` anywhere.
    ///
    /// Whoever is on the way can then read the secret of the client and its tokens. Loopback needs no
    /// permission.
    pub const fn allow_plain_http(mut self) -> Self {
        self.place.allow_plain_http();
        self
    }

    /// Checks all of it. Nothing is asked for yet.
    ///
    /// # Errors
    ///
    /// A URL that tokens must not be asked for at, no HTTP client, an empty identifier or secret, a
    /// parameter that the request has already.
    pub fn build(self) -> Result<ClientCredentials, ConfigError> {
        let mut problems = Problems::default();
        let has_client = self.place.has_client();
        let endpoint = self.place.check(&mut problems);
        let (id, secret) = match &self.proof {
            Proof::Basic(id, secret) | Proof::Post(id, secret) => (id, Some(secret)),
            Proof::Certificate(id) => (id, None),
        };
        if id.is_empty() || secret.is_some_and(|secret| secret.expose().is_empty()) {
            problems.add("client credentials: the identifier or the secret is empty");
        }
        if secret.is_none() && !has_client {
            problems.add("client credentials: no HTTP client that presents the certificate");
        }
        for (at, (name, _)) in self.parameters.iter().enumerate() {
            let is_again = self.parameters[..at].iter().any(|(earlier, _)| earlier == name);
            if Self::OWN.contains(&name.as_str()) || is_again && name != "resource" {
                problems.add(format!("client credentials: the parameter {name:?} cannot be added"));
            }
        }
        let Self { proof, parameters, .. } = self;
        let source = endpoint.map(|endpoint| ClientCredentials { endpoint, proof, parameters });
        problems.finish_with(source)
    }
}

impl TokenSource for ClientCredentials {
    async fn token(&self) -> Result<AccessToken, ClientAuthError> {
        answer::token(&self.endpoint.ask(self.question()).await?)
    }
}
