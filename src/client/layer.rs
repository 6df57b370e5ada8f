//! [`AuthorizationLayer`]: puts credentials into outgoing requests.

use std::sync::Arc;

use http::{HeaderValue, Request, header::AUTHORIZATION};
use tower::Layer;

use crate::{
    client::{
        AuthorizationLayerBuilder, AuthorizationService, ClientAuthError, ClientAuthErrorKind,
        NoReplay, TokenSource, TokenStatus, origin::Origins, tokens::Tokens,
    },
    secret::Secret,
};

/// Puts an `Authorization` field into outgoing requests: Basic, a bearer token that never changes, or
/// tokens of a [`TokenSource`] that are renewed.
///
/// It goes around any client that is a service of [`Request`]s: hyper's, tonic's `Channel`, reqwest's
/// behind a small adapter. [`guide::clients`](crate::guide::clients) shows each.
///
/// Credentials go to the origins that it was built for and nowhere else, over TLS or within the
/// machine. What they are for is looked at in each request's URI. tonic's channels and hyper's
/// connections take URIs without a host, because they know where they go: tell the layer so by
/// [`connected_to`](AuthorizationLayerBuilder::connected_to).
///
/// # Tokens
///
/// - A call that finds a good token takes it without waiting, without a box, and without a task.
/// - The next token is asked for after 80 % of the life of the last one, in the background
///   ([`Renewal`](crate::Renewal)). Where that fails, calls go on with the last one until it ends,
///   and the source is asked again after a pause of 1 s that doubles up to a minute.
/// - One question at a time: all calls that need a token wait for the same one, 1,024 at most.
/// - After a 401 or a `grpc-status` of 16 in the head of the response, another token is asked for, at most
///   once in 30 s. With [`with_replay`](Self::with_replay) the request is sent once more if another
///   one came; without, the calls to come have it.
///
/// # Rejections
///
/// The service fails with a [`ClientAuthError`] as a [`BoxError`](crate::BoxError), and the client
/// underneath is not called:
///
/// | When | Kind |
/// |---|---|
/// | the request has an `Authorization` field already | `AlreadyAuthorized` |
/// | it goes to an origin that is not the layer's, or its `Host` field names another one | `ForeignOrigin` |
/// | it is `http:`, and not to this machine | `PlainText` |
/// | its URI has no host, or is not of HTTP | `UnknownOrigin` |
/// | there is no token, and the source does not answer | `TokenUnavailable` |
/// | there is none, and the source refuses this client | `TokenRefused` |
/// | there is none, and what the source gave cannot be sent | `TokenUnusable` |
/// | there is none, and too many calls wait for one | `Overloaded` |
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::AuthorizationLayer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_auth::BoxError> {
/// let client = service_fn(async |request: Request<()>| {
///     Ok::<_, std::io::Error>(Response::new(request.headers()["authorization"].clone()))
/// });
/// let layer = AuthorizationLayer::basic("worker01", "password")
///     .for_origin("https://api.example.com")
///     .build()?;
///
/// let request = Request::get("https://api.example.com/processes").body(())?;
/// let sent = layer.layer(client).oneshot(request).await?;
/// assert_eq!(sent.body(), "Basic d29ya2VyMDE6cGFzc3dvcmQ=");
/// assert!(sent.body().is_sensitive());
///
/// let request = Request::get("https://api.example.org/processes").body(())?;
/// let error = layer.layer(client).oneshot(request).await.unwrap_err();
/// assert_eq!(error.to_string(), "the credentials are not for where the request goes");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct AuthorizationLayer<R = NoReplay> {
    pub(super) shared: Arc<Shared>,
    pub(super) replay: R,
}

/// What all services of a layer share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) credentials: Credentials,
    pub(super) origins: Origins,
    pub(super) keeps_own: bool,
}

#[derive(Debug)]
pub(super) enum Credentials {
    Fixed(HeaderValue),
    Tokens(Arc<Tokens>),
}

/// What becomes of a request that may be sent.
pub(super) enum Plan {
    /// It has what it needs.
    AsItIs,
    Add(HeaderValue),
    AddToken(Arc<Tokens>),
}

impl AuthorizationLayer {
    /// User-id and password (RFC 7617), in UTF-8.
    pub fn basic(
        user: impl Into<String>,
        password: impl Into<Secret>,
    ) -> AuthorizationLayerBuilder {
        AuthorizationLayerBuilder::basic(user.into(), password.into())
    }

    /// A bearer token (RFC 6750) that is good for as long as the process runs.
    pub fn bearer(token: impl Into<Secret>) -> AuthorizationLayerBuilder {
        AuthorizationLayerBuilder::bearer(token.into())
    }

    /// Bearer tokens (RFC 6750) that a source gives out, renewed ahead of their end.
    pub fn tokens(source: impl TokenSource) -> AuthorizationLayerBuilder {
        AuthorizationLayerBuilder::tokens(Box::new(source))
    }
}

impl<R> AuthorizationLayer<R> {
    /// Sends a request once more where its token was refused and another one can be had:
    /// [`CloneBody`](crate::CloneBody), or a closure that copies a body.
    pub fn with_replay<R2>(self, replay: R2) -> AuthorizationLayer<R2> {
        AuthorizationLayer { shared: self.shared, replay }
    }

    /// Gets the first token, so that a service that starts finds out whether it can, and the first call
    /// need not wait. Without a token source there is nothing to do.
    ///
    /// # Errors
    ///
    /// Why there is no token. The layer can be used all the same; calls ask again.
    pub async fn warm_up(&self) -> Result<(), ClientAuthError> {
        match &self.shared.credentials {
            Credentials::Tokens(tokens) if tokens.at_hand().is_none() => {
                Arc::clone(tokens).wait().await.map(drop)
            }
            Credentials::Fixed(_) | Credentials::Tokens(_) => Ok(()),
        }
    }

    /// How the tokens are doing; `None` where there is no token source.
    #[must_use]
    pub fn token_status(&self) -> Option<TokenStatus> {
        match &self.shared.credentials {
            Credentials::Tokens(tokens) => Some(tokens.status()),
            Credentials::Fixed(_) => None,
        }
    }
}

impl Shared {
    /// Decides what is to be added to a request, if it may be sent at all.
    pub(super) fn plan<B>(&self, request: &Request<B>) -> Result<Plan, ClientAuthError> {
        let own = request.headers().get_all(AUTHORIZATION).iter().count();
        match (own, self.keeps_own) {
            (0, _) => {}
            (1, true) => return Ok(Plan::AsItIs),
            _ => return Err(ClientAuthError::new(ClientAuthErrorKind::AlreadyAuthorized)),
        }
        self.origins.check(request.uri(), request.headers())?;
        Ok(match &self.credentials {
            Credentials::Fixed(line) => Plan::Add(line.clone()),
            Credentials::Tokens(tokens) => Plan::AddToken(Arc::clone(tokens)),
        })
    }
}

impl<S, R: Clone> Layer<S> for AuthorizationLayer<R> {
    type Service = AuthorizationService<S, R>;

    fn layer(&self, inner: S) -> Self::Service {
        AuthorizationService::new(inner, Arc::clone(&self.shared), self.replay.clone())
    }
}
