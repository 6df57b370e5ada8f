//! [`AuthorizationFuture`]: waits for a token where none is at hand, for the response, and where the
//! token was refused for another one and another response.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response, StatusCode, header::AUTHORIZATION};
use pin_project_lite::pin_project;
use tower::Service;

use crate::{
    client::{
        ClientAuthError,
        tokens::{Ticket, Tokens},
    },
    error::BoxError,
    gate::BoxFuture,
};

/// gRPC's `UNAUTHENTICATED`.
const UNAUTHENTICATED: &str = "16";

const LEFT_ONCE: &str = "left only for another state";

pin_project! {
    /// The response to a request of an [`AuthorizationService`](crate::AuthorizationService).
    #[must_use = "futures do nothing unless polled"]
    pub struct AuthorizationFuture<S, B>
    where
        S: Service<Request<B>>,
    {
        #[pin]
        state: State<S, B>,
        // None once nothing can be done about a refused token.
        sent: Option<Sent<S, B>>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, B>
    where
        S: Service<Request<B>>,
    {
        Refused { error: Option<ClientAuthError> },
        Waiting { waiting: Option<Waiting<S, B>> },
        Calling { #[pin] future: S::Future },
        Renewing { renewing: Option<Renewing<S, B>> },
        Readying { again: Option<Again<S, B>> },
    }
}

/// The tokens, the number of the one that was sent, and what a second attempt needs.
type Sent<S, B> = (Arc<Tokens>, u64, Option<Again<S, B>>);

/// A request that waits for its token, with the service that is ready for it.
pub(super) struct Waiting<S, B> {
    pub(super) token: BoxFuture<'static, Result<Ticket, ClientAuthError>>,
    pub(super) request: Request<B>,
    pub(super) service: S,
}

/// A request that is sent a second time, by a service that is not ready yet.
pub(super) struct Again<S, B> {
    pub(super) request: Request<B>,
    pub(super) service: S,
}

/// A refusal that is held back until it is known whether there is another token.
struct Renewing<S: Service<Request<B>>, B> {
    token: BoxFuture<'static, Option<Ticket>>,
    response: S::Response,
    again: Again<S, B>,
    tokens: Arc<Tokens>,
}

impl<S, B> AuthorizationFuture<S, B>
where
    S: Service<Request<B>>,
{
    pub(super) const fn refused(error: ClientAuthError) -> Self {
        Self { state: State::Refused { error: Some(error) }, sent: None }
    }

    pub(super) const fn calling(future: S::Future, sent: Option<Sent<S, B>>) -> Self {
        Self { state: State::Calling { future }, sent }
    }

    /// The number of the token becomes known when it is there.
    pub(super) const fn waiting(
        waiting: Waiting<S, B>,
        tokens: Arc<Tokens>,
        again: Option<Again<S, B>>,
    ) -> Self {
        Self { state: State::Waiting { waiting: Some(waiting) }, sent: Some((tokens, 0, again)) }
    }
}

impl<S, B, ResBody> Future for AuthorizationFuture<S, B>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    S::Error: Into<BoxError>,
{
    type Output = Result<S::Response, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        loop {
            let next = match this.state.as_mut().project() {
                StateProjection::Refused { error } => {
                    let error = error.take().expect("polled after completion");
                    return Poll::Ready(Err(error.into()));
                }
                StateProjection::Waiting { waiting } => {
                    let (ticket, future) = ready!(Waiting::poll(waiting, cx))?;
                    if let Some((_, number, _)) = this.sent {
                        *number = ticket;
                    }
                    State::Calling { future }
                }
                StateProjection::Calling { future } => {
                    let response = ready!(future.poll(cx)).map_err(Into::into)?;
                    let Some(sent) = this.sent.take().filter(|_| is_refusal(&response)) else {
                        return Poll::Ready(Ok(response));
                    };
                    match Renewing::begin(sent, response) {
                        Ok(renewing) => State::Renewing { renewing: Some(renewing) },
                        Err(response) => return Poll::Ready(Ok(response)),
                    }
                }
                StateProjection::Renewing { renewing } => {
                    match ready!(Renewing::poll(renewing, cx)) {
                        Ok(again) => State::Readying { again: Some(again) },
                        Err(response) => return Poll::Ready(Ok(response)),
                    }
                }
                StateProjection::Readying { again } => {
                    let future = ready!(Again::poll(again, cx)).map_err(Into::into)?;
                    State::Calling { future }
                }
            };
            this.state.set(next);
        }
    }
}

impl<S: Service<Request<B>>, B> Waiting<S, B> {
    /// Sends the request as soon as there is a token, and says which.
    fn poll(
        waiting: &mut Option<Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(u64, S::Future), ClientAuthError>> {
        let token = &mut waiting.as_mut().expect(LEFT_ONCE).token;
        let Ticket { line, number } = ready!(token.as_mut().poll(cx))?;
        let Self { mut request, mut service, .. } = waiting.take().expect(LEFT_ONCE);
        request.headers_mut().insert(AUTHORIZATION, line);
        Poll::Ready(Ok((number, service.call(request))))
    }
}

impl<S: Service<Request<B>>, B> Renewing<S, B> {
    /// Asks for another token in any case, for the calls to come; holds the refusal back where the
    /// request can be sent again.
    fn begin(
        (tokens, number, again): Sent<S, B>,
        response: S::Response,
    ) -> Result<Self, S::Response> {
        match (tokens.refused(number), again) {
            (Some(token), Some(again)) => Ok(Self { token, response, again, tokens }),
            _ => Err(response),
        }
    }

    /// The request with another token, or the refusal where there is none.
    fn poll(
        renewing: &mut Option<Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Again<S, B>, S::Response>> {
        let token = &mut renewing.as_mut().expect(LEFT_ONCE).token;
        let ticket = ready!(token.as_mut().poll(cx));
        let Self { response, mut again, tokens, .. } = renewing.take().expect(LEFT_ONCE);
        let Some(ticket) = ticket else {
            return Poll::Ready(Err(response));
        };
        tokens.note_retry();
        again.request.headers_mut().insert(AUTHORIZATION, ticket.line);
        Poll::Ready(Ok(again))
    }
}

impl<S: Service<Request<B>>, B> Again<S, B> {
    fn poll(again: &mut Option<Self>, cx: &mut Context<'_>) -> Poll<Result<S::Future, S::Error>> {
        ready!(again.as_mut().expect(LEFT_ONCE).service.poll_ready(cx))?;
        let Self { request, mut service } = again.take().expect(LEFT_ONCE);
        Poll::Ready(Ok(service.call(request)))
    }
}

/// Whether the head of a response says that the token is not good. gRPC says so there where it has
/// nothing else to say (trailers-only).
fn is_refusal<B>(response: &Response<B>) -> bool {
    let status = response.headers().get("grpc-status");
    response.status() == StatusCode::UNAUTHORIZED
        || status.is_some_and(|status| status == UNAUTHENTICATED)
}

impl<S, B> fmt::Debug for AuthorizationFuture<S, B>
where
    S: Service<Request<B>>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizationFuture").finish_non_exhaustive()
    }
}
