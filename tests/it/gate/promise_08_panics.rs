//! Promise 8: a panicking authenticator is `Misconfigured`, never "allowed", and the service lives
//! on.

use std::future::Future;

use http::{HeaderName, request::Parts};
use tower::{Layer, ServiceExt};
use tower_auth::{
    Answer, AuthError, AuthErrorKind, Authenticator, Basic, BasicAuthLayer, GateLayer, Identity,
    PermissionClaimLayer, Permissions, Tenant, TenantLayer,
};

use crate::support::{
    callers::{basic, grpc, judge, nobody, user, with},
    checks::Says,
    probe::{Probe, send},
};

/// Panics where the user's name says so.
struct Fragile;

impl Authenticator<Basic> for Fragile {
    fn authenticate(
        &self,
        credentials: Basic,
    ) -> impl Future<Output = Result<Identity, AuthError>> + Send {
        assert_ne!(credentials.username(), "before the future");
        async move {
            assert_ne!(credentials.username(), "at once");
            tokio::task::yield_now().await;
            assert_ne!(credentials.username(), "after a wait");
            judge(credentials).await
        }
    }

    fn answer(&self, credentials: Basic) -> Answer<Basic> {
        assert_ne!(credentials.username(), "in answer");
        Answer::Later(credentials)
    }
}

#[tokio::test]
async fn a_panicking_authenticator_is_an_error_and_the_service_lives_on() {
    let probe = Probe::new();
    let service = BasicAuthLayer::new(Fragile).layer(probe.clone());
    for name in ["in answer", "before the future", "at once", "after a wait"] {
        let response = send(&service, user(name)).await;
        assert_eq!(response.status(), 500, "{name}");
        let error = response.extensions().get::<AuthError>().expect("the error");
        assert_eq!(error.kind(), AuthErrorKind::Misconfigured);

        let response = send(&service, grpc(user(name))).await;
        assert_eq!(response.headers()["grpc-status"], "13", "{name}");
        assert_eq!(probe.calls(), 0, "{name}");
    }
    assert_eq!(send(&service, user("alice")).await.body(), "served");
}

#[tokio::test]
async fn a_panic_does_not_let_an_anonymous_caller_in() {
    let probe = Probe::new();
    let service = BasicAuthLayer::new(Fragile).allow_anonymous().layer(probe.clone());
    assert_eq!(send(&service, user("at once")).await.status(), 500);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn a_panicking_check_is_an_error_wherever_it_panics() {
    let probe = Probe::new();
    for check in [Says::panic_in_check(), Says::panic_in_poll(), Says::panic_in_admit()] {
        let service = GateLayer::new(check).layer(probe.clone());
        assert_eq!(send(&service, nobody()).await.status(), 500);
        assert_eq!(send(&service, grpc(nobody())).await.headers()["grpc-status"], "13");
    }
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn panicking_resolvers_and_mappers_are_errors() {
    let resolver = TenantLayer::resolved_by(|_: &Parts| panic!("in a resolver"));
    let mapper = PermissionClaimLayer::new(
        |_: &Identity, _: Option<&Tenant>| -> Result<Permissions, AuthError> {
            panic!("in a mapper")
        },
    );
    let probe = Probe::new();
    let services =
        ((basic(), resolver).layer(probe.clone()), (basic(), mapper).layer(probe.clone()));
    assert_eq!(send(&services.0, user("alice")).await.status(), 500);
    assert_eq!(send(&services.1, user("alice")).await.status(), 500);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn a_panic_of_one_request_leaves_those_beside_it_alone() {
    let service = BasicAuthLayer::new(Fragile).layer(Probe::new());
    let names = ["alice", "after a wait", "bob", "at once", "carol"];
    let calls = names.map(|name| tokio::spawn(service.clone().oneshot(user(name))));
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap().unwrap().status().as_u16());
    }
    assert_eq!(statuses, [200, 500, 200, 500, 200]);
}

#[tokio::test]
async fn what_a_panic_says_reaches_neither_the_client_nor_the_error() {
    let layer = BasicAuthLayer::new(async |user: Basic| -> Result<Identity, AuthError> {
        panic!("it was {:?}", user.password().expose())
    });
    let response = send(&layer.layer(Probe::new()), user("alice")).await;
    let error = format!("{:?}", response.extensions().get::<AuthError>());
    assert!(error.contains("panicked") && !error.contains("it was"), "{error}");
    assert_eq!(response.body(), "");
}

#[tokio::test]
async fn a_panic_behind_the_gate_is_not_the_gates_to_answer() {
    let broken = tower::service_fn(
        async |_: http::Request<()>| -> Result<http::Response<String>, std::convert::Infallible> {
            panic!("in the handler")
        },
    );
    let service = basic().layer(broken);
    assert!(tokio::spawn(service.oneshot(user("alice"))).await.unwrap_err().is_panic());
}

#[tokio::test]
async fn a_tenant_that_was_refused_by_a_panic_is_not_kept() {
    let probe = Probe::new();
    let header = TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    let service = (header, BasicAuthLayer::new(Fragile)).layer(probe.clone());
    let request = with(user("at once"), "x-tenant", "acme");
    assert_eq!(send(&service, request).await.status(), 500);
    let request = with(user("alice@acme"), "x-tenant", "acme");
    assert_eq!(send(&service, request).await.status(), 200);
    assert_eq!(probe.calls(), 1);
}
