//! A throttle and what is remembered, in both orders.

use std::sync::Arc;

use tower::Layer;
use tower_auth::{
    Authenticator, Basic, BasicAuthLayer, CacheLimits, Clock, FailureThrottle, Failures,
};

use super::{Accounts, HERE, MANY, THERE, clock, from, right, throttle, wrong};
use crate::support::probe::{Probe, send};

fn limit(clock: &Clock) -> FailureThrottle {
    throttle(clock).with_user_and_address_limit(Failures::per_hour(3)).with_address_limit(MANY)
}

async fn status(layer: &BasicAuthLayer, request: http::Request<()>) -> u16 {
    send(&layer.layer(Probe::new()), request).await.status().as_u16()
}

/// Logs in from two addresses, guesses from one of them, and looks who is let in.
async fn right_and_wrong_are_told_apart_by_nothing(
    guarded: impl Authenticator<Basic>,
    accounts: &Accounts,
    order: &str,
) {
    let layer = BasicAuthLayer::new(guarded);
    for address in [HERE, THERE] {
        assert_eq!(status(&layer, from(address, right("alice"))).await, 200, "{order}");
    }
    for _ in 0..3 {
        assert_eq!(status(&layer, from(HERE, wrong("alice"))).await, 401, "{order}");
    }
    let asked = accounts.asked();
    for _ in 0..10 {
        assert_eq!(status(&layer, from(HERE, wrong("alice"))).await, 429, "{order}: wrong");
        assert_eq!(status(&layer, from(HERE, right("alice"))).await, 429, "{order}: remembered");
        assert_eq!(status(&layer, from(THERE, right("alice"))).await, 200, "{order}: elsewhere");
    }
    assert_eq!(accounts.asked(), asked, "{order}: from memory, or not at all");

    // Not remembered: bob has never logged in.
    for _ in 0..3 {
        assert_eq!(status(&layer, from(HERE, wrong("bob"))).await, 401, "{order}");
    }
    assert_eq!(status(&layer, from(HERE, right("bob"))).await, 429, "{order}: not remembered");
    assert_eq!(status(&layer, from(HERE, right("carol"))).await, 200, "{order}: has not failed");
}

#[tokio::test]
async fn a_throttled_address_is_refused_whatever_is_remembered() {
    for accounts in [Accounts::default(), Accounts::at_once()] {
        let clock = clock();
        let remember = || CacheLimits::new();
        let inside = limit(&clock).around(accounts.clone()).expect("limits").cached(remember());
        right_and_wrong_are_told_apart_by_nothing(inside, &accounts, "cached(throttled)").await;

        let inside = limit(&clock).around(accounts.clone()).expect("limits");
        let shared = Arc::new(Arc::new(inside).cached(remember())).cached(remember());
        right_and_wrong_are_told_apart_by_nothing(shared, &accounts, "shared, twice").await;

        let cached = accounts.clone().cached(remember());
        let outside = limit(&clock).around(cached).expect("limits");
        right_and_wrong_are_told_apart_by_nothing(outside, &accounts, "throttled(cached)").await;

        let inner = limit(&clock).around(accounts.clone()).expect("limits");
        let loose = throttle(&clock).with_address_limit(MANY).around(inner).expect("a limit");
        let twice = loose.cached(remember());
        right_and_wrong_are_told_apart_by_nothing(twice, &accounts, "cached(two throttles)").await;
    }
}

/// Asked directly, without the gate's question for an answer at once.
#[tokio::test]
async fn authenticate_refuses_by_itself() {
    let limit = throttle(&clock()).with_address_limit(Failures::per_hour(1));
    let guarded = limit.around(Accounts::default()).expect("a limit").cached(CacheLimits::new());
    let attempt = |password| super::attempt([192, 0, 2, 7], "alice", password);
    assert!(guarded.authenticate(attempt(super::SECRET)).await.is_ok());
    assert!(guarded.refuse_unseen(&attempt(super::SECRET)).is_ok());
    assert!(guarded.authenticate(attempt("guess")).await.is_err());
    for _ in 0..5 {
        let error = guarded.refuse_unseen(&attempt(super::SECRET)).unwrap_err();
        assert_eq!(error.kind(), tower_auth::AuthErrorKind::Throttled);
        let error = guarded.authenticate(attempt(super::SECRET)).await.unwrap_err();
        assert_eq!(error.retry_after(), Some(3_600), "looking does not prolong the wait");
    }
}
