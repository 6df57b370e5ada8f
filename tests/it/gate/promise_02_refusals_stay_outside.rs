//! Promise 2: a refusal never reaches the inner service; the body is neither read nor buffered.

use std::pin::pin;

use axum::{Router, body::Body, routing::post};
use tower::{Layer, ServiceExt};
use tower_auth::{AuthErrorKind, GateLayer, PermissionClaimLayer, TenantLayer, require};

use crate::support::{
    callers::{basic, grpc, nobody, user},
    checks::Says,
    probe::{Probe, Untouched, send},
};

#[tokio::test]
async fn a_refusal_never_reaches_the_inner_service() {
    for kind in AuthErrorKind::ALL {
        let probe = Probe::new();
        let (later, now) = Says::deny_later(kind);
        let at_once = GateLayer::new(Says::deny(kind)).layer(probe.clone());
        let waited = GateLayer::new(later).layer(probe.clone());

        assert_eq!(send(&at_once, nobody()).await.status(), kind.status());
        now.notify_one();
        assert_eq!(send(&waited, nobody()).await.status(), kind.status());
        assert_eq!(send(&at_once, grpc(nobody())).await.status(), 200);
        assert_eq!(probe.calls(), 0, "{kind}");
    }
}

#[tokio::test]
async fn each_layer_keeps_what_it_refuses_from_the_inner_service() {
    let probe = Probe::new();
    let refused = [
        send(&basic().layer(probe.clone()), nobody()).await,
        send(&TenantLayer::from_path("/").layer(probe.clone()), nobody()).await,
        send(&require("orders:read").layer(probe.clone()), nobody()).await,
        send(
            &PermissionClaimLayer::new(tower_auth::ClaimPermissions::at("roles"))
                .layer(probe.clone()),
            nobody(),
        )
        .await,
    ];
    assert_eq!(refused.map(|answer| answer.status().as_u16()), [401, 403, 500, 500]);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn the_body_of_a_refused_request_is_dropped_unread() {
    let (body, touches) = Untouched::new();
    let gate = basic().layer(Probe::new());

    let response = send(&gate, nobody().map(|()| body)).await;
    assert_eq!(response.status(), 401);
    assert!(touches.was_dropped() && !touches.was_polled());
}

#[tokio::test]
async fn the_body_waits_unread_with_its_request() {
    let (body, touches) = Untouched::new();
    let (check, now) = Says::deny_later(AuthErrorKind::InvalidCredentials);
    let gate = GateLayer::new(check).layer(Probe::new());

    let mut waiting = pin!(gate.oneshot(nobody().map(|()| body)));
    tokio::select! {
        biased;
        _ = &mut waiting => panic!("there is no verdict yet"),
        () = tokio::task::yield_now() => {}
    }
    assert!(!touches.was_dropped() && !touches.was_polled());

    now.notify_one();
    assert_eq!(waiting.await.unwrap().status(), 401);
    assert!(touches.was_dropped() && !touches.was_polled());
}

#[tokio::test]
async fn the_body_of_an_admitted_request_arrives_as_it_was_sent() {
    let service = tower::service_fn(async |request: http::Request<&'static str>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(request.into_body()))
    });
    let (later, now) = Says::grant_later();
    now.notify_one();
    for answer in [
        GateLayer::new(Says::grant()).layer(service).oneshot(nobody().map(|()| "as it is")).await,
        GateLayer::new(later).layer(service).oneshot(nobody().map(|()| "as it is")).await,
    ] {
        assert_eq!(*answer.unwrap().body(), "as it is");
    }
}

#[tokio::test]
async fn a_client_that_never_stops_sending_is_refused_without_waiting_for_it() {
    let app: Router = Router::new().route("/", post(async |_: String| "read")).layer(basic());
    let (body, touches) = Untouched::new();
    let mut request = grpc(nobody()).map(|()| Body::new(body));
    *request.method_mut() = http::Method::POST;

    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.headers()["grpc-status"], "16");
    assert!(!touches.was_polled());
}

#[tokio::test]
async fn the_rest_of_an_admitted_head_is_left_alone() {
    let probe = Probe::new();
    let mut sent = user("alice");
    *sent.uri_mut() = "/orders?page=2".parse().unwrap();
    *sent.method_mut() = http::Method::PATCH;
    sent.headers_mut().insert("x-trace", "1".parse().unwrap());
    sent.extensions_mut().insert("somebody else's");

    send(&basic().layer(probe.clone()), sent).await;
    let head = probe.head();
    assert_eq!(head.uri, "/orders?page=2");
    assert_eq!(head.method, "PATCH");
    assert_eq!(head.headers["x-trace"], "1");
    assert_eq!(head.extensions.get(), Some(&"somebody else's"));
}
