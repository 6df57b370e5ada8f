//! What says that an identity belongs to a tenant, one by one.

use serde_json::{Value, json};
use tower_auth::{AuthError, AuthLayer, Basic, BasicAuthLayer, Identity, Membership, Tenant};

use super::{DENIED, asking, by_header, of, tenant};
use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::callers::{keys, nobody, user, with},
};

/// Everybody is this identity.
fn always(identity: Identity) -> BasicAuthLayer {
    BasicAuthLayer::new(move |_: Basic| {
        let identity = identity.clone();
        async move { Ok::<_, AuthError>(identity) }
    })
}

async fn answer(membership: Membership, identity: Identity) -> (u16, Option<String>) {
    let layer = || by_header().with_membership(membership.clone());
    let request = || asking(user("alice"), "acme");
    let outside = outcome((layer(), always(identity.clone())), request()).await;
    let inside = outcome((always(identity), layer()), request()).await;
    assert_eq!(outside, inside, "the order makes a difference");
    inside
}

#[tokio::test]
async fn the_shape_of_a_claim_counts_where_it_is_asked_for() {
    let [yes, no] = [of("acme"), DENIED];
    for (claim, either, equals, contains) in [
        (json!("acme"), &yes, &yes, &no),
        (json!(["acme"]), &yes, &no, &yes),
        (json!(["globex", "acme"]), &yes, &no, &yes),
        (json!("globex"), &no, &no, &no),
        (json!(["globex"]), &no, &no, &no),
        (json!([["acme"]]), &no, &no, &no),
        (json!({ "acme": true }), &no, &no, &no),
        (json!("acme globex"), &no, &no, &no),
        (json!("Acme"), &no, &no, &no),
        (json!([]), &no, &no, &no),
        (Value::Null, &no, &no, &no),
    ] {
        let identity = Identity::new("alice").with_claim("tid", claim.clone());
        for (membership, expected) in [
            (Membership::claim("tid"), either),
            (Membership::from("tid"), either),
            (Membership::claim_equals("tid"), equals),
            (Membership::claim_contains("tid"), contains),
        ] {
            let found = answer(membership.clone(), identity.clone()).await;
            assert_eq!(found, *expected, "{claim} by {membership:?}");
        }
    }
}

#[tokio::test]
async fn an_issuer_belongs_to_the_tenants_it_is_paired_with() {
    let membership = || {
        Membership::issuers([
            ("https://login.acme.example", tenant("acme")),
            ("https://login.globex.example", tenant("globex")),
            ("https://shared.example", tenant("acme")),
            ("https://shared.example", tenant("globex")),
        ])
    };
    for (issuer, expected) in [
        ("https://login.acme.example", of("acme")),
        ("https://shared.example", of("acme")),
        ("https://login.globex.example", DENIED),
        ("https://login.acme.example/", DENIED),
        ("https://LOGIN.acme.example", DENIED),
        ("", DENIED),
    ] {
        // A claim that says otherwise is not looked at.
        let identity = Identity::new("alice").with_issuer(issuer).with_claim("tenant", "acme");
        assert_eq!(answer(membership(), identity).await, expected, "{issuer}");
    }
    let nobody = Identity::new("alice").with_claim("tenant", "acme");
    assert_eq!(answer(membership(), nobody).await, DENIED);
}

/// The gateway outside has no issuer, so it belongs nowhere and contradicts nothing.
#[tokio::test]
async fn an_outer_identity_without_an_issuer_says_nothing() {
    let membership = Membership::issuers([("https://login.acme.example", tenant("acme"))]);
    let layer = || by_header().with_membership(membership.clone());
    let alice = Identity::new("alice").with_issuer("https://login.acme.example");
    let request = || asking(with(user("alice"), "x-api-key", "gateway"), "acme");
    let layers = (keys(), always(alice.clone()), layer());
    assert_eq!(outcome(layers, request()).await, of("acme"));
    let eve = alice.with_issuer("https://login.globex.example");
    assert_eq!(outcome((keys(), always(eve), layer()), request()).await, DENIED);
}

#[tokio::test]
async fn operators_are_not_anonymous_and_do_not_vouch_for_others() {
    let everybody = |_: &Identity, _: &Tenant| true;
    let layer = || by_header().with_operators("everybody", everybody);
    let open = || AuthLayer::first_of([]).allow_anonymous();
    let request = || asking(nobody(), "acme");
    assert_eq!(outcome((layer(), open()), request()).await, (401, None));
    assert_eq!(outcome((open(), layer()), request()).await, (401, None));

    // A rule for alice is none for the robot that is outside of her.
    let for_alice = || {
        by_header().with_operators("alice", |identity: &Identity, _: &Tenant| {
            identity.subject() == "alice"
        })
    };
    let alice = || always(Identity::new("alice").with_claim("tenant", "initech"));
    let by = |key| asking(with(user("alice"), "x-api-key", key), "acme");
    for (key, expected) in [("robot@acme", of("acme")), ("robot@globex", DENIED)] {
        assert_eq!(outcome((keys(), alice(), for_alice()), by(key)).await, expected, "{key}");
        assert_eq!(outcome((for_alice(), keys(), alice()), by(key)).await, expected, "{key}");
    }
}

#[tokio::test]
async fn several_rules_for_operators_are_alternatives_and_reach_as_far_as_they_say() {
    let rule = |subject: &'static str, reach: &'static str| {
        move |identity: &Identity, tenant: &Tenant| {
            identity.subject() == subject && tenant.as_str() == reach
        }
    };
    let layer = by_header()
        .with_operators("support", rule("sue", "acme"))
        .with_operators("billing", rule("bill", "globex"));
    for (name, asked, expected) in [
        ("sue", "acme", of("acme")),
        ("sue", "globex", DENIED),
        ("bill", "globex", of("globex")),
        ("bill", "acme", DENIED),
        ("eve", "acme", DENIED),
    ] {
        let callers = always(Identity::new(name));
        let found = outcome((layer.clone(), callers), asking(user(name), asked)).await;
        assert_eq!(found, expected, "{name} for {asked}");
    }
}

#[tokio::test]
async fn a_rule_for_operators_that_panics_lets_nobody_in() {
    let broken = |_: &Identity, _: &Tenant| -> bool { unreachable!("a broken rule") };
    let layer = || by_header().with_operators("broken", broken);
    let stranger = || always(Identity::new("eve"));
    let request = || asking(user("eve"), "acme");
    assert_eq!(outcome((layer(), stranger()), request()).await, (500, None));
    assert_eq!(outcome((stranger(), layer()), request()).await, (500, None));
}

/// Only these are tenants, whatever claims say.
#[tokio::test]
async fn known_tenants_are_the_only_ones() {
    let layer = || by_header().with_known_tenants([tenant("acme")]);
    for (name, asked, expected) in [
        ("alice@acme", "acme", of("acme")),
        ("alice@globex", "globex", DENIED),
        ("alice@globex", "acme", DENIED),
    ] {
        let request = || asking(user(name), asked);
        let basic = crate::support::callers::basic;
        assert_eq!(outcome((layer(), basic()), request()).await, expected, "{name} {asked}");
        assert_eq!(outcome((basic(), layer()), request()).await, expected, "{name} {asked}");
    }
}
