//! What is open passes authentication, and nothing else does.

use http::{Request, Response};
use tower::Layer;
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Basic, BasicAuthLayer, ClaimPermissions, Identity,
    PathRules, PermissionClaimLayer, Permissions, Permitted, Policy, RpcRules, Tenant, TenantLayer,
    require,
};

use super::{both_kinds, post};
use crate::support::{
    callers::{SECRET, basic_line, with},
    challenges::schemes,
    events::Events,
    probe::{Probe, send},
};

const OPEN: &str = "/o.v1.Open/Call";
const LIST: &str = "/o.v1.Orders/List";
const UNHEARD: &str = "/o.v1.Orders/Unheard";

/// The scope of a caller is in the name, behind a dash and with a dot for the colon.
fn auth() -> BasicAuthLayer {
    BasicAuthLayer::new(async |user: Basic| {
        if *user.password() != tower_auth::Secret::new(SECRET) {
            return Err(AuthError::invalid("the password is wrong"));
        }
        let (_, scope) = user.username().split_once('-').unwrap_or_default();
        let scope = scope.replace('.', ":");
        Ok(Identity::new(user.username()).with_claim("scope", scope).with_claim("tenant", "acme"))
    })
}

fn by(path: &str, name: &str) -> Request<()> {
    with(post(path), "authorization", &basic_line(name, SECRET))
}

fn bad(path: &str) -> Request<()> {
    with(post(path), "authorization", &basic_line("reader", "wrong"))
}

#[tokio::test]
async fn a_guard_asks_for_credentials_unless_a_rule_opens() {
    for policy in both_kinds() {
        let service = policy.guard(auth()).layer(Probe::new());
        for (request, expected) in [
            (post(OPEN), 200),
            (by(OPEN, "reader-orders.read"), 200),
            (bad(OPEN), 200),
            (post(LIST), 401),
            (bad(LIST), 401),
            (by(LIST, "reader-orders.read"), 200),
            (by(LIST, "writer-orders.write"), 403),
            (post(UNHEARD), 401),
            (by(UNHEARD, "reader-orders.read"), 403),
            (post("/o.v1.Orders//List"), 400),
        ] {
            let told = format!("{request:?}");
            let response = send(&service, request).await;
            assert_eq!(response.status(), expected, "{told}");
            if expected == 401 {
                assert_eq!(schemes(response.headers()), ["Basic"]);
            }
        }
    }
}

/// Row TI-T27, the quirk: Temporal refuses a bad token also where it asks for none.
#[tokio::test]
async fn inside_of_anonymous_authentication_bad_credentials_are_refused_everywhere() {
    for policy in both_kinds() {
        let service = (auth().allow_anonymous(), policy).layer(Probe::new());
        for (request, expected) in [
            (post(OPEN), 200),
            (bad(OPEN), 401),
            (by(OPEN, "nobody-"), 200),
            (post(LIST), 401),
            (by(LIST, "reader-orders.read"), 200),
            (by(LIST, "writer-orders.write"), 403),
            (post(UNHEARD), 401),
            (by(UNHEARD, "reader-orders.read"), 403),
        ] {
            let response = send(&service, request).await;
            assert_eq!(response.status(), expected);
            if expected == 401 {
                assert_eq!(schemes(response.headers()), ["Basic"]);
            }
        }
    }
}

/// In every wrong place it refuses more, and never less.
#[tokio::test]
async fn in_the_wrong_place_it_fails_closed() {
    for policy in both_kinds() {
        let alone = policy.clone().layer(Probe::new());
        for (path, expected) in [(OPEN, 200), (LIST, 500), (UNHEARD, 500)] {
            let response = send(&alone, by(path, "reader-orders.read")).await;
            assert_eq!(response.status(), expected, "{path}");
        }
        let outside = (policy.clone(), auth()).layer(Probe::new());
        assert_eq!(send(&outside, by(LIST, "reader-orders.read")).await.status(), 500);
        assert_eq!(send(&outside, post(OPEN)).await.status(), 401, "the other layer demands");
        let inside = (auth(), policy.clone()).layer(Probe::new());
        assert_eq!(send(&inside, post(OPEN)).await.status(), 401);
        assert_eq!(send(&inside, by(LIST, "reader-orders.read")).await.status(), 200);
    }
}

/// An authentication layer that is no part of the guard is told nothing of what is open.
#[tokio::test]
async fn layers_further_in_still_demand() {
    let [policy, _] = both_kinds();
    let service = (policy.guard(auth()), auth()).layer(Probe::new());
    assert_eq!(send(&service, post(OPEN)).await.status(), 401);
    let service = (policy.guard(auth()), require("x")).layer(Probe::new());
    assert_eq!(send(&service, post(OPEN)).await.status(), 500);
}

/// One policy is not opened by another one around it.
#[tokio::test]
async fn each_policy_goes_by_its_own_rules() {
    let opening = RpcRules::builder().open(OPEN).open(LIST).build().unwrap();
    let opening = Policy::new(opening, super::scopes());
    let [strict, _] = both_kinds();
    let service = (opening.guard(auth()), strict.guard(auth())).layer(Probe::new());
    assert_eq!(send(&service, post(OPEN)).await.status(), 200);
    assert_eq!(send(&service, post(LIST)).await.status(), 401, "the inner one demands");
    let service = (strict.guard(auth()), opening.guard(auth())).layer(Probe::new());
    assert_eq!(send(&service, post(LIST)).await.status(), 401, "the outer one demands");
    // Also where one stands between the gates of the other.
    let knowing = RpcRules::builder().method(LIST, tower_auth::Access::Authenticated).open(OPEN);
    let knowing = Policy::new(knowing.build().unwrap(), super::scopes());
    let service = knowing.guard((auth(), strict.clone())).layer(Probe::new());
    assert_eq!(send(&service, by(LIST, "writer-orders.write")).await.status(), 403);
    assert_eq!(send(&service, by(LIST, "reader-orders.read")).await.status(), 200);
}

/// Whoever changes the path behind the first gate does not take the decision along.
#[tokio::test]
async fn a_path_that_changes_between_the_gates_is_looked_at_again() {
    #[derive(Clone)]
    struct Rewrites(&'static str);

    impl tower_auth::Check for Rewrites {
        type Grant = ();

        fn check(&self, _: &http::request::Parts) -> tower_auth::Verdict<()> {
            tower_auth::Verdict::Granted(())
        }

        fn admit(&self, (): (), parts: &mut http::request::Parts) {
            parts.uri = self.0.parse().unwrap();
        }
    }

    for policy in both_kinds() {
        let service = policy.guard((Rewrites(OPEN), auth())).layer(Probe::new());
        assert_eq!(send(&service, post(LIST)).await.status(), 401, "it was found as {LIST}");
        let service = policy.guard((auth(), Rewrites(UNHEARD))).layer(Probe::new());
        assert_eq!(send(&service, by(LIST, "reader-orders.read")).await.status(), 403);
        // The same policy again, behind something that takes a prefix off.
        let rewritten = (policy.guard(auth()), tower::layer::layer_fn(rewriting), policy.clone());
        let service = rewritten.layer(Probe::new());
        assert_eq!(send(&service, by(LIST, "reader-orders.read")).await.status(), 403);
    }

    type Rewriting<S> = tower::util::MapRequest<S, fn(Request<()>) -> Request<()>>;

    fn rewriting<S>(inner: S) -> Rewriting<S> {
        tower::util::MapRequest::new(inner, |mut request: Request<()>| {
            *request.uri_mut() = UNHEARD.parse().unwrap();
            request
        })
    }
}

#[tokio::test]
async fn handlers_find_permissions_and_the_proof() {
    for policy in both_kinds() {
        let probe = Probe::new();
        let service = policy.guard(auth()).layer(probe.clone());
        assert_eq!(send(&service, by(LIST, "reader-orders.read")).await.status(), 200);
        let head = probe.head();
        assert!(Permissions::from_extensions(&head.extensions).unwrap().contains("orders:read"));
        let permitted = Permitted::from_extensions(&head.extensions).unwrap();
        assert_eq!(permitted.requirement().to_string(), "orders:read");
        assert!(!head.headers.contains_key("authorization"));

        assert_eq!(send(&service, bad(OPEN)).await.status(), 200);
        let head = probe.head();
        assert!(Identity::from_extensions(&head.extensions).is_none());
        assert!(Permissions::from_extensions(&head.extensions).is_none());
        assert!(Permitted::from_extensions(&head.extensions).is_none());
        assert!(head.headers["authorization"].is_sensitive(), "nobody has taken it out");
    }
}

/// A proof of another layer is not one of this policy.
#[tokio::test]
async fn a_proof_from_outside_ends_at_a_policy() {
    let rules = PathRules::builder().path("/x", tower_auth::Access::Authenticated).build().unwrap();
    let policy = Policy::new(rules, super::scopes());
    let permissions = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    let probe = Probe::new();
    let service = (auth(), permissions, require("orders:read"), policy).layer(probe.clone());
    assert_eq!(send(&service, by("/x", "reader-orders.read")).await.status(), 200);
    assert!(Permitted::from_extensions(&probe.head().extensions).is_none());
}

#[tokio::test]
async fn the_mapper_is_given_the_tenant_that_was_agreed() {
    let rules = RpcRules::builder().method(LIST, "orders:read").open(OPEN).build().unwrap();
    let policy = Policy::new(rules, |_: &Identity, tenant: Option<&Tenant>| {
        let is_acme = tenant.is_some_and(|tenant| tenant.as_str() == "acme");
        Ok::<Permissions, AuthError>(is_acme.then_some("orders:read").into_iter().collect())
    });
    let tenant = || TenantLayer::from_header(http::HeaderName::from_static("x-tenant"));
    for service in [
        policy
            .guard((tenant().allow_absent(), auth(), tower_auth::GateLayer::new(auth())))
            .layer(Probe::new()),
        policy
            .guard((tenant().allow_absent(), auth(), tower_auth::GateLayer::new(auth())))
            .layer(Probe::new()),
    ] {
        assert_eq!(send(&service, post(OPEN)).await.status(), 200);
    }
    let service = policy.guard((auth(), tenant().allow_absent())).layer(Probe::new());
    assert_eq!(send(&service, with(by(LIST, "a"), "x-tenant", "acme")).await.status(), 200);
    assert_eq!(send(&service, by(LIST, "a")).await.status(), 403, "no tenant");
    let other = send(&service, with(by(LIST, "a"), "x-tenant", "globex")).await;
    let kind = other.extensions().get::<AuthError>().unwrap().kind();
    assert_eq!(kind, AuthErrorKind::TenantDenied);
    assert_eq!(send(&service, with(post(OPEN), "x-tenant", "globex")).await.status(), 200);
}

#[tokio::test]
async fn what_a_mapper_refuses_is_refused() {
    let rules = RpcRules::builder().method(LIST, "orders:read").open(OPEN).build().unwrap();
    let policy = Policy::new(rules, |_: &Identity, _: Option<&Tenant>| {
        Err::<Permissions, _>(AuthError::unavailable("the table of roles is away"))
    });
    let service = policy.guard(auth()).layer(Probe::new());
    assert_eq!(send(&service, by(LIST, "a")).await.status(), 503);
    assert_eq!(send(&service, by(OPEN, "a")).await.status(), 200);
}

#[tokio::test]
async fn refusals_are_answered_by_a_rejection_of_ones_own() {
    let teapot = |_: &AuthError, _: &http::request::Parts| {
        let mut response = Response::new(String::new());
        *response.status_mut() = http::StatusCode::IM_A_TEAPOT;
        response
    };
    let [policy, _] = both_kinds();
    let service =
        policy.guard(auth().with_rejection(teapot)).with_rejection(teapot).layer(Probe::new());
    for request in [post(LIST), by(LIST, "a"), post("/x")] {
        assert_eq!(send(&service, request).await.status(), 418);
    }
    let service = (auth(), policy.with_rejection(teapot)).layer(Probe::new());
    assert_eq!(send(&service, by(LIST, "a")).await.status(), 418);
}

#[tokio::test]
async fn each_gate_has_its_event() {
    let [policy, _] = both_kinds();
    let service = policy.guard(auth()).layer(Probe::new());
    let events = Events::record();
    let told = || {
        let events = events.take().into_iter();
        events
            .map(|event| format!("{} {}", event.field("check"), event.field("decision")))
            .collect::<Vec<_>>()
    };
    send(&service, by(LIST, "reader-orders.read")).await;
    assert_eq!(told(), ["policy_rules granted", "authentication granted", "policy granted"]);
    send(&service, bad(OPEN)).await;
    assert_eq!(told(), ["policy_rules granted", "authentication passed", "policy granted"]);
    send(&service, by(LIST, "a")).await;
    assert_eq!(told(), ["policy_rules granted", "authentication granted", "policy denied"]);
}

#[test]
fn guards_take_up_to_four_layers() {
    let [policy, _] = both_kinds();
    let tenant = TenantLayer::from_claim("tenant");
    let one = AuthLayer::first_of([]);
    let _ = policy.guard((one.clone(), tenant.clone())).layer(Probe::new());
    let _ = policy.guard((one.clone(), one.clone(), tenant.clone())).layer(Probe::new());
    let _ =
        policy.guard((one.clone(), (one.clone(), one), tenant.clone(), tenant)).layer(Probe::new());
}
