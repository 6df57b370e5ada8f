//! Promise 1: the service that was polled ready is the service that is called.

use http::{Request, Response};
use tower::{
    Layer, Service, ServiceExt, buffer::Buffer, limit::ConcurrencyLimit, load_shed::LoadShed,
};
use tower_auth::{AuthErrorKind, GateLayer};

use crate::support::{
    callers::{SECRET, authorized, basic, basic_line, nobody, user},
    checks::{Granted, Says},
    probe::{Probe, call, is_ready, send},
};

#[tokio::test]
async fn an_immediate_verdict_calls_the_readied_service() {
    for check in [Says::grant(), Says::pass()] {
        let probe = Probe::new();
        let gate = GateLayer::new(check).layer(probe.clone());
        assert_eq!(send(&gate, nobody()).await.body(), "served");
        assert_eq!(probe.calls(), 1);
    }
}

#[tokio::test]
async fn a_verdict_that_was_waited_for_calls_the_readied_service() {
    let probe = Probe::new();
    let (check, now) = Says::grant_later();
    let gate = GateLayer::new(check).layer(probe.clone());

    now.notify_one();
    assert_eq!(send(&gate, nobody()).await.body(), "served");
    assert!(probe.head().extensions.get::<Granted>().is_some());
}

#[tokio::test]
async fn a_check_is_asked_once_per_request() {
    let check = Says::grant();
    let gate = GateLayer::new(check.clone()).layer(Probe::new());
    send(&gate, nobody()).await;
    send(&gate, nobody()).await;
    assert_eq!(check.asked(), 2);
}

#[tokio::test]
async fn one_gate_serves_calls_that_wait_at_the_same_time() {
    let probe = Probe::new();
    let (check, now) = Says::grant_later();
    let mut gate = GateLayer::new(check).layer(probe.clone());

    let first = call(&mut gate, nobody()).await;
    let second = call(&mut gate, nobody()).await;
    let third = call(&mut gate, nobody()).await;
    let notify_all = async {
        loop {
            now.notify_one();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        served = async { tokio::join!(third, first, second) } => {
            let (third, first, second) = served;
            assert!(first.is_ok() && second.is_ok() && third.is_ok());
        }
        () = notify_all => {}
    }
    assert_eq!(probe.calls(), 3);
}

#[tokio::test]
async fn clones_of_a_ready_gate_are_readied_on_their_own() {
    let probe = Probe::new();
    let mut gate = basic().layer(probe.clone());
    assert!(is_ready(&mut gate));
    let clone = gate.clone();

    assert_eq!(send(&clone, user("bob")).await.body(), "served");
    let served = gate.call(user("alice")).await.unwrap();
    assert_eq!(served.body(), "served");
    assert_eq!(probe.calls(), 2);
}

#[tokio::test]
async fn a_permit_taken_by_readiness_travels_with_the_waiting_request() {
    let (check, now) = Says::grant_later();
    let limited = ConcurrencyLimit::new(Probe::new(), 1);
    let mut gate = GateLayer::new(check).layer(limited);

    let waiting = call(&mut gate, nobody()).await;
    assert!(!is_ready(&mut gate), "the one permit waits with the request");

    now.notify_one();
    assert_eq!(waiting.await.unwrap().body(), "served");
    assert!(is_ready(&mut gate), "the permit came back");
}

#[tokio::test]
async fn a_refusal_that_was_waited_for_gives_its_permit_back() {
    let (check, now) = Says::deny_later(AuthErrorKind::InvalidCredentials);
    let mut gate = GateLayer::new(check).layer(ConcurrencyLimit::new(Probe::new(), 1));

    let waiting = call(&mut gate, nobody()).await;
    now.notify_one();
    assert_eq!(waiting.await.unwrap().status(), 401);
    assert!(is_ready(&mut gate));
}

#[tokio::test]
async fn a_cancelled_request_gives_its_permit_back() {
    let (check, _never) = Says::grant_later();
    let mut gate = GateLayer::new(check).layer(ConcurrencyLimit::new(Probe::new(), 1));

    let waiting = call(&mut gate, nobody()).await;
    assert!(!is_ready(&mut gate));
    drop(waiting);
    assert!(is_ready(&mut gate));
}

#[tokio::test]
async fn a_gate_that_refused_at_once_is_still_ready() {
    let mut gate = basic().layer(ConcurrencyLimit::new(Probe::new(), 1));
    for _ in 0..3 {
        let refused = call(&mut gate, nobody()).await.await;
        assert_eq!(refused.unwrap().status(), 401);
    }
    let served = call(&mut gate, user("alice")).await.await;
    assert_eq!(served.unwrap().body(), "served");
}

#[tokio::test]
async fn a_gate_fits_inside_of_a_buffer_and_around_one() {
    let probe = Probe::new();
    let buffered: Buffer<Request<()>, _> = Buffer::new(probe.clone(), 2);
    let gate = basic().layer(buffered);
    let service: Buffer<Request<()>, _> = Buffer::new(gate, 2);

    let alice = basic_line("alice", SECRET);
    let calls = (0..16).map(|_| tokio::spawn(service.clone().oneshot(authorized(&alice))));
    for call in calls.collect::<Vec<_>>() {
        assert_eq!(call.await.unwrap().unwrap().body(), "served");
    }
    assert_eq!(probe.calls(), 16);
}

#[tokio::test]
async fn an_unready_inner_service_makes_the_gate_unready() {
    let limited = ConcurrencyLimit::new(Probe::new(), 1);
    let mut holds_the_permit = limited.clone();
    assert!(is_ready(&mut holds_the_permit));

    let shedding = LoadShed::new(basic().layer(limited));
    let shed = shedding.oneshot(user("alice")).await;
    assert!(shed.is_err(), "the load is shed before the gate is called");
}

#[tokio::test]
async fn stacked_gates_each_call_what_they_readied() {
    let probe = Probe::new();
    let ((outer, first), (inner, second)) = (Says::grant_later(), Says::grant_later());
    let service = (GateLayer::new(outer), GateLayer::new(inner)).layer(probe.clone());

    first.notify_one();
    second.notify_one();
    let response: Response<String> = send(&service, nobody()).await;
    assert_eq!(response.body(), "served");
    assert_eq!(probe.calls(), 1);
}
