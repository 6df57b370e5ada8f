//! The layers go wherever Tower layers go, and a tuple means the same order everywhere.

use std::{fmt::Debug, time::Duration};

use axum::{Router, body::Body, routing::get};
use http::{Request, StatusCode, header::AUTHORIZATION};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_auth::{
    AuthLayer, BasicAuthLayer, CertificateRules, ClaimPermissions, DefaultRejection, GateLayer,
    Identity, JwtAuthLayer, MtlsIdentityLayer, PermissionClaimLayer,
    PermissionClaimLayer as Claims, ProblemJson, RequireLayer, Tenant, TenantLayer, require,
};
use tower_http::{
    cors::CorsLayer, sensitive_headers::SetSensitiveRequestHeadersLayer, timeout::TimeoutLayer,
    trace::TraceLayer,
};

use crate::support::{
    probe::{Probe, request},
    schemes::{SECRET, basic, basic_layer, bearer_layer, either, passwords, tokens},
};

/// All of it: tenant, identity, permissions, requirement. Any other order would refuse everybody.
type Stack = (BasicAuthLayer, TenantLayer, PermissionClaimLayer, RequireLayer);

fn stack() -> Stack {
    let mapped = Claims::new(ClaimPermissions::at("scope"));
    (basic_layer(), TenantLayer::from_claim("tenant"), mapped, require("read"))
}

async fn handler(identity: Identity, tenant: Tenant) -> String {
    format!("{} of {tenant}", identity.subject())
}

fn as_alice(uri: &str) -> Request<Body> {
    let request = Request::builder().uri(uri).header(AUTHORIZATION, basic("alice", SECRET));
    request.body(Body::empty()).unwrap()
}

fn anonymous(uri: &str) -> Request<Body> {
    Request::builder().uri(uri).body(Body::empty()).unwrap()
}

async fn statuses<S, B>(service: S) -> [u16; 3]
where
    S: Service<Request<Body>, Response = http::Response<B>> + Clone,
    S::Error: Debug,
{
    let mut statuses = [0; 3];
    let requests = [as_alice("/orders"), anonymous("/orders"), anonymous("/nowhere")];
    for (status, request) in statuses.iter_mut().zip(requests) {
        *status = service.clone().oneshot(request).await.unwrap().status().as_u16();
    }
    statuses
}

#[tokio::test]
async fn a_tuple_is_in_the_order_of_requests_everywhere() {
    let orders = || Router::new().route("/orders", get(handler));
    assert_eq!(statuses(orders().layer(stack())).await, [200, 401, 401]);
    assert_eq!(statuses(orders().route_layer(stack())).await, [200, 401, 404]);

    let by_method = Router::new().route("/orders", get(handler).route_layer(stack()));
    assert_eq!(statuses(by_method).await, [200, 401, 404]);
    let by_method = Router::new().route("/orders", get(handler).layer(stack()));
    assert_eq!(statuses(by_method).await, [200, 401, 404]);

    let built = ServiceBuilder::new().layer(stack()).service(orders());
    assert_eq!(statuses(built).await, [200, 401, 401]);
    let (authentication, tenant, mapped, requirement) = stack();
    let one_by_one = ServiceBuilder::new()
        .layer(authentication)
        .layer(tenant)
        .layer(mapped)
        .layer(requirement)
        .service(orders());
    assert_eq!(statuses(one_by_one).await, [200, 401, 401]);
    assert_eq!(statuses(stack().layer(orders())).await, [200, 401, 401]);
}

#[tokio::test]
async fn nested_and_merged_routers_are_guarded_by_their_own_layers() {
    let guarded = Router::new().route("/orders", get(handler)).route_layer(stack());
    let open = Router::new().route("/health", get(async || "well"));
    let app = open.merge(guarded.clone()).nest("/v1", guarded);
    for (uri, expected) in [("/orders", 401), ("/v1/orders", 401), ("/health", 200), ("/v2", 404)] {
        let response = app.clone().oneshot(anonymous(uri)).await.unwrap();
        assert_eq!(response.status(), expected, "{uri}");
    }
    let response = app.oneshot(as_alice("/v1/orders")).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn other_peoples_layers_go_around_and_between() {
    let around = (
        SetSensitiveRequestHeadersLayer::new([AUTHORIZATION]),
        TraceLayer::new_for_http(),
        CorsLayer::permissive(),
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5)),
    );
    let app = Router::new()
        .route("/orders", get(handler))
        .layer(require("read"))
        .layer(TraceLayer::new_for_http())
        .layer(Claims::new(ClaimPermissions::at("scope")))
        .layer(TenantLayer::from_claim("tenant"))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5)))
        .layer(basic_layer())
        .layer(around);
    assert_eq!(statuses(app).await, [200, 401, 401]);
}

/// An authenticator that never answers ends with the timeout outside of it.
#[tokio::test(start_paused = true)]
async fn a_timeout_ends_a_judgement_that_takes_too_long() {
    let never = AuthLayer::new(tower_auth::Scheme::basic(async |_| std::future::pending().await));
    let limit = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(5));
    let app = Router::new().route("/orders", get(handler)).layer((limit, never));
    assert_eq!(app.oneshot(as_alice("/orders")).await.unwrap().status(), 504);
}

#[tokio::test]
async fn any_body_goes_through() {
    // The probe takes any body, and the body of this request must not be read.
    let password = basic("alice", SECRET);
    let service = stack().layer(Probe::new());
    let response = service.oneshot(request(&[("authorization", &password)])).await.unwrap();
    assert_eq!(response.body(), "served");
}

/// A response body that cannot be made of nothing, as a rejection of one's own makes it.
#[derive(Debug, Eq, PartialEq)]
struct Page(&'static str);

#[tokio::test]
async fn a_custom_rejection_lifts_the_bound_on_the_response_body() {
    let inner = tower::service_fn(async |_: Request<()>| {
        Ok::<_, std::convert::Infallible>(http::Response::new(Page("served")))
    });
    let page =
        |_: &tower_auth::AuthError, _: &http::request::Parts| http::Response::new(Page("refused"));
    let service = basic_layer().with_rejection(page).layer(inner);
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(*response.body(), Page("refused"));
}

#[test]
fn all_layers_are_plain_values() {
    fn plain<T: Clone + Debug + Send + Sync + 'static>(_: T) {}
    plain(basic_layer());
    plain(bearer_layer());
    plain(MtlsIdentityLayer::new(CertificateRules::new()));
    plain(TenantLayer::from_claim("tenant"));
    plain(Claims::new(ClaimPermissions::at("scope")));
    plain(require("read"));
    plain(either());
    plain(GateLayer::new(either()).with_rejection(ProblemJson));
    plain(stack());
    plain(stack().layer(Probe::new()));
    plain(DefaultRejection);
}

/// Not generic: a field of a struct can hold them.
#[derive(Clone, Debug)]
struct Layers {
    basic: BasicAuthLayer,
    jwt: JwtAuthLayer,
    mtls: MtlsIdentityLayer,
    tenant: TenantLayer,
    claims: Claims,
}

#[test]
fn the_five_layers_can_be_kept_in_a_struct() {
    let layers = Layers {
        basic: BasicAuthLayer::new(passwords),
        jwt: JwtAuthLayer::new(tokens),
        mtls: MtlsIdentityLayer::new(CertificateRules::new()),
        tenant: TenantLayer::from_claim("tenant"),
        claims: Claims::new(ClaimPermissions::at("scope")),
    };
    let Layers { basic, jwt, mtls, tenant, claims } = layers;
    let _ = (tenant, mtls, jwt, basic, claims).layer(Probe::new());
}

#[test]
fn futures_are_send() {
    fn send<T: Send>(_: T) {}
    let mut service = stack().layer(Probe::new());
    send(service.call(request(&[])));
    send(service);
}
