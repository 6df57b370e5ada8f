//! The layers among other layers: axum's places for them, `ServiceBuilder`, tuples, tower-http.

use std::{fmt::Debug, time::Duration};

use axum::{
    Router,
    body::Body,
    routing::{MethodRouter, get},
};
use http::{
    HeaderName, Method, Request, StatusCode,
    header::{AUTHORIZATION, ORIGIN},
};
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_auth::{
    AuthLayer, BasicAuthLayer, CertificateRules, ClaimPermissions, DefaultRejection, GateLayer,
    Identity, JwtAuthLayer, MtlsIdentityLayer, NameKind, PeerCertificatesLayer,
    PermissionClaimLayer, ProblemJson, RequireLayer, Tenant, TenantLayer, require,
};
use tower_http::{
    cors::CorsLayer, sensitive_headers::SetSensitiveHeadersLayer, timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::support::{
    callers::{basic, keys, nobody, user, with},
    events::Events,
    probe::{Probe, send},
};

fn header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

fn permissions() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("roles"))
}

/// Three layers whose order shows: the tenant is refused last, the password first.
fn layers() -> (BasicAuthLayer, TenantLayer, PermissionClaimLayer) {
    (basic(), header(), permissions())
}

fn reader() -> Request<Body> {
    with(user("reader@acme"), "x-tenant", "acme").map(|()| Body::empty())
}

async fn handler(identity: Identity, tenant: Tenant) -> String {
    format!("{} of {tenant}", identity.subject())
}

fn guarded() -> MethodRouter {
    get(handler).route_layer(require("reader"))
}

async fn status(app: &Router, uri: &str, mut request: Request<Body>) -> StatusCode {
    *request.uri_mut() = uri.parse().expect("a URI");
    let response = app.clone().oneshot(request).await;
    response.expect("a router does not fail").status()
}

#[tokio::test]
async fn a_tuple_reads_in_the_order_a_request_meets_it_wherever_it_stands() {
    let (auth, tenant, mapper) = layers();
    let built = ServiceBuilder::new().layer(auth).layer(tenant).layer(mapper);
    let apps = [
        Router::new().route("/", guarded()).layer(layers()),
        Router::new().route("/", guarded()).route_layer(layers()),
        Router::new().route("/", guarded().route_layer(layers())),
        Router::new().route("/", guarded().layer(layers())),
        Router::new().route("/", guarded()).layer(built),
        Router::new().route("/", guarded()).layer(ServiceBuilder::new().layer(layers())),
    ];
    for (position, app) in apps.iter().enumerate() {
        let events = Events::record();
        assert_eq!(status(app, "/", reader()).await, 200, "{position}");
        let checks: Vec<_> = events.take().iter().map(|it| it.field("check").to_owned()).collect();
        let expected = ["authentication", "tenant", "permission_claims", "require"];
        assert_eq!(checks, expected, "{position}");
        assert_eq!(status(app, "/", Request::default()).await, 401, "{position}");
    }
}

#[tokio::test]
async fn layers_that_are_added_one_by_one_are_met_from_the_last_to_the_first() {
    let app =
        Router::new().route("/", guarded()).layer(permissions()).layer(header()).layer(basic());
    assert_eq!(status(&app, "/", reader()).await, 200);
}

#[tokio::test]
async fn an_unknown_path_stays_a_404_under_route_layer() {
    let app = Router::new().route("/", guarded()).route_layer(layers());
    assert_eq!(status(&app, "/unknown", Request::default()).await, 404);
    let app = Router::new().route("/", guarded()).layer(layers());
    assert_eq!(status(&app, "/unknown", Request::default()).await, 401);
}

#[tokio::test]
async fn nested_and_merged_routers_keep_their_own_layers() {
    let inner = Router::new().route("/", guarded()).route_layer((header(), permissions()));
    let open = Router::new().route("/health", get(async || "well"));
    let app = Router::new().nest("/orders", inner).route_layer(basic()).merge(open);
    assert_eq!(status(&app, "/orders", reader()).await, 200);
    assert_eq!(status(&app, "/orders", Request::default()).await, 401);
    assert_eq!(status(&app, "/health", Request::default()).await, 200);
}

#[tokio::test]
async fn a_router_may_demand_more_than_the_one_it_is_nested_in() {
    let inner = Router::new().route("/", get(handler)).layer((basic(), header()));
    let app = Router::new().nest("/inner", inner).layer(keys());
    assert_eq!(status(&app, "/inner", reader()).await, 401);
    assert_eq!(status(&app, "/inner", with(reader(), "x-api-key", "robot@acme")).await, 200);
}

#[tokio::test]
async fn the_layers_stack_with_those_of_tower_http() {
    let app = Router::new().route("/", guarded()).route_layer(layers()).layer(
        ServiceBuilder::new()
            .layer(SetSensitiveHeadersLayer::new([AUTHORIZATION]))
            .layer(TraceLayer::new_for_http())
            .layer(TimeoutLayer::with_status_code(
                StatusCode::REQUEST_TIMEOUT,
                Duration::from_secs(5),
            ))
            .layer(CorsLayer::permissive()),
    );
    assert_eq!(status(&app, "/", reader()).await, 200);
    assert_eq!(status(&app, "/", Request::default()).await, 401);

    let mut preflight = Request::<Body>::default();
    *preflight.method_mut() = Method::OPTIONS;
    let preflight = with(preflight, ORIGIN.as_str(), "https://example.com");
    let preflight = with(preflight, "access-control-request-method", "GET");
    assert_eq!(status(&app, "/", preflight).await, 200);
}

#[tokio::test(start_paused = true)]
async fn a_timeout_outside_ends_a_wait_for_a_verdict() {
    let (never, _) = crate::support::checks::Says::grant_later();
    let app = Router::new().route("/", get(async || "served")).layer((
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5)),
        GateLayer::new(never),
    ));
    assert_eq!(status(&app, "/", Request::default()).await, 504);
}

#[tokio::test]
async fn the_order_in_plain_tower_is_the_same() {
    let (auth, tenant, mapper) = layers();
    let built = ServiceBuilder::new().layer(auth).layer(tenant).layer(mapper);
    let request = || reader().map(|_| ());
    assert_eq!(send(&built.service(Probe::new()), request()).await.status(), 200);
    assert_eq!(send(&layers().layer(Probe::new()), request()).await.status(), 200);
    let (auth, tenant, mapper) = layers();
    let wrong_way_round = (mapper, tenant, auth).layer(Probe::new());
    assert_eq!(send(&wrong_way_round, request()).await.status(), 500);
}

#[tokio::test]
async fn a_layer_serves_any_number_of_services() {
    let layer = basic();
    let (one, two) = (Probe::new(), Probe::new());
    send(&layer.layer(one.clone()), user("alice")).await;
    send(&layer.layer(two.clone()), nobody()).await;
    assert_eq!((one.calls(), two.calls()), (1, 0));
}

#[test]
fn every_layer_is_a_plain_value() {
    fn plain<T: Clone + Debug + Send + Sync + 'static>() {}
    plain::<AuthLayer>();
    plain::<BasicAuthLayer>();
    plain::<JwtAuthLayer>();
    plain::<MtlsIdentityLayer>();
    plain::<PeerCertificatesLayer>();
    plain::<TenantLayer>();
    plain::<tower_auth::ImpersonationLayer>();
    plain::<tower_auth::FailureThrottle>();
    plain::<PermissionClaimLayer>();
    plain::<RequireLayer>();
    plain::<GateLayer<BasicAuthLayer>>();
    plain::<GateLayer<RequireLayer, ProblemJson>>();
    plain::<DefaultRejection>();
    plain::<tower_auth::Gate<Probe, AuthLayer>>();
    plain::<tower_auth::Scheme>();
    plain::<tower_auth::AuthError>();
    plain::<Identity>();
    plain::<tower_auth::Permissions>();
    plain::<tower_auth::Permitted>();
    plain::<Tenant>();
}

#[test]
fn the_response_future_can_be_spawned() {
    fn spawned<T: Send + 'static>(_: &T) {}
    let layer = MtlsIdentityLayer::new(CertificateRules::subject_from(NameKind::Uri));
    spawned(&layer.layer(Probe::new()).oneshot(nobody()));
    spawned(&basic().layer(Probe::new()).oneshot(nobody()));
}
