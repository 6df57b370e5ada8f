//! Promise 13: stacked authentication layers mean AND; the inner identity acts, the outer one stays
//! reachable from it.

use http::{Extensions, Request};
use tower::Layer;
use tower_auth::{
    AuthErrorKind, ClaimPermissions, Identity, PermissionClaimLayer, Permissions, Permitted,
    require,
};

use crate::support::{
    callers::{authorized, basic, bearer, keys, nobody, tokens, user, with},
    challenges::schemes,
    probe::{Probe, send},
};

fn permissions() -> PermissionClaimLayer {
    PermissionClaimLayer::new(ClaimPermissions::at("roles"))
}

fn and_key(request: Request<()>, key: &str) -> Request<()> {
    with(request, "x-api-key", key)
}

/// The subjects from the one that acts outwards.
fn subjects(extensions: &Extensions) -> Vec<&str> {
    let acting = Identity::from_extensions(extensions);
    std::iter::successors(acting, |identity| identity.outer()).map(Identity::subject).collect()
}

#[tokio::test]
async fn both_must_let_the_request_in() {
    let probe = Probe::new();
    let service = (keys(), basic()).layer(probe.clone());
    for (request, status, offered) in [
        (and_key(user("alice"), "robot"), 200, vec![]),
        (user("alice"), 401, vec!["ApiKey"]),
        (and_key(nobody(), "robot"), 401, vec!["Basic"]),
        (and_key(authorized("Basic !"), "robot"), 401, vec!["Basic"]),
        (nobody(), 401, vec!["ApiKey"]),
    ] {
        let response = send(&service, request).await;
        assert_eq!(response.status(), status);
        assert_eq!(schemes(response.headers()), offered);
    }
    assert_eq!(probe.calls(), 1);
}

#[tokio::test]
async fn the_inner_identity_acts_and_the_outer_one_is_reachable() {
    let probe = Probe::new();
    let service = (keys(), basic()).layer(probe.clone());
    send(&service, and_key(user("alice"), "robot")).await;

    let head = probe.head();
    assert_eq!(subjects(&head.extensions), ["alice", "robot"]);
    let acting = Identity::from_extensions(&head.extensions).unwrap();
    assert_eq!((acting.method(), acting.outer().unwrap().method()), ("Basic", "ApiKey"));
}

#[tokio::test]
async fn three_layers_keep_all_three() {
    let probe = Probe::new();
    let third = tower_auth::AuthLayer::first_of([]).allow_anonymous();
    let service = (third, keys(), tokens()).layer(probe.clone());
    send(&service, and_key(bearer("alice"), "robot")).await;
    assert_eq!(subjects(&probe.head().extensions), ["alice", "robot", "anonymous"]);
}

#[tokio::test]
async fn an_inner_anonymous_caller_acts_with_no_more_than_its_own() {
    let probe = Probe::new();
    let service =
        (keys(), basic().allow_anonymous(), permissions(), require("admin")).layer(probe.clone());
    let response = send(&service, and_key(nobody(), "admin")).await;
    assert_eq!(response.status(), 401);
    assert_eq!(schemes(response.headers()), ["Basic"]);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn permissions_of_the_outer_identity_do_not_survive_a_new_inner_one() {
    let probe = Probe::new();
    let service = (keys(), permissions(), basic()).layer(probe.clone());
    send(&service, and_key(user("reader"), "admin")).await;
    assert!(Permissions::from_extensions(&probe.head().extensions).is_none());

    let guarded = (keys(), permissions(), basic(), require("admin")).layer(probe.clone());
    let response = send(&guarded, and_key(user("reader"), "admin")).await;
    let error = response.extensions().get::<tower_auth::AuthError>().expect("a refusal");
    assert_eq!(error.kind(), AuthErrorKind::Misconfigured);

    let mapped_anew =
        (keys(), permissions(), basic(), permissions(), require("admin")).layer(probe.clone());
    let response = send(&mapped_anew, and_key(user("reader"), "admin")).await;
    assert_eq!(response.status(), 403);
    assert_eq!(probe.calls(), 1);
}

#[tokio::test]
async fn the_proof_for_the_outer_identity_does_not_survive_a_new_inner_one() {
    let probe = Probe::new();
    let service = (keys(), permissions(), require("admin"), basic()).layer(probe.clone());
    send(&service, and_key(user("reader"), "admin")).await;
    assert!(Permitted::from_extensions(&probe.head().extensions).is_none());
    assert_eq!(subjects(&probe.head().extensions), ["reader", "admin"]);
}

#[tokio::test]
async fn nested_requirements_must_all_be_met() {
    for (name, status) in [("reader", 403), ("writer", 403)] {
        let service =
            (basic(), permissions(), require("reader"), require("writer")).layer(Probe::new());
        assert_eq!(send(&service, user(name)).await.status(), status);
    }
}

#[tokio::test]
async fn an_identity_cannot_bring_an_outer_one_along() {
    let probe = Probe::new();
    // The authenticator answers with an identity that another request established.
    let service = keys().layer(probe.clone());
    send(&service, and_key(nobody(), "admin")).await;
    let earlier = Identity::from_extensions(&probe.head().extensions).unwrap().clone();

    let layer = tower_auth::BasicAuthLayer::new(move |_: tower_auth::Basic| {
        let earlier = earlier.clone();
        async move { Ok(earlier) }
    });
    send(&layer.layer(probe.clone()), user("alice")).await;
    let head = probe.head();
    let acting = Identity::from_extensions(&head.extensions).unwrap();
    assert_eq!(acting.method(), "Basic", "it was established by this layer");
}
