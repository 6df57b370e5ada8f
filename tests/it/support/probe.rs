//! Inner services and bodies that report what is done to them.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    mem,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::{Body, Frame};
use tower::{Service, ServiceExt};

/// Counts its calls, keeps the last head it saw, and panics when called without having been polled
/// ready. A clone is not ready, whatever its original is.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    seen: Arc<Seen>,
    is_ready: bool,
}

#[derive(Debug, Default)]
struct Seen {
    calls: AtomicUsize,
    head: Mutex<Option<Parts>>,
}

impl Probe {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn calls(&self) -> usize {
        self.seen.calls.load(Ordering::SeqCst)
    }

    /// The head of the last request that was served.
    pub(crate) fn head(&self) -> Parts {
        let head = self.seen.head.lock().expect("no test panics with it");
        head.clone().expect("a request was served")
    }
}

impl Clone for Probe {
    fn clone(&self) -> Self {
        Self { seen: Arc::clone(&self.seen), is_ready: false }
    }
}

impl<B> Service<Request<B>> for Probe {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(
            mem::take(&mut self.is_ready),
            "the service was called without having been polled ready"
        );
        let (parts, _) = request.into_parts();
        self.seen.calls.fetch_add(1, Ordering::SeqCst);
        *self.seen.head.lock().expect("no test panics with it") = Some(parts);
        ready(Ok(Response::new("served".to_owned())))
    }
}

/// A body that notes every look into it, and its end.
#[derive(Debug, Default)]
pub(crate) struct Untouched(Arc<Touches>);

#[derive(Debug, Default)]
pub(crate) struct Touches {
    polled: AtomicBool,
    dropped: AtomicBool,
}

impl Touches {
    pub(crate) fn was_polled(&self) -> bool {
        self.polled.load(Ordering::SeqCst)
    }

    pub(crate) fn was_dropped(&self) -> bool {
        self.dropped.load(Ordering::SeqCst)
    }
}

impl Untouched {
    pub(crate) fn new() -> (Self, Arc<Touches>) {
        let body = Self::default();
        let touches = Arc::clone(&body.0);
        (body, touches)
    }
}

impl Drop for Untouched {
    fn drop(&mut self) {
        self.0.dropped.store(true, Ordering::SeqCst);
    }
}

/// A body that never ends: who waits for it waits for ever.
impl Body for Untouched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.polled.store(true, Ordering::SeqCst);
        Poll::Pending
    }
}

/// Sends one request to a clone of the service.
pub(crate) async fn send<S, B, R>(service: &S, request: Request<B>) -> Response<R>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    S::Error: std::fmt::Debug,
{
    let response = service.clone().oneshot(request).await;
    response.expect("the service does not fail")
}

/// Calls a service once it is ready; the answer is for the caller to wait for.
pub(crate) async fn call<S>(service: &mut S, request: Request<()>) -> S::Future
where
    S: Service<Request<()>>,
    S::Error: std::fmt::Debug,
{
    let ready = service.ready().await;
    ready.expect("the service does not fail").call(request)
}

/// Polls a service once for readiness.
pub(crate) fn is_ready<S>(service: &mut S) -> bool
where
    S: Service<Request<()>>,
    S::Error: std::fmt::Debug,
{
    let mut context = Context::from_waker(Waker::noop());
    match service.poll_ready(&mut context) {
        Poll::Ready(ready) => {
            ready.expect("the service does not fail");
            true
        }
        Poll::Pending => false,
    }
}
