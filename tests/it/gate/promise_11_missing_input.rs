//! Promise 11: a check that lacks its input is `Misconfigured`: fail closed, loudly.

use http::{HeaderName, Request, Response};
use tower::{Layer, Service};
use tower_auth::{
    AuthError, AuthErrorKind, CertificateRules, ClaimPermissions, MtlsIdentityLayer, NameKind,
    PermissionClaimLayer, TenantLayer, require,
};
use tracing::Level;

use crate::support::{
    callers::{basic, grpc, user, with},
    events::Events,
    probe::{Probe, send},
};

fn permissions() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("roles"))
}

fn header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

/// The request has whatever any layer could wish for; only the wiring is wrong.
fn complete() -> Request<()> {
    with(user("reader@acme"), "x-tenant", "acme")
}

async fn assert_misconfigured<L>(layers: L)
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>> + Clone,
    <L::Service as Service<Request<()>>>::Error: std::fmt::Debug,
{
    let probe = Probe::new();
    let events = Events::record();
    let service = layers.layer(probe.clone());

    let response = send(&service, complete()).await;
    assert_eq!(response.status(), 500);
    let error = response.extensions().get::<AuthError>().expect("the error");
    assert_eq!(error.kind(), AuthErrorKind::Misconfigured);
    assert_eq!(send(&service, grpc(complete())).await.headers()["grpc-status"], "13");
    assert_eq!(probe.calls(), 0);

    let loud = events.take().into_iter().filter(|event| event.level == Level::ERROR);
    assert_eq!(loud.count(), 2, "each refusal is an event of the level error");
}

#[tokio::test]
async fn permissions_without_an_identity() {
    assert_misconfigured(permissions()).await;
    assert_misconfigured((permissions(), basic())).await;
    assert_misconfigured((header(), permissions())).await;
    assert_misconfigured((header(), permissions(), basic())).await;
}

#[tokio::test]
async fn require_without_permissions() {
    assert_misconfigured(require("reader")).await;
    assert_misconfigured((basic(), require("reader"))).await;
    assert_misconfigured((basic(), require("reader"), permissions())).await;
    assert_misconfigured((basic(), header(), require("reader"))).await;
}

#[tokio::test]
async fn a_tenant_of_a_claim_outside_of_authentication() {
    assert_misconfigured(TenantLayer::from_claim("tenant")).await;
    assert_misconfigured((TenantLayer::from_claim("tenant"), basic())).await;
    assert_misconfigured((TenantLayer::from_claim("tenant").allow_absent(), basic())).await;
}

#[tokio::test]
async fn a_tenant_layer_inside_of_the_permission_layer() {
    assert_misconfigured((basic(), permissions(), header())).await;
    assert_misconfigured((basic(), permissions(), TenantLayer::from_claim("tenant"))).await;
    assert_misconfigured((basic(), permissions(), header().allow_absent())).await;
    assert_misconfigured((basic(), header(), permissions(), header())).await;
}

#[tokio::test]
async fn certificates_of_a_server_that_says_nothing_of_its_connections() {
    let layer = MtlsIdentityLayer::new(CertificateRules::subject_from(NameKind::Uri));
    assert_misconfigured(layer.clone()).await;
    assert_misconfigured(layer.allow_anonymous()).await;
}

#[tokio::test]
async fn the_right_wiring_serves_the_same_request() {
    let probe = Probe::new();
    let inside = (basic(), header(), permissions(), require("reader"));
    let outside = (header(), basic(), permissions(), require("reader"));
    assert_eq!(send(&inside.layer(probe.clone()), complete()).await.status(), 200);
    assert_eq!(send(&outside.layer(probe.clone()), complete()).await.status(), 200);
    assert_eq!(probe.calls(), 2);
}
