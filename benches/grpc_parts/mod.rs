//! Parts of the benchmark of gRPC: a service, and a stream that is counted.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll},
};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::stream;
use http::{Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use tonic::body::Body;
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{AuthError, Bearer, Identity, JwtAuthLayer};

const MESSAGES: usize = 1_000;

/// Answers at once: what stands in a gate's way is not part of its cost.
#[derive(Clone, Copy)]
pub(crate) struct Orders;

impl tower::Service<Request<Body>> for Orders {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        drop(request);
        ready(Ok(Response::new(Body::empty())))
    }
}

/// How often the authenticator is asked while a stream goes back and forth.
pub(crate) fn checks_per_stream() -> f64 {
    let checks = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&checks);
    let layer = JwtAuthLayer::new(move |_: Bearer| {
        count.fetch_add(1, Ordering::Relaxed);
        async { Ok::<_, AuthError>(Identity::new("alice")) }
    });
    // Sends back what comes, frame by frame.
    let echo = service_fn(async |request: Request<Body>| {
        Ok::<_, Infallible>(Response::new(request.into_body()))
    });
    let mut message = BytesMut::new();
    message.put_slice(&[0, 0, 0, 0, 1, b'x']);
    let message = message.freeze();
    let frames = (0..MESSAGES).map(move |_| Ok::<_, Infallible>(Frame::data(message.clone())));
    let request = Request::post("/orders.v1.Orders/Chat")
        .header("content-type", "application/grpc")
        .header("authorization", "Bearer x")
        .body(Body::new(StreamBody::new(stream::iter(frames))))
        .expect("a request");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let echoed: Bytes = runtime.block_on(async {
        let answer = layer.layer(echo).oneshot(request).await.expect("it does not fail");
        answer.into_body().collect().await.expect("the stream does not fail").to_bytes()
    });
    assert_eq!(echoed.len(), MESSAGES * 6, "all messages went there and back");
    f64::from(checks.load(Ordering::Relaxed))
}
