//! `grpc-timeout`: the gate leaves it alone, and takes part in the time that it sets.

use std::{future::pending, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http2::SendRequest;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{
    io::DuplexStream,
    time::{Instant, sleep},
};
use tonic::{Code, Status};
use tower::Layer;
use tower_auth::{Bearer, JwtAuthLayer};

use super::served::{Kind, Layers, Orders, Sent, boxed, call, connected, messages, served};
use crate::support::{
    callers::{bearer, grpc, judge_token, tokens, with},
    probe::{Probe, send},
    tokens::clock,
};

const SECOND: Duration = Duration::from_secs(1);

/// Never answers about `never`, takes two seconds for `slow`, and answers about others at once. What it
/// holds while it is asked is counted.
fn authenticator(held: &Arc<()>) -> JwtAuthLayer {
    let held = Arc::clone(held);
    JwtAuthLayer::new(move |token: Bearer| {
        let held = Arc::clone(&held);
        async move {
            match token.token().expose() {
                b"never" => pending().await,
                b"slow" => sleep(2 * SECOND).await,
                _ => {}
            }
            drop(held);
            judge_token(token).await
        }
    })
}

fn slow(held: &Arc<()>) -> Layers {
    boxed(authenticator(held))
}

#[tokio::test]
async fn the_service_is_given_the_deadline_as_it_came() {
    for timeout in ["1S", "20m", "99999999H", "nonsense"] {
        let probe = Probe::new();
        let request = with(grpc(bearer("alice")), "grpc-timeout", timeout);
        send(&tokens().layer(probe.clone()), request).await;
        assert_eq!(probe.head().headers["grpc-timeout"], timeout);
    }
}

/// A client that keeps no time of its own.
async fn handshake(near: DuplexStream) -> SendRequest<Full<Bytes>> {
    let shaken = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(near));
    let (sender, connection) = shaken.await.unwrap();
    tokio::spawn(connection);
    sender
}

fn request(token: &str, text: &str, timeout: Option<&str>) -> Request<Full<Bytes>> {
    let mut message = vec![0, 0, 0, 0, u8::try_from(text.len()).unwrap()];
    message.extend_from_slice(text.as_bytes());
    let mut request = Request::post("http://orders.example.com/orders.v1.Orders/Get")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", format!("Bearer {token}"));
    if let Some(timeout) = timeout {
        request = request.header("grpc-timeout", timeout);
    }
    request.body(Full::new(message.into())).unwrap()
}

/// The code of a call, and what the authenticator holds.
async fn by_a_patient_client(token: &str, text: &str, timeout: &str) -> (Option<Code>, Arc<()>) {
    let held = Arc::new(());
    let near = served(slow(&held), &Orders::new(&clock()));
    let mut sender = handshake(near).await;
    let response = sender.send_request(request(token, text, Some(timeout))).await.unwrap();
    let headers = response.headers().clone();
    let trailers = response.into_body().collect().await.unwrap().trailers().cloned();
    let code = |headers: &HeaderMap| Status::from_header_map(headers).map(|it| it.code());
    (code(&headers).or_else(|| code(&trailers?)), held)
}

/// The server ends what takes longer, in the service and at the gate; the time at the gate counts.
#[tokio::test(start_paused = true)]
async fn the_server_keeps_the_deadline() {
    for (token, text, timeout, code, seconds) in [
        ("alice", "now", "3S", Code::Ok, 0),
        ("slow", "now", "3S", Code::Ok, 2),
        ("alice", "later", "3S", Code::Cancelled, 3),
        ("slow", "later", "3S", Code::Cancelled, 3),
        ("slow", "now", "1S", Code::Cancelled, 1),
        ("never", "now", "3S", Code::Cancelled, 3),
    ] {
        let started = Instant::now();
        let (answer, held) = by_a_patient_client(token, text, timeout).await;
        assert_eq!(answer, Some(code), "{token}, {text}");
        assert_eq!(started.elapsed().as_secs(), seconds, "{token}, {text}");
        // One here, one in the layer.
        assert_eq!(Arc::strong_count(&held), 2, "{token}, {text}");
    }
}

/// Whoever waits no longer leaves nothing behind, and the connection is as good as before.
#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_leaves_nothing_behind() {
    let held = Arc::new(());
    let orders = Orders::new(&clock());
    let channel = connected(slow(&held), &orders).await;
    let idle = Arc::strong_count(&held);
    for kind in Kind::ALL {
        let sent = Sent::bearer("never").within(3 * SECOND);
        let started = Instant::now();
        let status = call(&channel, kind, &sent, messages(&["a"])).await.unwrap_err();
        assert!(matches!(status.code(), Code::Cancelled | Code::DeadlineExceeded), "{status:?}");
        assert_eq!(started.elapsed(), 3 * SECOND, "{kind:?}");
        sleep(SECOND).await;
        assert_eq!(Arc::strong_count(&held), idle, "{kind:?}");

        // By hanging up, without a deadline.
        let sent = Sent::bearer("never");
        let mut calling = Box::pin(call(&channel, kind, &sent, messages(&["a"])));
        assert!(tokio::time::timeout(SECOND, calling.as_mut()).await.is_err());
        assert_eq!(Arc::strong_count(&held), idle + 1, "{kind:?}");
        drop(calling);
        sleep(SECOND).await;
        assert_eq!(Arc::strong_count(&held), idle, "{kind:?}");
        assert!(call(&channel, kind, &Sent::bearer("alice"), messages(&["a"])).await.is_ok());
    }
    assert_eq!(orders.calls(), 4);
}

/// The connection goes away with the call.
#[tokio::test(start_paused = true)]
async fn a_client_that_disappears_leaves_nothing_behind() {
    let held = Arc::new(());
    let mut near = served(slow(&held), &Orders::new(&clock()));
    let (end, mut between) = tokio::io::duplex(16_384);
    let line = tokio::spawn(async move {
        let _ = tokio::io::copy_bidirectional(&mut near, &mut between).await;
    });
    let mut sender = handshake(end).await;
    let idle = Arc::strong_count(&held);
    let calling = tokio::spawn(sender.send_request(request("never", "now", None)));
    sleep(SECOND).await;
    assert_eq!(Arc::strong_count(&held), idle + 1);
    line.abort();
    assert!(calling.await.unwrap().is_err());
    sleep(SECOND).await;
    assert_eq!(Arc::strong_count(&held), idle);
}
