//! A server as an outgoing call sees it: a service that notes what it was sent.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::AUTHORIZATION};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt};
use tower_auth::{AuthorizationLayer, BoxError, ClientAuthError, ClientAuthErrorKind, Replay};

use super::issuer::ORIGIN;

pub(crate) type Body = Full<Bytes>;

/// Accepts what the test says and refuses everything else. A clone must be polled ready before it is
/// called.
pub(crate) struct Server {
    state: Arc<Mutex<State>>,
    is_ready: bool,
}

struct State {
    accepts: Box<dyn Fn(&str) -> bool + Send>,
    refusal: Response<Body>,
    seen: Vec<Request<Body>>,
}

impl Server {
    pub(crate) fn accepting(accepts: impl Fn(&str) -> bool + Send + 'static) -> Self {
        let mut refusal = Response::new(Body::from("no"));
        *refusal.status_mut() = StatusCode::UNAUTHORIZED;
        let state = State { accepts: Box::new(accepts), refusal, seen: Vec::new() };
        Self { state: Arc::new(Mutex::new(state)), is_ready: false }
    }

    pub(crate) fn accepting_all() -> Self {
        Self::accepting(|_| true)
    }

    /// Answers with this where it refuses.
    pub(crate) fn refusing_with(self, refusal: Response<Body>) -> Self {
        self.state.lock().unwrap().refusal = refusal;
        self
    }

    pub(crate) fn accept(&self, accepts: impl Fn(&str) -> bool + Send + 'static) {
        self.state.lock().unwrap().accepts = Box::new(accepts);
    }

    /// What was in `Authorization` of each request: all lines, by `|`.
    pub(crate) fn seen(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let lines = |request: &Request<Body>| {
            let lines = request.headers().get_all(AUTHORIZATION).iter();
            lines.map(|line| line.to_str().unwrap().to_owned()).collect::<Vec<_>>().join("|")
        };
        state.seen.iter().map(lines).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Request<Body>> {
        self.state.lock().unwrap().seen.clone()
    }
}

impl Clone for Server {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), is_ready: false }
    }
}

impl Service<Request<Body>> for Server {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called without having been polled ready");
        let mut state = self.state.lock().unwrap();
        let line = request.headers().get(AUTHORIZATION);
        let line = line.map_or("", |line| line.to_str().unwrap());
        let response = if (state.accepts)(line) {
            Response::new(Body::from("yes"))
        } else {
            state.refusal.clone()
        };
        state.seen.push(request);
        ready(Ok(response))
    }
}

pub(crate) fn request() -> Request<Body> {
    to(&format!("{ORIGIN}/orders"))
}

pub(crate) fn to(uri: &str) -> Request<Body> {
    Request::post(uri).body(Body::from("a body")).unwrap()
}

/// Sends a request through the layer to the server.
pub(crate) async fn send<R: Replay<Body>>(
    layer: &AuthorizationLayer<R>,
    server: &Server,
    request: Request<Body>,
) -> Result<StatusCode, ClientAuthError> {
    let response = layer.layer(server.clone()).oneshot(request).await;
    response.map(|response| response.status()).map_err(error)
}

/// Why the call was not made.
pub(crate) async fn kind<R: Replay<Body>>(
    layer: &AuthorizationLayer<R>,
    server: &Server,
    request: Request<Body>,
) -> Option<ClientAuthErrorKind> {
    send(layer, server, request).await.err().map(|error| error.kind())
}

pub(crate) fn error(error: BoxError) -> ClientAuthError {
    *error.downcast().unwrap()
}
