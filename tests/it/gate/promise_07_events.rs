//! Promise 7: exactly one structured event per decision, with fields that stay as documented.

use http::HeaderName;
use tower::Layer;
use tower_auth::{
    AuthErrorKind, ClaimPermissions, GateLayer, PermissionClaimLayer, TenantLayer, require,
};
use tracing::Level;

use crate::support::{
    callers::{SECRET, basic, keys, nobody, refusing, user, with},
    checks::Says,
    events::Events,
    probe::{Probe, send},
};

fn tenant() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

#[tokio::test]
async fn a_granted_request_is_one_event() {
    let events = Events::record();
    send(&basic().layer(Probe::new()), user("alice")).await;

    let event = events.one();
    assert_eq!(event.level, Level::DEBUG);
    assert_eq!(event.names(), ["check", "decision", "method", "subject"]);
    assert_eq!(event.field("decision"), "granted");
    assert_eq!(event.field("check"), "authentication");
    assert_eq!(event.field("method"), "Basic");
    assert_eq!(event.field("subject"), "alice");
}

#[tokio::test]
async fn a_passed_request_is_one_event() {
    let events = Events::record();
    send(&GateLayer::new(Says::pass()).layer(Probe::new()), nobody()).await;

    let event = events.one();
    assert_eq!(event.level, Level::DEBUG);
    assert_eq!(event.names(), ["check", "decision"]);
    assert_eq!(event.field("decision"), "passed");
    assert_eq!(event.field("check"), "says");
}

#[tokio::test]
async fn an_anonymous_request_is_one_event_that_says_so() {
    let events = Events::record();
    send(&basic().allow_anonymous().layer(Probe::new()), nobody()).await;

    let event = events.one();
    assert_eq!(event.field("decision"), "granted");
    assert_eq!(event.field("method"), "Anonymous");
}

#[tokio::test]
async fn a_refused_request_is_one_event_with_its_reason() {
    let events = Events::record();
    let wrong = with(nobody(), "authorization", "Basic YWxpY2U6d3Jvbmc=");
    send(&basic().layer(Probe::new()), wrong).await;

    let event = events.one();
    assert_eq!(event.level, Level::INFO);
    assert_eq!(event.names(), ["check", "decision", "error", "kind", "scheme"]);
    assert_eq!(event.field("decision"), "denied");
    assert_eq!(event.field("kind"), "invalid_credentials");
    assert_eq!(event.field("scheme"), "Basic");
    assert_eq!(event.field("error"), "the credentials were not accepted: the password is wrong");
}

#[tokio::test]
async fn a_refusal_without_credentials_names_no_scheme() {
    let events = Events::record();
    send(&basic().layer(Probe::new()), nobody()).await;
    let event = events.one();
    assert_eq!(event.names(), ["check", "decision", "error", "kind"]);
    assert_eq!(event.field("kind"), "missing_credentials");
}

#[tokio::test]
async fn the_level_says_whose_fault_a_refusal_is() {
    let events = Events::record();
    for kind in AuthErrorKind::ALL {
        send(&refusing(kind).layer(Probe::new()), user("alice")).await;
        let event = events.one();
        let expected = match kind {
            AuthErrorKind::Misconfigured => Level::ERROR,
            AuthErrorKind::Overloaded | AuthErrorKind::Unavailable => Level::WARN,
            _ => Level::INFO,
        };
        assert_eq!(event.level, expected, "{kind}");
        assert_eq!(event.field("kind"), kind.as_str());
    }
}

#[tokio::test]
async fn stacked_layers_write_one_event_each() {
    let events = Events::record();
    let permissions = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let service = (keys(), basic(), tenant(), permissions, require("reader")).layer(Probe::new());
    let request = with(user("reader@acme"), "x-api-key", "key@acme");
    assert_eq!(send(&service, with(request, "x-tenant", "acme")).await.status(), 200);

    let written = events.take();
    let checks: Vec<_> = written.iter().map(|event| event.field("check")).collect();
    assert_eq!(
        checks,
        ["authentication", "authentication", "tenant", "permission_claims", "require"]
    );
    assert!(written.iter().all(|event| event.field("decision") == "granted"));
    let subjects: Vec<_> = written.iter().map(|event| event.field("subject")).collect();
    assert_eq!(subjects, ["key@acme", "reader@acme", "reader@acme", "reader@acme", "reader@acme"]);
    let tenants: Vec<_> = written.iter().map(|event| event.field("tenant")).collect();
    assert_eq!(tenants, ["", "", "acme", "acme", "acme"]);
}

#[tokio::test]
async fn a_refusal_further_in_is_the_last_event() {
    let events = Events::record();
    let service = (basic(), tenant()).layer(Probe::new());
    send(&service, with(user("alice@acme"), "x-tenant", "globex")).await;

    let written = events.take();
    assert_eq!(written.len(), 2);
    assert_eq!(written[0].field("decision"), "granted");
    assert_eq!(written[1].field("decision"), "denied");
    assert_eq!(written[1].field("check"), "tenant");
    assert_eq!(written[1].field("kind"), "tenant_denied");
    assert_eq!(written[1].field("method"), "Basic");
    assert_eq!(written[1].field("subject"), "", "who was refused is personal data");
}

#[tokio::test]
async fn a_decision_that_was_waited_for_is_one_event() {
    let events = Events::record();
    let (granted, now) = Says::grant_later();
    now.notify_one();
    send(&GateLayer::new(granted).layer(Probe::new()), nobody()).await;
    assert_eq!(events.one().field("decision"), "granted");

    let (denied, now) = Says::deny_later(AuthErrorKind::ExpiredCredentials);
    now.notify_one();
    send(&GateLayer::new(denied).layer(Probe::new()), nobody()).await;
    assert_eq!(events.one().field("kind"), "expired_credentials");
}

#[tokio::test]
async fn a_panic_is_one_event_of_a_refusal() {
    let events = Events::record();
    for check in [Says::panic_in_check(), Says::panic_in_poll(), Says::panic_in_admit()] {
        send(&GateLayer::new(check).layer(Probe::new()), nobody()).await;
        let event = events.one();
        assert_eq!(event.level, Level::ERROR);
        assert_eq!(event.field("kind"), "misconfigured");
    }
}

#[tokio::test]
async fn no_event_of_any_decision_holds_the_secret() {
    let events = Events::record();
    let service = (tenant().allow_absent(), basic().keep_credentials()).layer(Probe::new());
    let user_with = |password: &str| {
        let line = crate::support::callers::basic_line("alice@acme", password);
        crate::support::callers::authorized(line)
    };
    let twice = with(user(SECRET), "authorization", SECRET);
    let raw = crate::support::callers::authorized(format!("Basic {SECRET}"));
    for request in [
        user_with(SECRET),
        user_with(&format!("{SECRET}!")),
        with(user_with(SECRET), "x-tenant", "globex"),
        twice,
        raw,
    ] {
        send(&service, request).await;
    }
    let written = format!("{:?}", events.take());
    let encoded = crate::support::callers::encode(format!("alice@acme:{SECRET}"));
    for secret in [SECRET, encoded.as_str()] {
        assert!(!written.contains(secret), "{written}");
    }
}
