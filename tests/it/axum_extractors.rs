//! Extractors: what a handler may ask for, and that a forgotten layer is loud.

use axum::{Router, body::Body, response::IntoResponse, routing::get};
use http::{HeaderName, Request};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::ServiceExt;
use tower_auth::{
    AuthError, AuthErrorKind, ClaimPermissions, Identity, PermissionClaimLayer, Permissions,
    Permitted, Tenant, TenantLayer, TypedClaims, require,
};

use crate::support::callers::{basic, nobody, tokens, user, with};

#[derive(Debug, Deserialize)]
struct Staff {
    roles: String,
}

/// One route for each extractor and for each optional one.
fn app() -> Router {
    Router::new()
        .route("/identity", get(async |it: Identity| it.subject().to_owned()))
        .route("/identity-or-none", get(async |it: Option<Identity>| format!("{}", it.is_some())))
        .route("/tenant", get(async |it: Tenant| it.to_string()))
        .route("/tenant-or-none", get(async |it: Option<Tenant>| format!("{}", it.is_some())))
        .route("/permissions", get(async |it: Permissions| it.iter().collect::<String>()))
        .route(
            "/permissions-or-none",
            get(async |it: Option<Permissions>| format!("{}", it.is_some())),
        )
        .route("/claims", get(async |TypedClaims(it): TypedClaims<Staff>| it.roles))
        .route(
            "/claims-or-none",
            get(async |it: Option<TypedClaims<Staff>>| format!("{}", it.is_some())),
        )
        .route("/permitted", get(async |it: Permitted| it.requirement().to_string()))
}

const PATHS: [&str; 9] = [
    "/identity",
    "/identity-or-none",
    "/tenant",
    "/tenant-or-none",
    "/permissions",
    "/permissions-or-none",
    "/claims",
    "/claims-or-none",
    "/permitted",
];

async fn ask(app: Router, path: &str, request: Request<()>) -> (u16, String) {
    let (mut parts, ()) = request.into_parts();
    parts.uri = path.parse().expect("a path");
    let response = app.oneshot(Request::from_parts(parts, Body::empty())).await;
    let response = response.expect("a router does not fail");
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

fn permissions() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("roles"))
}

fn header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

fn reader() -> Request<()> {
    with(user("reader@acme"), "x-tenant", "acme")
}

fn served(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

const MISWIRED: (u16, String) = (500, String::new());

#[tokio::test]
async fn without_any_layer_every_extractor_is_a_500() {
    for path in PATHS {
        assert_eq!(ask(app(), path, reader()).await, MISWIRED, "{path}");
    }
}

#[tokio::test]
async fn a_handler_receives_what_the_layers_established() {
    let layers = (basic(), header(), permissions(), require("reader"));
    let app = app().layer(layers);
    for (path, expected) in [
        ("/identity", "reader@acme"),
        ("/identity-or-none", "true"),
        ("/tenant", "acme"),
        ("/tenant-or-none", "true"),
        ("/permissions", "reader"),
        ("/permissions-or-none", "true"),
        ("/claims", "reader"),
        ("/claims-or-none", "true"),
        ("/permitted", "reader"),
    ] {
        assert_eq!(ask(app.clone(), path, reader()).await, served(expected), "{path}");
    }
}

#[tokio::test]
async fn authentication_alone_gives_neither_tenant_nor_permissions() {
    let app = app().layer(basic());
    for path in ["/tenant", "/tenant-or-none", "/permissions", "/permissions-or-none", "/permitted"]
    {
        assert_eq!(ask(app.clone(), path, reader()).await, MISWIRED, "{path}");
    }
    assert_eq!(ask(app, "/identity", reader()).await.0, 200);
}

#[tokio::test]
async fn a_tenant_without_authentication_is_a_500_and_not_a_tenant() {
    let app = app().layer(header());
    for path in ["/tenant", "/tenant-or-none", "/identity", "/identity-or-none"] {
        assert_eq!(ask(app.clone(), path, reader()).await, MISWIRED, "{path}");
    }
}

#[tokio::test]
async fn an_option_is_none_for_an_anonymous_caller() {
    let app = app().layer((basic().allow_anonymous(), permissions()));
    for path in ["/identity-or-none", "/permissions-or-none", "/claims-or-none"] {
        assert_eq!(ask(app.clone(), path, nobody()).await, served("false"), "{path}");
    }
    assert_eq!(ask(app.clone(), "/identity", nobody()).await, served("anonymous"));
    assert_eq!(ask(app.clone(), "/permissions", nobody()).await, served(""));
    assert_eq!(ask(app, "/claims", nobody()).await.0, 403);
}

#[tokio::test]
async fn an_option_is_none_where_no_tenant_is_allowed() {
    for app in [
        app().layer((basic(), header().allow_absent())),
        app().layer((header().allow_absent(), basic())),
    ] {
        let without = || user("reader@acme");
        assert_eq!(ask(app.clone(), "/tenant-or-none", without()).await, served("false"));
        assert_eq!(ask(app.clone(), "/tenant", without()).await, MISWIRED);
        assert_eq!(ask(app, "/tenant", reader()).await, served("acme"));
    }
}

#[tokio::test]
async fn claims_of_another_shape_are_a_403() {
    let layer = tower_auth::BasicAuthLayer::new(async |_: tower_auth::Basic| {
        Ok(Identity::new("alice").with_claim("roles", 7))
    });
    let app = app().layer(layer);
    assert_eq!(ask(app.clone(), "/claims", user("alice")).await, (403, String::new()));
    assert_eq!(ask(app, "/claims-or-none", user("alice")).await, (403, String::new()));
}

#[tokio::test]
async fn an_option_never_hides_a_bad_credential() {
    let app = app().layer(tokens().allow_anonymous());
    let bad = || crate::support::callers::bearer("bad");
    assert_eq!(ask(app.clone(), "/identity-or-none", bad()).await.0, 401);
    let unreadable = || crate::support::callers::bearer("b a d");
    assert_eq!(ask(app, "/identity-or-none", unreadable()).await.0, 401);
}

#[tokio::test]
async fn an_error_that_a_handler_returns_is_answered_by_the_table() {
    for kind in AuthErrorKind::ALL {
        let response = AuthError::from(kind).into_response();
        assert_eq!(response.status(), kind.status());
        assert_eq!(response.headers()["cache-control"], "no-store");
        let kept = response.extensions().get::<AuthError>().map(AuthError::kind);
        assert_eq!(kept, Some(kind));
    }
}

#[tokio::test]
async fn a_wrong_wiring_tells_the_client_nothing() {
    let response =
        app().oneshot(Request::get("/identity").body(Body::empty()).unwrap()).await.unwrap();
    let error = response.extensions().get::<AuthError>().expect("the error");
    assert_eq!(error.kind(), AuthErrorKind::Misconfigured);
    let reason = std::error::Error::source(error).unwrap().to_string();
    assert!(reason.contains("an authentication layer"), "{reason}");
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes().len(), 0);
}
