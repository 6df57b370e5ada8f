//! Rules and mapper are exchanged under requests, each of which goes by one version.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tower::Layer;
use tower_auth::{
    AuthError, AuthLayer, Basic, BasicAuthLayer, Identity, Permissions, Policy, RpcRules, Tenant,
};

use super::{holding, post, scopes};
use crate::support::{
    callers::{basic_line, with},
    events::Events,
    probe::{Probe, call, send},
};

const CALL: &str = "/o.Orders/Call";

fn requiring(permission: &str) -> RpcRules {
    RpcRules::builder().method(CALL, permission).build().unwrap()
}

fn grants(permission: &'static str) -> impl tower_auth::ClaimMapper {
    move |_: &Identity, _: Option<&Tenant>| {
        Ok::<Permissions, AuthError>([permission].into_iter().collect())
    }
}

#[tokio::test]
async fn what_is_exchanged_counts_at_once_and_for_all_clones() {
    let policy = Policy::new(requiring("a"), scopes());
    let anonymous = AuthLayer::first_of([]);
    let auth = anonymous.allow_anonymous_as(Identity::anonymous().with_claim("scope", "a"));
    let service = (auth, policy.clone()).layer(Probe::new());
    assert_eq!(send(&service, post(CALL)).await.status(), 200);

    let events = Events::record();
    assert_eq!(policy.replace_rules(requiring("b")), 2);
    let event = events.one();
    assert_eq!((event.field("version"), event.field("rules")), ("2", "1"));
    assert_eq!(send(&service, post(CALL)).await.status(), 401);
    assert_eq!(policy.replace_mapper(grants("b")), 3);
    assert_eq!(send(&service, post(CALL)).await.status(), 200);
    assert_eq!(policy.replace(requiring("c"), grants("c")), 4);
    assert_eq!(send(&service, post(CALL)).await.status(), 200);
    assert_eq!(policy.status().version, 4);
    assert_eq!(policy.rules(), requiring("c").into());
}

/// A request that waits for its password to be judged is judged by the rules that let it in.
#[tokio::test]
async fn a_request_in_flight_keeps_its_version() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let waits = Arc::clone(&gate);
    let auth = BasicAuthLayer::new(move |user: Basic| {
        let waits = Arc::clone(&waits);
        async move {
            waits.notified().await;
            Ok(Identity::new(user.username()))
        }
    });
    let policy = Policy::new(requiring("a"), grants("a"));
    let mut service = policy.guard(auth).layer(Probe::new());
    let request = || with(post(CALL), "authorization", &basic_line("alice", "pw"));
    let before = call(&mut service, request()).await;
    policy.replace(requiring("b"), grants("a"));
    let after = call(&mut service, request()).await;
    gate.notify_one();
    assert_eq!(before.await.unwrap().status(), 200);
    gate.notify_one();
    assert_eq!(after.await.unwrap().status(), 403);
}

/// Rules and mapper of two versions never meet: each alone would deny.
#[test]
fn no_reader_sees_half_an_exchange() {
    let policy = Policy::new(requiring("a"), grants("a"));
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    let mut seen = 0_u64;
                    while !stop.load(Ordering::Relaxed) || seen == 0 {
                        let explained = policy.explain(&holding(""), None, &post(CALL));
                        assert!(explained.is_allowed(), "{explained}");
                        seen += 1;
                    }
                })
            })
            .collect();
        for _ in 0..500 {
            policy.replace(requiring("b"), grants("b"));
            policy.replace(requiring("a"), grants("a"));
        }
        stop.store(true, Ordering::Relaxed);
        readers.into_iter().for_each(|reader| reader.join().unwrap());
    });
    assert_eq!(policy.status().version, 1001);
}
