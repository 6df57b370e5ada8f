//! Row GRPC-09: nothing of a body is read, and nothing of it kept, before the decision.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt, stream};
use http::Request;
use tokio::sync::Notify;
use tonic::{Code, body::Body, service::Routes};
use tower::{Layer, ServiceExt};
use tower_auth::{AuthError, AuthErrorKind, Bearer, JwtAuthLayer, require};

use super::served::{Kind, Layers, Messages, Orders, Sent, boxed, call, connected};
use crate::support::{
    callers::{judge_token, refusing_tokens},
    probe::Untouched,
    tokens::clock,
};

/// What it takes to fill every window and pipe, many times over.
const MESSAGES: usize = 1_000;
const LENGTH: usize = 16_384;

/// Messages that are made when they are asked for, and how many have been.
fn counted() -> (Messages, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let messages = stream::iter(0..MESSAGES).map(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        "m".repeat(LENGTH)
    });
    (messages.boxed(), asked)
}

/// A gate that decides when it is told to.
fn deciding(decide: &Arc<Notify>) -> Layers {
    let decide = Arc::clone(decide);
    boxed(JwtAuthLayer::new(move |token: Bearer| {
        let decide = Arc::clone(&decide);
        async move {
            decide.notified().await;
            judge_token(token).await
        }
    }))
}

/// A client that pours out what it has is stopped by the windows of the connection, as long as the
/// decision takes: the server takes nothing in.
#[tokio::test(start_paused = true)]
async fn a_client_is_held_back_until_the_decision() {
    for (token, expected) in
        [("alice", Ok(vec![format!("alice: {MESSAGES}")])), ("bad", Err(Code::Unauthenticated))]
    {
        let (decide, orders) = (Arc::new(Notify::new()), Orders::new(&clock()));
        let channel = connected(deciding(&decide), &orders).await;
        let (messages, asked) = counted();
        let sent = Sent::bearer(token);
        let calling =
            tokio::spawn(
                async move { call(&channel, Kind::ClientStreaming, &sent, messages).await },
            );
        // Virtual time passes when nobody has anything left to do.
        tokio::time::sleep(Duration::from_secs(5)).await;
        let before = asked.load(Ordering::SeqCst);
        // What the client's own library has in store, and two windows.
        assert!((1..MESSAGES / 5).contains(&before), "{before} messages were taken");
        assert_eq!(orders.calls(), 0);
        decide.notify_one();
        let answer = calling.await.unwrap().map_err(|status| status.code());
        assert_eq!(answer, expected);
        if answer.is_err() {
            assert!(asked.load(Ordering::SeqCst) < MESSAGES / 5);
        }
    }
}

#[tokio::test]
async fn the_body_of_a_refused_call_is_let_go_of_unread() {
    let orders = Orders::new(&clock());
    let refusals = AuthErrorKind::ALL.map(|kind| boxed(refusing_tokens(kind)));
    for layers in refusals.into_iter().chain([boxed(require("x"))]) {
        for kind in Kind::ALL {
            let routes = Routes::from(axum::Router::new().fallback_service(orders.clone()));
            let (body, touches) = Untouched::new();
            let request = Request::post(kind.path()).header("content-type", "application/grpc");
            let request = request.header("authorization", "Bearer x").body(Body::new(body));
            let response = layers.layer(routes).oneshot(request.unwrap()).await.unwrap();
            assert!(response.headers().contains_key("grpc-status"), "{response:?}");
            assert!(http_body::Body::is_end_stream(response.body()), "a trailers-only answer");
            assert!(!touches.was_polled() && touches.was_dropped());
        }
    }
    assert_eq!(orders.calls(), 0);
}

/// While the decision is waited for nothing is read; when nobody waits any more nothing is kept.
#[tokio::test]
async fn a_body_waits_with_its_decision() {
    let waiting = |_: Bearer| std::future::pending::<Result<tower_auth::Identity, AuthError>>();
    let layers = boxed(JwtAuthLayer::new(waiting));
    let routes = Routes::from(axum::Router::new().fallback_service(Orders::new(&clock())));
    let (body, touches) = Untouched::new();
    let request = Request::post(Kind::Bidirectional.path()).header("authorization", "Bearer x");
    let call = layers.layer(routes).oneshot(request.body(Body::new(body)).unwrap());
    let mut call = Box::pin(call);
    assert!(futures_util::FutureExt::now_or_never(&mut call).is_none());
    assert!(!touches.was_polled() && !touches.was_dropped());
    drop(call);
    assert!(!touches.was_polled() && touches.was_dropped());
}
