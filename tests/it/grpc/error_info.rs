//! Refusals with details, read by the library that clients read them with.

use http::{Request, StatusCode};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthErrorKind, ClaimPermissions, GrpcErrorInfo, Identity, PermissionClaimLayer,
    Rejection, TestIdentityLayer, require,
};

use super::{parts, rejected};
use crate::support::tls::who;

fn info() -> GrpcErrorInfo {
    GrpcErrorInfo::new("orders.example.com")
}

/// As a client of tonic reads it.
fn status(rejection: &GrpcErrorInfo, error: &AuthError) -> Status {
    Status::from_header_map(rejected(rejection, error).headers()).unwrap()
}

#[test]
fn every_kind_is_named_in_the_details() {
    for kind in AuthErrorKind::ALL {
        let status = status(&info(), &kind.into());
        assert_eq!(status.code(), Code::from_i32(kind.grpc_code().into()));
        let details = status.check_error_details().unwrap();
        let told = details.error_info().unwrap();
        assert_eq!(told.reason, kind.as_str().to_ascii_uppercase());
        assert_eq!(told.domain, "orders.example.com");
        assert!(told.metadata.is_empty());
        // The status inside says what the one outside says.
        let from_handler = info().status(&kind.into());
        assert_eq!(from_handler.details(), status.details());
        assert_eq!((from_handler.code(), from_handler.message()), (status.code(), kind.message()));
    }
}

#[test]
fn causes_are_told_only_where_that_is_set() {
    let error = AuthError::invalid("the key set is in /etc/orders");
    assert!(!format!("{:?}", rejected(&info(), &error)).contains("metadata"));
    let silent = status(&info(), &error);
    assert!(silent.get_error_details().error_info().unwrap().metadata.is_empty());
    let told = status(&info().danger_expose_causes(), &error);
    let told = told.get_error_details();
    assert!(told.error_info().unwrap().metadata["cause"].contains("/etc/orders"));
}

/// Longer than one byte of a length can say, and text that is not ASCII.
#[test]
fn long_and_foreign_texts_arrive_as_they_are() {
    for cause in ["ä€𝄞".repeat(7), "x".repeat(127), "x".repeat(128), "x".repeat(20_000)] {
        let told = status(&info().danger_expose_causes(), &AuthError::invalid(cause.clone()));
        let told = told.get_error_details();
        assert!(told.error_info().unwrap().metadata["cause"].ends_with(&cause));
    }
}

#[tokio::test]
async fn the_missing_permission_is_named() {
    let guarded = (
        TestIdentityLayer::new(Identity::new("alice").with_claim("scope", "orders:read")),
        PermissionClaimLayer::new(ClaimPermissions::at("scope")),
        require("orders:write").with_rejection(info()),
    );
    let request = Request::builder().header("content-type", "application/grpc").body(()).unwrap();
    let response = guarded.layer(service_fn(who)).oneshot(request).await.unwrap();
    let status = Status::from_header_map(response.headers()).unwrap();
    assert_eq!(status.code(), Code::PermissionDenied);
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().metadata["scope"], "orders:write");
}

#[test]
fn http_clients_are_answered_as_ever() {
    let response: http::Response<String> =
        info().reject(&AuthErrorKind::TenantDenied.into(), &parts("application/json"));
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(response.headers().is_empty());
}
