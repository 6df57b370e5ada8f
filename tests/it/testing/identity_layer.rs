//! `TestIdentityLayer` in front of handlers: everything behind it behaves as ever.

use axum::{Router, body::Body, routing::get};
use http::{HeaderName, Request, header::AUTHORIZATION};
use http_body_util::BodyExt;
use tower::{Layer, ServiceExt};
use tower_auth::{
    AuthErrorKind, ClaimPermissions, GateLayer, Identity, PermissionClaimLayer, Permissions,
    Permitted, ProblemJson, Tenant, TenantLayer, TestIdentityLayer, TypedClaims, require,
};

use crate::support::probe::{Probe, send};

#[derive(serde::Deserialize)]
struct Staff {
    department: String,
}

fn alice() -> Identity {
    Identity::new("alice")
        .with_issuer("https://login.example.com")
        .with_claim("scope", "orders:read")
        .with_claim("department", "sales")
        .with_claim("tenant", "acme")
}

fn routes() -> Router {
    Router::new()
        .route("/identity", get(async |it: Identity| format!("{} {}", it.subject(), it.method())))
        .route("/or-none", get(async |it: Option<Identity>| format!("{}", it.is_some())))
        .route("/claims", get(async |TypedClaims(it): TypedClaims<Staff>| it.department))
        .route("/tenant", get(async |it: Tenant| it.to_string()))
        .route("/permissions", get(async |it: Permissions| it.iter().collect::<String>()))
        .route("/permitted", permitted("orders:read"))
        .route("/forbidden", permitted("orders:write"))
}

fn permitted(permission: &str) -> axum::routing::MethodRouter {
    get(async |it: Permitted| it.requirement().to_string()).layer(require(permission))
}

fn scope() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("scope"))
}

fn header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

async fn ask(app: &Router, path: &str, tenant: Option<&str>) -> (u16, String) {
    let mut request = Request::builder().uri(path);
    if let Some(tenant) = tenant {
        request = request.header("x-tenant", tenant);
    }
    let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

fn served(body: &str) -> (u16, String) {
    (200, body.to_owned())
}

#[tokio::test]
async fn handlers_receive_the_identity_its_claims_and_what_it_may_do() {
    let app = routes().layer((TestIdentityLayer::new(alice()), scope()));
    assert_eq!(ask(&app, "/identity", None).await, served("alice Test"));
    assert_eq!(ask(&app, "/or-none", None).await, served("true"));
    assert_eq!(ask(&app, "/claims", None).await, served("sales"));
    assert_eq!(ask(&app, "/permissions", None).await, served("orders:read"));
    assert_eq!(ask(&app, "/permitted", None).await, served("orders:read"));
    assert_eq!(ask(&app, "/forbidden", None).await.0, 403);
    assert_eq!(ask(&app, "/tenant", None).await.0, 500, "no tenant layer: as loud as ever");
}

#[tokio::test]
async fn tenants_agree_in_both_orders_of_layers() {
    let inside = routes().layer((TestIdentityLayer::new(alice()), header(), scope()));
    let outside = routes().layer((header(), TestIdentityLayer::new(alice()), scope()));
    for app in [inside, outside] {
        assert_eq!(ask(&app, "/tenant", Some("acme")).await, served("acme"));
        assert_eq!(ask(&app, "/tenant", Some("globex")).await.0, 403);
        assert_eq!(ask(&app, "/identity", Some("globex")).await.0, 403);
        assert_eq!(ask(&app, "/tenant", None).await.0, 403);
    }
    let of_claim = (TestIdentityLayer::new(alice()), TenantLayer::from_claim("tenant"));
    assert_eq!(ask(&routes().layer(of_claim), "/tenant", None).await, served("acme"));
}

#[tokio::test]
async fn an_anonymous_identity_is_let_in_as_anonymous() {
    let guest = Identity::anonymous().with_claim("scope", "orders:read");
    let app = routes().layer((TestIdentityLayer::new(guest), scope()));
    assert_eq!(ask(&app, "/identity", None).await, served("anonymous Anonymous"));
    assert_eq!(ask(&app, "/or-none", None).await, served("false"));
    assert_eq!(ask(&app, "/permitted", None).await, served("orders:read"));
    assert_eq!(ask(&app, "/forbidden", None).await.0, 401, "logging in might help");
}

#[tokio::test]
async fn the_request_keeps_its_own_credentials_and_they_do_not_count() {
    let probe = Probe::new();
    let service = TestIdentityLayer::new(alice()).layer(probe.clone());
    let request = Request::builder().header(AUTHORIZATION, "Bearer of another").body(()).unwrap();
    assert_eq!(send(&service, request).await.status(), 200);
    let head = probe.head();
    assert_eq!(head.headers[AUTHORIZATION], "Bearer of another");
    let identity = Identity::from_extensions(&head.extensions).unwrap();
    assert_eq!(identity.subject(), "alice");
    assert_eq!(identity.issuer(), Some("https://login.example.com"));
}

#[tokio::test]
async fn stacked_layers_nest_their_identities() {
    let probe = Probe::new();
    let mesh = TestIdentityLayer::new(Identity::new("spiffe://example/gateway"));
    let service = (mesh, TestIdentityLayer::new(alice())).layer(probe.clone());
    assert_eq!(send(&service, Request::new(())).await.status(), 200);
    let head = probe.head();
    let identity = Identity::from_extensions(&head.extensions).unwrap();
    assert_eq!(identity.subject(), "alice");
    assert_eq!(identity.outer().unwrap().subject(), "spiffe://example/gateway");
}

#[tokio::test]
async fn refusals_can_be_answered_otherwise() {
    let strangers = TestIdentityLayer::new(Identity::new("alice")).with_rejection(ProblemJson);
    let as_check = GateLayer::new(TestIdentityLayer::new(Identity::new("alice")));
    let app = routes().layer((header(), strangers));
    let (status, body) = ask(&app, "/identity", Some("acme")).await;
    assert_eq!(status, 403);
    assert!(body.contains(AuthErrorKind::TenantDenied.message()), "{body}");
    let app = routes().layer((header(), as_check));
    assert_eq!(ask(&app, "/identity", Some("acme")).await.0, 403);
}
