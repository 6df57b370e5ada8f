//! [`AuthorizationService`]: the service.

use std::{
    mem,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response, header::AUTHORIZATION};
use tower::Service;

use crate::{
    client::{
        AuthorizationFuture, NoReplay, Replay,
        future::{Again, Waiting},
        layer::{Plan, Shared},
        tokens::Tokens,
    },
    error::BoxError,
};

/// Puts an `Authorization` field into requests and sends them by the client underneath.
///
/// Made by an [`AuthorizationLayer`](crate::AuthorizationLayer).
#[derive(Clone, Debug)]
pub struct AuthorizationService<S, R = NoReplay> {
    inner: S,
    shared: Arc<Shared>,
    replay: R,
}

impl<S, R> AuthorizationService<S, R> {
    pub(super) const fn new(inner: S, shared: Arc<Shared>, replay: R) -> Self {
        Self { inner, shared, replay }
    }

    /// The client underneath.
    pub const fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The client underneath.
    pub const fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// The client underneath.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, R, ReqBody, ResBody> Service<Request<ReqBody>> for AuthorizationService<S, R>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    S::Error: Into<BoxError>,
    R: Replay<ReqBody>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = AuthorizationFuture<S, ReqBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        match self.shared.plan(&request) {
            Err(error) => AuthorizationFuture::refused(error),
            Ok(Plan::AsItIs) => AuthorizationFuture::calling(self.inner.call(request), None),
            Ok(Plan::Add(line)) => {
                request.headers_mut().insert(AUTHORIZATION, line);
                AuthorizationFuture::calling(self.inner.call(request), None)
            }
            Ok(Plan::AddToken(tokens)) => self.call_with_token(tokens, request),
        }
    }
}

impl<S, R> AuthorizationService<S, R> {
    fn call_with_token<ReqBody, ResBody>(
        &mut self,
        tokens: Arc<Tokens>,
        mut request: Request<ReqBody>,
    ) -> AuthorizationFuture<S, ReqBody>
    where
        S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
        R: Replay<ReqBody>,
    {
        let again = self.again(&request);
        let Some(ticket) = tokens.at_hand() else {
            // The readied service waits with the request; the clone takes its place to be readied by
            // the next one.
            let next = self.inner.clone();
            let service = mem::replace(&mut self.inner, next);
            let token = Box::pin(Arc::clone(&tokens).wait());
            let waiting = Waiting { token, request, service };
            return AuthorizationFuture::waiting(waiting, tokens, again);
        };
        request.headers_mut().insert(AUTHORIZATION, ticket.line);
        let sent = Some((tokens, ticket.number, again));
        AuthorizationFuture::calling(self.inner.call(request), sent)
    }

    /// What a second attempt needs, where there may be one.
    fn again<ReqBody>(&self, request: &Request<ReqBody>) -> Option<Again<S, ReqBody>>
    where
        S: Clone,
        R: Replay<ReqBody>,
    {
        let body = self.replay.copy(request.body())?;
        let mut copy = Request::new(body);
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.version_mut() = request.version();
        copy.headers_mut().clone_from(request.headers());
        copy.extensions_mut().clone_from(request.extensions());
        Some(Again { request: copy, service: self.inner.clone() })
    }
}
