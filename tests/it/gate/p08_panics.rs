//! Promise 8: a panicking check is `Misconfigured`, never "allowed", and the service lives on.

use std::panic;

use http::request::Parts;
use tower::{Layer, Service};
use tower_auth::{
    Answer, AuthError, AuthLayer, Authenticator, Basic, Check, ClaimMapper, GateLayer, Identity,
    PermissionClaimLayer, Permissions, Scheme, Tenant, TenantLayer, Verdict,
};

use crate::support::{
    probe::{Probe, Untouched, ready, request, send},
    schemes::{SECRET, basic},
};

/// Panics where the user-id says so, and admits everybody else.
struct Fragile;

impl Authenticator<Basic> for Fragile {
    fn authenticate(
        &self,
        credentials: Basic,
    ) -> impl Future<Output = Result<Identity, AuthError>> + Send {
        assert!(credentials.username() != "before the future", "panic before the future");
        async move {
            assert!(credentials.username() != "in the future", "panic in the future");
            tokio::task::yield_now().await;
            assert!(credentials.username() != "after waiting", "panic after waiting");
            Ok(Identity::new(credentials.username()))
        }
    }

    fn answer(&self, credentials: Basic) -> Answer<Basic> {
        assert!(credentials.username() != "at once", "panic at once");
        Answer::Later(credentials)
    }
}

#[derive(Clone, Copy)]
enum Panics {
    InCheck,
    InAdmit,
}

impl Check for Panics {
    type Grant = ();

    fn check(&self, _: &Parts) -> Verdict<()> {
        assert!(!matches!(self, Self::InCheck), "panic in check");
        Verdict::Granted(())
    }

    fn admit(&self, (): (), _: &mut Parts) {
        panic!("panic in admit");
    }
}

/// The panics of these tests are wanted; their reports are not.
fn quietly() {
    panic::set_hook(Box::new(|info| {
        let text = info.payload().downcast_ref::<&str>().copied().unwrap_or_default();
        if !text.starts_with("panic ") {
            eprintln!("{info}");
        }
    }));
}

#[tokio::test]
async fn promise_08_an_authenticator_that_panics_lets_nobody_in_and_harms_nobody_else() {
    quietly();
    let probe = Probe::new();
    let mut service = AuthLayer::new(Scheme::basic(Fragile)).layer(probe.clone());
    for name in ["at once", "before the future", "in the future", "after waiting"] {
        let credentials = basic(name, SECRET);
        let request = request(&[("authorization", &credentials)]);
        let response = ready(&mut service).await.call(request).await.unwrap();
        assert_eq!((response.status().as_u16(), probe.calls()), (500, 0), "{name}");
        // What the panic said may quote the client; it is nowhere in the answer.
        assert!(!format!("{response:?}").contains("panic after"));
    }
    let credentials = basic("alice", SECRET);
    let good: http::Request<Untouched> = request(&[("authorization", &credentials)]);
    let response = ready(&mut service).await.call(good).await.unwrap();
    assert_eq!((response.status().as_u16(), probe.calls()), (200, 1));
}

#[tokio::test]
async fn promise_08_grpc_callers_get_internal() {
    quietly();
    let credentials = basic("in the future", SECRET);
    let headers = [("authorization", credentials.as_str()), ("content-type", "application/grpc")];
    let (response, _) = send(&AuthLayer::new(Scheme::basic(Fragile)), request(&headers)).await;
    assert_eq!(
        (response.status().as_u16(), &response.headers()["grpc-status"]),
        (200, &"13".parse().unwrap())
    );
}

#[tokio::test]
async fn promise_08_holds_for_checks_mappers_and_resolvers_of_ones_own() {
    quietly();
    for panics in [Panics::InCheck, Panics::InAdmit] {
        let (response, probe) = send(&GateLayer::new(panics), request(&[])).await;
        assert_eq!((response.status().as_u16(), probe.calls()), (500, 0));
    }

    struct Broken;
    impl ClaimMapper for Broken {
        fn permissions(&self, _: &Identity, _: Option<&Tenant>) -> Result<Permissions, AuthError> {
            panic!("panic in a mapper");
        }
    }
    let layers = (AuthLayer::first_of([]).allow_anonymous(), PermissionClaimLayer::new(Broken));
    let (response, probe) = send(&layers, request(&[])).await;
    assert_eq!((response.status().as_u16(), probe.calls()), (500, 0));

    let resolver = TenantLayer::resolved_by(|_: &Parts| panic!("panic in a resolver"));
    let (response, probe) = send(&resolver, request(&[])).await;
    assert_eq!((response.status().as_u16(), probe.calls()), (500, 0));
}
