//! Rejections: who shapes the answer, and what the gate sees to whatever they do.

use std::fmt;

use http::{HeaderValue, Response, StatusCode, request::Parts};
use tower::{Layer, service_fn};
use tower_auth::{
    AuthError, AuthErrorKind, DefaultRejection, GateLayer, ProblemJson, Rejection, TenantLayer,
    grpc_response, require,
};

use crate::support::{
    callers::{basic, grpc, nobody, refusing, user},
    challenges::schemes,
    checks::Says,
    probe::{Probe, send},
};

fn head() -> Parts {
    nobody().into_parts().0
}

#[test]
fn the_default_is_a_status_and_an_empty_body() {
    for kind in AuthErrorKind::ALL {
        let response: Response<String> = DefaultRejection.reject(&kind.into(), &head());
        assert_eq!(response.status(), kind.status());
        assert!(response.body().is_empty() && response.headers().is_empty());
    }
}

#[tokio::test]
async fn problem_json_says_no_more_than_the_table() {
    for kind in AuthErrorKind::ALL {
        let service = refusing(kind).with_rejection(ProblemJson).layer(Probe::new());
        let response = send(&service, user("alice")).await;
        assert_eq!(response.status(), kind.status());
        assert_eq!(response.headers()["content-type"], "application/problem+json");
        assert_eq!(response.headers()["cache-control"], "no-store");

        let document: serde_json::Value = serde_json::from_str(response.body()).unwrap();
        assert_eq!(document["type"], "about:blank");
        assert_eq!(document["status"], kind.status().as_u16());
        assert_eq!(document["title"], kind.status().canonical_reason().unwrap());
        assert_eq!(document["detail"], kind.message());
        assert_eq!(document.as_object().unwrap().len(), 4);
    }
}

#[tokio::test]
async fn problem_json_answers_grpc_in_grpc() {
    let service = basic().with_rejection(ProblemJson).layer(Probe::new());
    let response = send(&service, grpc(nobody())).await;
    assert_eq!(response.headers()["grpc-status"], "16");
    assert_eq!(response.headers()["content-type"], "application/grpc");
    assert_eq!(response.body(), "");
}

#[tokio::test]
async fn a_closure_is_a_rejection() {
    let teapot = |error: &AuthError, parts: &Parts| {
        let mut response = Response::new(format!("{} at {}", error.kind(), parts.uri));
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    };
    let service = basic().with_rejection(teapot).layer(Probe::new());
    let response = send(&service, nobody()).await;
    assert_eq!(response.status(), 418);
    assert_eq!(response.body(), "missing_credentials at /");
    assert!(schemes(response.headers()).is_empty());
}

/// A body that cannot be made out of nothing.
struct Page(&'static str);

#[tokio::test]
async fn a_body_without_a_default_is_made_by_a_closure() {
    let page = |error: &AuthError, parts: &Parts| {
        assert!(grpc_response::<String>(error, parts).is_none());
        let mut response = Response::new(Page("log in"));
        *response.status_mut() = error.kind().status();
        response
    };
    let handler = service_fn(async |_: http::Request<()>| {
        Ok::<_, std::convert::Infallible>(Response::new(Page("welcome")))
    });
    let service = basic().with_rejection(page).layer(handler);
    let refused = send(&service, nobody()).await;
    assert_eq!((refused.status().as_u16(), refused.body().0), (401, "log in"));
    assert_eq!(schemes(refused.headers()), ["Basic"]);
    assert_eq!(send(&service, user("alice")).await.body().0, "welcome");
}

/// A rejection with a name of its own.
#[derive(Clone)]
struct Sorry(&'static str);

impl<B: From<String>> Rejection<B> for Sorry {
    fn reject(&self, error: &AuthError, _: &Parts) -> Response<B> {
        let mut response = Response::new(B::from(self.0.to_owned()));
        *response.status_mut() = error.kind().status();
        response
    }
}

impl fmt::Debug for Sorry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sorry")
    }
}

#[tokio::test]
async fn every_layer_takes_a_rejection() {
    let inner = Probe::new();
    let sorry = Sorry("sorry");
    let tenant = TenantLayer::from_path("/t").with_rejection(sorry.clone()).layer(inner.clone());
    let right = require("x").with_rejection(sorry.clone()).layer(inner.clone());
    let check = GateLayer::new(Says::deny(AuthErrorKind::Unavailable))
        .with_rejection(ProblemJson)
        .with_rejection(sorry.clone())
        .layer(inner.clone());
    let auth = basic().with_rejection(sorry).layer(inner);

    assert_eq!(send(&tenant, nobody()).await.body(), "sorry");
    assert_eq!(send(&right, nobody()).await.body(), "sorry");
    assert_eq!(send(&check, nobody()).await.body(), "sorry");
    assert_eq!(send(&auth, nobody()).await.body(), "sorry");
}

#[tokio::test]
async fn a_rejection_that_forgets_grpc_is_sealed_all_the_same() {
    let service = basic().with_rejection(Sorry("sorry")).layer(Probe::new());
    let response = send(&service, grpc(nobody())).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(schemes(response.headers()), ["Basic"]);
}

#[tokio::test]
async fn retry_after_is_the_errors_own_on_a_503() {
    let hasty = |error: &AuthError, _: &Parts| {
        let mut response = Response::new(String::new());
        *response.status_mut() = error.kind().status();
        let now = HeaderValue::from_static("0");
        response.headers_mut().append("retry-after", now);
        response
    };
    let service = refusing(AuthErrorKind::Overloaded).with_rejection(hasty).layer(Probe::new());
    let response = send(&service, user("alice")).await;
    let lines: Vec<_> = response.headers().get_all("retry-after").iter().collect();
    assert_eq!(lines, ["1"]);
}

#[tokio::test]
async fn a_rejection_sees_the_head_that_was_refused() {
    let echo = |_: &AuthError, parts: &Parts| {
        Response::new(format!("{} {}", parts.method, parts.uri.path()))
    };
    let service = basic().with_rejection(echo).layer(Probe::new());
    let mut request = nobody();
    *request.uri_mut() = "/orders?x".parse().unwrap();
    assert_eq!(send(&service, request).await.body(), "GET /orders");
}

/// The module's documentation: `Retry-After` on every 429 and 503.
#[tokio::test]
async fn any_refusal_that_a_rejection_turns_into_a_429_or_503_says_when_to_come_back() {
    for status in [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE] {
        let always = move |_: &AuthError, _: &Parts| {
            let mut response = Response::new(String::new());
            *response.status_mut() = status;
            response
        };
        let service = basic().with_rejection(always).layer(Probe::new());
        let response = send(&service, nobody()).await;
        assert!(response.headers().contains_key("retry-after"), "{status}");
    }
}

#[tokio::test]
async fn a_panicking_rejection_is_a_refusal_too() {
    let broken = |_: &AuthError, _: &Parts| -> Response<String> { panic!("in a rejection") };
    let probe = Probe::new();
    let service = basic().with_rejection(broken).layer(probe.clone());
    let call = tokio::spawn(async move { send(&service, nobody()).await.status() });
    // The body cannot be made without the rejection, so the panic is the server's to contain.
    assert!(call.await.unwrap_err().is_panic());
    assert_eq!(probe.calls(), 0);
}
