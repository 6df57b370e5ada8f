//! Promises 4 and 5: refusals are not cacheable, and the `AuthError` is in the response's
//! extensions.

use std::{error::Error, time::Duration};

use http::{HeaderValue, Response, request::Parts};
use tower::Layer;
use tower_auth::{AuthError, AuthErrorKind, Basic, BasicAuthLayer, GateLayer, ProblemJson};

use crate::support::{
    callers::{basic, grpc, nobody, user},
    checks::Says,
    probe::{Probe, send},
};

#[tokio::test]
async fn promise_04_no_refusal_is_cacheable() {
    for kind in AuthErrorKind::ALL {
        let service = GateLayer::new(Says::deny(kind)).layer(Probe::new());
        for request in [nobody(), grpc(nobody())] {
            let response = send(&service, request).await;
            assert_eq!(response.headers()["cache-control"], "no-store", "{kind}");
        }
    }
}

#[tokio::test]
async fn promise_04_a_rejection_cannot_make_a_refusal_cacheable() {
    let cacheable = |_: &AuthError, _: &Parts| {
        let mut response = Response::new(String::new());
        for line in ["public, max-age=3600", "immutable"] {
            let line = HeaderValue::from_static(line);
            response.headers_mut().append("cache-control", line);
        }
        response
    };
    let service = basic().with_rejection(cacheable).layer(Probe::new());
    let response = send(&service, nobody()).await;
    let lines: Vec<_> = response.headers().get_all("cache-control").iter().collect();
    assert_eq!(lines, ["no-store"]);
}

#[tokio::test]
async fn promise_04_an_admitted_answer_is_the_handlers_own() {
    let response = send(&basic().layer(Probe::new()), user("alice")).await;
    assert!(response.headers().is_empty());
    assert!(response.extensions().get::<AuthError>().is_none());
}

#[tokio::test]
async fn promise_05_the_error_is_in_the_extensions_of_the_response() {
    for kind in AuthErrorKind::ALL {
        let service = GateLayer::new(Says::deny(kind)).layer(Probe::new());
        for request in [nobody(), grpc(nobody())] {
            let response = send(&service, request).await;
            let error = response.extensions().get::<AuthError>().expect("the error");
            assert_eq!(error.kind(), kind);
        }
    }
}

#[tokio::test]
async fn promise_05_the_error_keeps_its_reason_and_scheme() {
    let layer = BasicAuthLayer::new(async |_: Basic| {
        Err(AuthError::unavailable("the store is away").with_retry_after(Duration::from_secs(7)))
    });
    for service in [
        layer.clone().with_rejection(ProblemJson).layer(Probe::new()),
        layer.with_rejection(ProblemJson).layer(Probe::new()),
    ] {
        let response = send(&service, user("alice")).await;
        let error = response.extensions().get::<AuthError>().expect("the error");
        assert_eq!(error.source().unwrap().to_string(), "the store is away");
        assert_eq!(error.scheme(), Some("Basic"));
        assert_eq!(error.retry_after(), Some(7));
    }
}

#[tokio::test]
async fn promise_05_a_rejection_cannot_replace_the_error() {
    let lies = |_: &AuthError, _: &Parts| {
        let mut response = Response::new(String::new());
        let other: AuthError = AuthErrorKind::Overloaded.into();
        response.extensions_mut().insert(other);
        response
    };
    let service = basic().with_rejection(lies).layer(Probe::new());
    let response = send(&service, nobody()).await;
    let error = response.extensions().get::<AuthError>().expect("the error");
    assert_eq!(error.kind(), AuthErrorKind::MissingCredentials);
}
