//! What axum handlers receive, and what happens where nobody put it there.

use axum::{Router, body::Body, routing::get};
use http::{HeaderName, Request, Response};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::ServiceExt;
use tower_auth::{
    AuthError, AuthLayer, ClaimPermissions, Identity, PermissionClaimLayer, Permissions, Permitted,
    Tenant, TenantLayer, TypedClaims, require,
};

use crate::support::schemes::{SECRET, basic, basic_layer, either};

#[derive(Deserialize)]
struct Member {
    tenant: String,
}

#[derive(Deserialize)]
struct Unheard {
    #[expect(dead_code, reason = "no identity has it")]
    of: String,
}

/// One route for each thing to extract.
fn routes() -> Router {
    Router::new()
        .route("/identity", get(async |it: Identity| it.subject().to_owned()))
        .route("/identity%3F", get(async |it: Option<Identity>| format!("{}", it.is_some())))
        .route("/tenant", get(async |it: Tenant| it.to_string()))
        .route("/tenant%3F", get(async |it: Option<Tenant>| format!("{}", it.is_some())))
        .route("/permissions", get(async |it: Permissions| it.iter().collect::<String>()))
        .route("/permissions%3F", get(async |it: Option<Permissions>| format!("{}", it.is_some())))
        .route("/claims", get(async |TypedClaims(it): TypedClaims<Member>| it.tenant))
        .route(
            "/claims%3F",
            get(async |it: Option<TypedClaims<Member>>| format!("{}", it.is_some())),
        )
        .route("/unheard", get(async |_: TypedClaims<Unheard>| ""))
        .route("/permitted", get(async |it: Permitted| it.requirement().to_string()))
        .route("/own", get(async || AuthError::unavailable("no database")))
}

const PATHS: [&str; 10] = [
    "/identity",
    "/identity%3F",
    "/tenant",
    "/tenant%3F",
    "/permissions",
    "/permissions%3F",
    "/claims",
    "/claims%3F",
    "/unheard",
    "/permitted",
];

async fn get_as(app: &Router, path: &str, user: Option<&str>) -> (u16, String) {
    let mut request = Request::builder().uri(path);
    if let Some(user) = user {
        request = request.header("authorization", basic(user, SECRET));
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    (status, text(response).await)
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

fn all_layers(authentication: AuthLayer) -> Router {
    let mapped = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    routes().layer((authentication, TenantLayer::from_claim("tenant"), mapped, require("read")))
}

#[tokio::test]
async fn a_known_caller() {
    let app = all_layers(either());
    for (path, expected) in [
        ("/identity", "alice"),
        ("/identity%3F", "true"),
        ("/tenant", "acme"),
        ("/tenant%3F", "true"),
        ("/permissions", "read"),
        ("/permissions%3F", "true"),
        ("/claims", "acme"),
        ("/claims%3F", "true"),
        ("/permitted", "read"),
    ] {
        assert_eq!(get_as(&app, path, Some("alice")).await, (200, expected.to_owned()), "{path}");
    }
    assert_eq!(get_as(&app, "/unheard", Some("alice")).await.0, 403);
}

#[tokio::test]
async fn an_anonymous_caller_is_nobody_in_an_option() {
    let guest = Identity::anonymous().with_claim("tenant", "acme").with_claim("scope", "read");
    let app = all_layers(either().allow_anonymous_as(guest));
    for (path, expected) in [
        ("/identity", "anonymous"),
        ("/identity%3F", "false"),
        ("/tenant", "acme"),
        ("/permissions", "read"),
        ("/permissions%3F", "false"),
        ("/claims%3F", "false"),
    ] {
        assert_eq!(get_as(&app, path, None).await, (200, expected.to_owned()), "{path}");
    }
}

#[tokio::test]
async fn a_missing_layer_is_a_loud_500_and_never_an_anonymous_caller() {
    for path in PATHS {
        assert_eq!(get_as(&routes(), path, Some("alice")).await.0, 500, "{path}");
    }
    let authenticated_only = routes().layer(basic_layer());
    for (path, expected) in [
        ("/identity", 200),
        ("/tenant", 500),
        ("/tenant%3F", 500),
        ("/permissions", 500),
        ("/permissions%3F", 500),
        ("/permitted", 500),
    ] {
        assert_eq!(get_as(&authenticated_only, path, Some("alice")).await.0, expected, "{path}");
    }
    let tenant_only = routes().layer(TenantLayer::fixed(Tenant::new("acme").unwrap()));
    for path in ["/tenant", "/tenant%3F"] {
        assert_eq!(get_as(&tenant_only, path, None).await.0, 500, "{path}");
    }
}

#[tokio::test]
async fn a_request_without_a_tenant_where_that_is_allowed() {
    let optional = TenantLayer::from_header(HeaderName::from_static("x-tenant")).allow_absent();
    let app = routes().layer((basic_layer(), optional));
    assert_eq!(get_as(&app, "/tenant%3F", Some("alice")).await, (200, "false".to_owned()));
    assert_eq!(get_as(&app, "/tenant", Some("alice")).await.0, 500);
}

#[tokio::test]
async fn an_error_is_a_response() {
    let request = Request::builder().uri("/own").body(Body::empty()).unwrap();
    let response = routes().oneshot(request).await.unwrap();
    assert_eq!(response.status(), 503);
    assert_eq!(response.headers()["retry-after"], "1");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(text(response).await, "", "the reason is for the log");
}
