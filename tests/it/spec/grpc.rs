//! gRPC: what a client of it can read.

use axum::{Router, body::Body, routing::any};
use http::Request;
use tower::{Layer, ServiceExt};
use tower_auth::{AuthErrorKind, ClaimPermissions, PermissionClaimLayer, require};

use crate::support::{
    callers::{authorized, basic, grpc, nobody, refusing, user, with},
    probe::{Probe, Untouched, send},
};

async fn status_of(request: Request<()>) -> String {
    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let service = (basic(), mapper, require("admin")).layer(Probe::new());
    let response = send(&service, grpc(request)).await;
    let status = response.headers()["grpc-status"].to_str();
    status.expect("ASCII").to_owned()
}

#[tokio::test]
async fn grpc_01_a_refusal_is_trailers_only() {
    let (body, touches) = Untouched::new();
    let app: Router = Router::new().route("/", any(async || "served")).layer(basic());
    let request = grpc(nobody()).map(|()| Body::new(body));
    let response = app.oneshot(request).await.unwrap();

    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert!(http_body::Body::is_end_stream(response.body()), "END_STREAM on the headers");
    assert!(!touches.was_polled());
}

#[tokio::test]
async fn grpc_01_the_status_is_decimal_without_leading_zeros() {
    for kind in AuthErrorKind::ALL {
        let response = send(&refusing(kind).layer(Probe::new()), grpc(user("alice"))).await;
        let status = response.headers()["grpc-status"].to_str().unwrap();
        assert_eq!(status.parse::<u8>().unwrap().to_string(), status);
        assert_eq!(status.parse::<u8>().unwrap(), kind.grpc_code());
    }
}

#[tokio::test]
async fn grpc_02_unauthenticated_is_apart_from_permission_denied() {
    assert_eq!(status_of(nobody()).await, "16");
    assert_eq!(status_of(authorized("Basic !")).await, "16");
    assert_eq!(status_of(with(user("a"), "authorization", "x")).await, "16");
    assert_eq!(status_of(user("reader")).await, "7");
    assert_eq!(AuthErrorKind::Overloaded.grpc_code(), 8);
    assert_eq!(AuthErrorKind::TenantDenied.grpc_code(), 7);
}

#[test]
fn grpc_03_outages_and_faults_have_codes_of_their_own() {
    assert_eq!(AuthErrorKind::Unavailable.grpc_code(), 14);
    assert_eq!(AuthErrorKind::Misconfigured.grpc_code(), 13);
}

#[tokio::test]
async fn grpc_04_messages_are_sent_as_they_are() {
    for kind in AuthErrorKind::ALL {
        let response = send(&refusing(kind).layer(Probe::new()), grpc(user("alice"))).await;
        assert_eq!(response.headers()["grpc-message"], kind.message());
        assert!(!kind.message().contains('%'));
    }
}

#[tokio::test]
async fn grpc_05_what_is_not_grpc_gets_the_http_answer() {
    for content_type in ["application/json", "application/grpcurl", "x/application/grpc"] {
        let request = with(nobody(), "content-type", content_type);
        let response = send(&basic().layer(Probe::new()), request).await;
        assert_eq!(response.status(), 401, "{content_type}");
    }
}

#[tokio::test]
async fn grpc_05_a_content_type_that_is_doubled_or_damaged_is_no_way_in() {
    let probe = Probe::new();
    let service = basic().layer(probe.clone());
    let doubled =
        with(with(nobody(), "content-type", "text/plain"), "content-type", "application/grpc");
    send(&service, doubled).await;
    let mut damaged = nobody();
    let value = http::HeaderValue::from_bytes(b"application/grpc\xFF").unwrap();
    damaged.headers_mut().insert("content-type", value);
    assert_eq!(send(&service, damaged).await.status(), 401);
    assert_eq!(probe.calls(), 0);
}

#[test]
fn grpc_06_the_codes_are_not_those_that_an_http_status_would_be_mapped_to() {
    // 503 stands for both, and 400 would be INTERNAL.
    assert_eq!(AuthErrorKind::Overloaded.status(), AuthErrorKind::Unavailable.status());
    assert_ne!(AuthErrorKind::Overloaded.grpc_code(), AuthErrorKind::Unavailable.grpc_code());
    assert_eq!(AuthErrorKind::AmbiguousCredentials.grpc_code(), 16);
}

#[tokio::test]
async fn grpc_07_grpc_web_is_answered_in_its_own_content_type() {
    for content_type in ["application/grpc-web", "application/grpc-web-text"] {
        for suffix in ["", "+proto", "+json", ";charset=utf-8"] {
            let request = with(nobody(), "content-type", &format!("{content_type}{suffix}"));
            let response = send(&basic().layer(Probe::new()), request).await;
            assert_eq!(response.headers()["content-type"], content_type);
            assert_eq!(response.headers()["grpc-status"], "16");
        }
    }
}

#[tokio::test]
async fn grpc_09_a_stream_that_never_ends_is_refused_at_once() {
    let (body, touches) = Untouched::new();
    let response = send(&basic().layer(Probe::new()), grpc(nobody()).map(|()| body)).await;
    assert_eq!(response.headers()["grpc-status"], "16");
    assert!(touches.was_dropped() && !touches.was_polled());
}

#[tokio::test]
async fn grpc_10_health_and_reflection_are_covered() {
    for path in [
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ] {
        let mut request = grpc(nobody());
        *request.uri_mut() = path.parse().unwrap();
        let response = send(&basic().layer(Probe::new()), request).await;
        assert_eq!(response.headers()["grpc-status"], "16", "{path}");
    }
}

#[test]
fn a_status_of_tonic_has_the_code_and_the_message_of_the_table() {
    for kind in AuthErrorKind::ALL {
        let error = tower_auth::AuthError::new(kind).with_source("not for the client");
        let status = tonic::Status::from(error);
        assert_eq!(i32::from(status.code()), i32::from(kind.grpc_code()));
        assert_eq!(status.message(), kind.message());
    }
}
