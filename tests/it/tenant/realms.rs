//! A realm for each tenant.

use tower::Layer;
use tower_auth::{AuthLayer, ClaimPermissions, PermissionClaimLayer, Scheme, require};

use super::{asking, by_header};
use crate::support::{
    callers::{basic, bearer, judge, judge_token, nobody, user},
    challenges::challenges,
    probe::{Probe, send},
};

fn auth() -> AuthLayer {
    AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)])
        .with_realm("all")
        .with_realm_by_tenant(|tenant| format!("of {tenant}"))
}

fn realms(response: &http::Response<String>) -> Vec<String> {
    let read = challenges(response.headers());
    read.iter().map(|challenge| challenge.parameter("realm").unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_challenges_name_the_realm_of_the_tenant_that_is_asked_for() {
    let service = (by_header(), auth()).layer(Probe::new());
    for name in ["acme", "globex", "nowhere"] {
        let response = send(&service, asking(nobody(), name)).await;
        assert_eq!(response.status(), 401);
        assert_eq!(realms(&response), [format!("of {name}"), format!("of {name}")]);
    }
    // Where no tenant is known to the layer, the realm is the one for all.
    let alone = send(&auth().layer(Probe::new()), asking(nobody(), "acme")).await;
    assert_eq!(realms(&alone), ["all", "all"]);
    let inside = (auth(), by_header()).layer(Probe::new());
    assert_eq!(realms(&send(&inside, asking(nobody(), "acme")).await), ["all", "all"]);
}

#[tokio::test]
async fn refusals_further_in_name_the_same_realm() {
    let permissions = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let layers = (by_header(), auth(), permissions, require("orders:write"));
    let service = layers.layer(Probe::new());
    let response = send(&service, asking(bearer("alice~acme"), "acme")).await;
    assert_eq!(response.status(), 403);
    assert_eq!(realms(&response), ["of acme"]);
}

#[tokio::test]
async fn a_scheme_with_a_realm_of_its_own_keeps_it_and_named_layers_have_it_too() {
    let own = Scheme::basic(judge).with_realm("own");
    let layers = (by_header(), AuthLayer::new(own).with_realm_by_tenant(ToString::to_string));
    let response = send(&layers.layer(Probe::new()), asking(nobody(), "acme")).await;
    assert_eq!(realms(&response), ["own"]);
    let named = basic().with_realm_by_tenant(ToString::to_string);
    let response = send(&(by_header(), named).layer(Probe::new()), asking(nobody(), "acme")).await;
    assert_eq!(realms(&response), ["acme"]);
}

#[tokio::test]
async fn a_realm_that_cannot_be_made_lets_nobody_in() {
    let broken = auth().with_realm_by_tenant(|_| unreachable!("a closure with a mistake in it"));
    let service = (by_header(), broken).layer(Probe::new());
    let response = send(&service, asking(user("alice@acme"), "acme")).await;
    assert_eq!(response.status(), 500);
    let response = send(&service, asking(nobody(), "acme")).await;
    assert_eq!(response.status(), 401);
}
