//! Services that watch what is done to them, and bodies that must not be touched.

use std::{
    convert::Infallible,
    future::{self, Ready},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, request::Parts};
use http_body::{Body, Frame};
use tower::{Layer, Service, ServiceExt};

/// An inner service that records the heads of the requests that reach it, and panics when it is
/// called without having been polled ready, as `Service` allows it to.
#[derive(Debug, Default)]
pub(crate) struct Probe {
    seen: Arc<Mutex<Vec<Parts>>>,
    ready: bool,
}

/// A clone has not been polled ready.
impl Clone for Probe {
    fn clone(&self) -> Self {
        Self { seen: Arc::clone(&self.seen), ready: false }
    }
}

impl Probe {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn calls(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The head of the request that came last.
    pub(crate) fn last(&self) -> Parts {
        self.seen.lock().unwrap().last().cloned().expect("a request reached the service")
    }
}

impl<B> Service<Request<B>> for Probe {
    type Response = Response<String>;
    type Error = Infallible;
    type Future = Ready<Result<Response<String>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(std::mem::take(&mut self.ready), "called without having been polled ready");
        self.seen.lock().unwrap().push(request.into_parts().0);
        future::ready(Ok(Response::new("served".to_owned())))
    }
}

/// A body that fails the test when it is read.
#[derive(Debug)]
pub(crate) struct Untouched;

impl Body for Untouched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        panic!("the body was read");
    }
}

/// A request for `/` with these header fields and a body that must not be read.
pub(crate) fn request(headers: &[(&str, &str)]) -> Request<Untouched> {
    let mut request = Request::builder();
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Untouched).unwrap()
}

/// Polls a service ready for one call.
pub(crate) async fn ready<S>(service: &mut S) -> &mut S
where
    S: Service<Request<Untouched>, Error = Infallible>,
{
    ServiceExt::<Request<Untouched>>::ready(service).await.unwrap()
}

/// Sends one request through layers in front of a probe.
pub(crate) async fn send<L>(layers: &L, request: Request<Untouched>) -> (Response<String>, Probe)
where
    L: Layer<Probe>,
    L::Service: Service<Request<Untouched>, Response = Response<String>, Error = Infallible>,
{
    let probe = Probe::new();
    let response = layers.layer(probe.clone()).oneshot(request).await.unwrap();
    (response, probe)
}

/// All values of a header field.
pub(crate) fn lines(headers: &HeaderMap, name: &str) -> Vec<String> {
    headers.get_all(name).iter().map(|line| line.to_str().unwrap().to_owned()).collect()
}
