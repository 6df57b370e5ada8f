//! Promise 1: the service that was polled ready is the service that is called.

use std::{convert::Infallible, time::Duration};

use http::{Request, Response, request::Parts};
use tower::{
    Layer, Service, ServiceExt, buffer::BufferLayer, limit::ConcurrencyLimitLayer,
    load_shed::LoadShedLayer,
};
use tower_auth::{AuthError, BoxFuture, Check, GateLayer, Verdict};

use crate::support::probe::{Probe, Untouched, ready, request};

/// Says yes: at once, or after a while.
#[derive(Clone, Copy)]
enum Yes {
    AtOnce,
    Later,
    Pass,
}

impl Check for Yes {
    type Grant = ();

    fn check(&self, _: &Parts) -> Verdict<()> {
        match self {
            Self::AtOnce => Verdict::Granted(()),
            Self::Pass => Verdict::Passed,
            Self::Later => {
                let wait: BoxFuture<'static, Result<(), AuthError>> = Box::pin(async {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    Ok(())
                });
                Verdict::Pending(wait)
            }
        }
    }

    fn admit(&self, (): (), _: &mut Parts) {}
}

const ALL: [Yes; 3] = [Yes::AtOnce, Yes::Later, Yes::Pass];

#[tokio::test(start_paused = true)]
async fn promise_01_an_unready_service_is_never_called() {
    for yes in ALL {
        let probe = Probe::new();
        let mut service = GateLayer::new(yes).layer(probe.clone());
        for expected in 1..=3 {
            ready(&mut service).await.call(request(&[])).await.unwrap();
            assert_eq!(probe.calls(), expected);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn promise_01_a_clone_that_is_left_behind_is_readied_anew() {
    let probe = Probe::new();
    let mut service = GateLayer::new(Yes::Later).layer(probe.clone());
    // Two requests wait at the same time; each has the service that was readied for it.
    let first = ready(&mut service).await.call(request(&[]));
    let second = ready(&mut service).await.call(request(&[]));
    let (first, second) = tokio::join!(first, second);
    first.unwrap();
    second.unwrap();
    assert_eq!(probe.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn promise_01_stacked_gates_keep_the_contract() {
    let probe = Probe::new();
    let layers =
        (GateLayer::new(Yes::Later), GateLayer::new(Yes::AtOnce), GateLayer::new(Yes::Later));
    let mut service = layers.layer(probe.clone());
    ready(&mut service).await.call(request(&[])).await.unwrap();
    assert_eq!(probe.calls(), 1);
}

/// tower's own limit panics when it is called without a permit.
#[tokio::test(start_paused = true)]
async fn promise_01_holds_in_front_of_towers_limits() {
    for yes in ALL {
        let probe = Probe::new();
        let layers = (GateLayer::new(yes), ConcurrencyLimitLayer::new(1));
        let mut service = layers.layer(probe.clone());
        for _ in 0..3 {
            ready(&mut service).await.call(request(&[])).await.unwrap();
        }
        assert_eq!(probe.calls(), 3);
    }
}

#[tokio::test(start_paused = true)]
async fn promise_01_a_request_that_waits_holds_the_place_it_was_given() {
    let layers = (LoadShedLayer::new(), GateLayer::new(Yes::Later), ConcurrencyLimitLayer::new(1));
    let service = layers.layer(Probe::new());
    let waiting = service.clone().oneshot(request(&[]));
    let shed = service.oneshot(request(&[]));
    let (waiting, shed) = tokio::join!(waiting, shed);
    assert!(waiting.is_ok());
    assert!(shed.is_err(), "the only place was taken");
}

#[tokio::test(start_paused = true)]
async fn promise_01_holds_behind_a_buffer() {
    for yes in ALL {
        let probe = Probe::new();
        let buffer = BufferLayer::<Request<Untouched>>::new(4);
        let service = (buffer, GateLayer::new(yes)).layer(probe.clone());
        let calls = (0..4).map(|_| service.clone().oneshot(request(&[])));
        let calls: Vec<_> = calls.map(tokio::spawn).collect();
        for call in calls {
            let response: Response<String> = call.await.unwrap().unwrap();
            assert_eq!(response.status(), 200);
        }
        assert_eq!(probe.calls(), 4);
    }
}

/// The probe would notice: a negative control for this file.
#[tokio::test]
#[should_panic(expected = "called without having been polled ready")]
async fn the_probe_panics_when_a_fresh_clone_is_called() {
    let mut probe = Probe::new();
    let ready: &mut Probe = ServiceExt::<Request<()>>::ready(&mut probe).await.unwrap();
    let called: Result<_, Infallible> = ready.clone().call(Request::new(())).await;
    called.unwrap();
}
