//! Promise 7: exactly one structured event per decision, and no secret in it.

use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Basic, ClaimPermissions, PermissionClaimLayer, Scheme,
    TenantLayer, require,
};
use tracing::Level;

use crate::support::{
    events::{Recorded, Recorder},
    probe::{request, send},
    schemes::{SECRET, basic, either},
};

fn layers() -> (AuthLayer, TenantLayer, PermissionClaimLayer, tower_auth::RequireLayer) {
    let mapped = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    (either(), TenantLayer::from_claim("tenant"), mapped, require("write"))
}

fn summary(events: &[Recorded]) -> Vec<(Level, &str, &str)> {
    events
        .iter()
        .map(|event| (event.level, event.field("check").unwrap(), event.field("decision").unwrap()))
        .collect()
}

#[tokio::test]
async fn promise_07_each_gate_tells_its_decision_once() {
    let recorder = Recorder::start();
    let editor = basic("editor-erin", SECRET);
    send(&layers(), request(&[("authorization", &editor)])).await;
    assert_eq!(
        summary(&recorder.take()),
        [
            (Level::DEBUG, "authentication", "granted"),
            (Level::DEBUG, "tenant", "granted"),
            (Level::DEBUG, "permission_claims", "granted"),
            (Level::DEBUG, "require", "granted"),
        ]
    );

    let viewer = basic("victor", SECRET);
    send(&layers(), request(&[("authorization", &viewer)])).await;
    let events = recorder.take();
    assert_eq!(summary(&events)[3], (Level::INFO, "require", "denied"));
    assert_eq!(events.len(), 4);
}

#[tokio::test]
async fn promise_07_the_fields_are_those_of_the_guide() {
    let recorder = Recorder::start();
    let editor = basic("editor-erin", SECRET);
    send(&layers(), request(&[("authorization", &editor)])).await;
    let granted = recorder.take().pop().unwrap();
    assert_eq!(granted.field("method"), Some("Basic"));
    assert_eq!(granted.field("subject"), Some("editor-erin"));
    assert_eq!(granted.field("tenant"), Some("acme"));

    let wrong = basic("alice", "wrong");
    send(&layers(), request(&[("authorization", &wrong)])).await;
    let [denied] = &recorder.take()[..] else { panic!("one event") };
    assert_eq!(denied.field("kind"), Some("invalid_credentials"));
    assert_eq!(denied.field("scheme"), Some("Basic"));
    assert_eq!(denied.field("error"), Some("the credentials were not accepted: wrong password"));
}

#[tokio::test]
async fn promise_07_the_level_says_whose_fault_it_is() {
    let recorder = Recorder::start();
    for kind in AuthErrorKind::ALL {
        let layer =
            AuthLayer::new(Scheme::basic(move |_: Basic| async move { Err(AuthError::new(kind)) }));
        let credentials = basic("alice", SECRET);
        send(&layer, request(&[("authorization", &credentials)])).await;
        let [event] = &recorder.take()[..] else { panic!("one event for {kind}") };
        let expected = match kind {
            AuthErrorKind::Misconfigured => Level::ERROR,
            AuthErrorKind::Overloaded | AuthErrorKind::Unavailable => Level::WARN,
            _ => Level::INFO,
        };
        assert_eq!((event.level, event.field("kind")), (expected, Some(kind.as_str())));
    }
}

#[tokio::test]
async fn promise_07_no_event_holds_a_secret_and_no_refusal_a_subject() {
    let recorder = Recorder::start();
    let (password, token) = (basic("alice", SECRET), format!("Bearer {SECRET}"));
    let wrong = basic("alice", "wrong-but-secret");
    let damaged = format!("{password}!");
    for headers in [
        vec![("authorization", password.as_str())],
        vec![("authorization", token.as_str())],
        vec![("authorization", wrong.as_str())],
        vec![("authorization", damaged.as_str())],
        vec![("authorization", password.as_str()), ("authorization", token.as_str())],
    ] {
        send(&layers(), request(&headers)).await;
    }
    let events = recorder.take();
    assert!(events.len() > 5);
    for event in events {
        let text = format!("{:?}", event.fields);
        for secret in [SECRET, "wrong-but-secret", &password[6..], &wrong[6..]] {
            assert!(!text.contains(secret), "{text}");
        }
        if event.field("decision") == Some("denied") {
            assert_eq!((event.field("subject"), event.field("tenant")), (None, None));
        } else {
            assert_eq!(event.level, Level::DEBUG);
        }
    }
}
