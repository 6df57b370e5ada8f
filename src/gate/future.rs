//! [`ResponseFuture`]: waits for a verdict where one is pending, then for the inner service.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower::Service;

use crate::{
    error::AuthError,
    gate::{BoxFuture, Check, Gate, service::contain},
    rejection::Rejection,
};

pin_project! {
    /// The response of a [`Gate`].
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, C, R, B>
    where
        S: Service<Request<B>>,
        C: Check,
    {
        #[pin]
        state: State<S, C, R, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, C, R, B>
    where
        S: Service<Request<B>>,
        C: Check,
    {
        Waiting { waiting: Option<Waiting<S, C, R, B>> },
        Refused { response: Option<S::Response> },
        Inner { #[pin] future: S::Future },
    }
}

struct Waiting<S, C: Check, R, B> {
    verdict: BoxFuture<'static, Result<C::Grant, AuthError>>,
    request: Request<B>,
    gate: Gate<S, C, R>,
}

impl<S, C, R, B> ResponseFuture<S, C, R, B>
where
    S: Service<Request<B>>,
    C: Check,
{
    pub(super) fn inner(future: S::Future) -> Self {
        Self { state: State::Inner { future } }
    }

    pub(super) fn refused(response: S::Response) -> Self {
        Self { state: State::Refused { response: Some(response) } }
    }

    pub(super) fn waiting(
        verdict: BoxFuture<'static, Result<C::Grant, AuthError>>,
        request: Request<B>,
        gate: Gate<S, C, R>,
    ) -> Self {
        Self { state: State::Waiting { waiting: Some(Waiting { verdict, request, gate }) } }
    }
}

impl<S, C, R, B, ResBody> Future for ResponseFuture<S, C, R, B>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    C: Check,
    R: Rejection<ResBody>,
{
    type Output = Result<S::Response, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Inner { future } => return future.poll(cx),
                StateProjection::Refused { response } => {
                    return Poll::Ready(Ok(response.take().expect("polled after completion")));
                }
                StateProjection::Waiting { waiting } => {
                    let verdict =
                        &mut waiting.as_mut().expect("left only for another state").verdict;
                    let polled = contain(|| verdict.as_mut().poll(cx))
                        .unwrap_or_else(|error| Poll::Ready(Err(error)));
                    let verdict = ready!(polled);
                    let Waiting { request, gate, .. } =
                        waiting.take().expect("left only for another state");
                    match gate.conclude(verdict, request) {
                        Ok(future) => State::Inner { future },
                        Err(response) => State::Refused { response: Some(response) },
                    }
                }
            };
            state.set(next);
        }
    }
}

impl<S, C, R, B> fmt::Debug for ResponseFuture<S, C, R, B>
where
    S: Service<Request<B>>,
    C: Check,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
