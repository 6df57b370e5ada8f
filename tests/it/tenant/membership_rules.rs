//! Promise 12 where a rule, and not a claim, says who belongs to a tenant.

use http::{HeaderName, Request};
use serde_json::json;
use tower::Layer;
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, Identity, Tenant, TenantLayer, TenantMembership,
};

use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::{
        callers::{keys, nobody, user, with},
        challenges::schemes,
        probe::{Probe, send},
    },
};

/// A category of the application is a tenant: who has any permission in it belongs to it.
struct AnyPermission;

impl TenantMembership for AnyPermission {
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool {
        let categories = identity.claims().get("categories");
        let rights = categories.and_then(|categories| categories.get(tenant.as_str()));
        rights.and_then(|rights| rights.as_array()).is_some_and(|rights| !rights.is_empty())
    }
}

fn by_rule(rule: impl TenantMembership) -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant")).with_membership_rule(rule)
}

/// Everybody may read in `fraud`, has an empty list for `empty`, and a tenant claim that must not
/// matter.
fn analysts() -> BasicAuthLayer {
    BasicAuthLayer::new(async |user: Basic| {
        let categories = json!({ "fraud": ["read"], "empty": [] });
        let identity = Identity::new(user.username()).with_claim("categories", categories);
        Ok::<_, AuthError>(identity.with_claim("tenant", "globex"))
    })
}

fn for_tenant(request: Request<()>, tenant: &str) -> Request<()> {
    with(request, "x-tenant", tenant)
}

fn of(tenant: &str) -> (u16, Option<String>) {
    (200, Some(tenant.to_owned()))
}

const DENIED: (u16, Option<String>) = (403, None);

#[tokio::test]
async fn nk_t26_t27_a_rule_decides_in_both_orders() {
    for (tenant, expected) in [
        ("fraud", of("fraud")),
        ("marketing", DENIED),
        ("empty", DENIED),
        ("Fraud", DENIED),
        ("globex", DENIED),
        ("", DENIED),
    ] {
        let request = || for_tenant(user("alice"), tenant);
        let outside = outcome((by_rule(AnyPermission), analysts()), request()).await;
        let inside = outcome((analysts(), by_rule(AnyPermission)), request()).await;
        assert_eq!((outside, inside), (expected.clone(), expected), "{tenant:?}");
    }
}

/// The counterpart of the test above: without the rule the claim decides, the other way round.
#[tokio::test]
async fn without_the_rule_the_claim_decides() {
    let by_claim = || TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    for (tenant, expected) in [("fraud", DENIED), ("globex", of("globex"))] {
        let request = || for_tenant(user("alice"), tenant);
        assert_eq!(outcome((by_claim(), analysts()), request()).await, expected);
        assert_eq!(outcome((analysts(), by_claim()), request()).await, expected);
    }
}

#[tokio::test]
async fn the_last_of_rule_and_claim_counts() {
    let nobody_belongs = |_: &Identity, _: &Tenant| false;
    let request = || for_tenant(user("alice"), "globex");
    let claim_last = by_rule(nobody_belongs).with_membership("tenant");
    assert_eq!(outcome((analysts(), claim_last), request()).await, of("globex"));
    let rule_last = by_rule(nobody_belongs).with_membership("tenant");
    let rule_last = rule_last.with_membership_rule(nobody_belongs);
    assert_eq!(outcome((analysts(), rule_last), request()).await, DENIED);
}

/// A rule cannot say "belongs to none", so its no counts for an outer identity too.
#[tokio::test]
async fn a_rule_is_asked_for_every_stacked_identity_wherever_the_layer_stands() {
    let named = |names: &'static [&'static str]| {
        by_rule(move |identity: &Identity, _: &Tenant| names.contains(&identity.subject()))
    };
    let request = || for_tenant(with(user("alice"), "x-api-key", "gateway"), "acme");
    for (members, expected) in [
        (&["alice", "gateway"] as &[_], of("acme")),
        (&["alice"], DENIED),
        (&["gateway"], DENIED),
        (&[], DENIED),
    ] {
        let outcomes = [
            outcome((named(members), keys(), analysts()), request()).await,
            outcome((keys(), named(members), analysts()), request()).await,
            outcome((keys(), analysts(), named(members)), request()).await,
        ];
        assert!(outcomes.iter().all(|it| *it == expected), "{members:?}: {outcomes:?}");
    }
}

#[tokio::test]
async fn rules_and_claims_of_two_tenant_layers_are_both_asked() {
    let by_claim = || TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    // The rule says fraud, the claim says globex.
    for tenant in ["fraud", "globex"] {
        let request = || for_tenant(user("alice"), tenant);
        let outcomes = [
            outcome((analysts(), by_claim(), by_rule(AnyPermission)), request()).await,
            outcome((analysts(), by_rule(AnyPermission), by_claim()), request()).await,
            outcome((by_claim(), by_rule(AnyPermission), analysts()), request()).await,
            outcome((by_rule(AnyPermission), analysts(), by_claim()), request()).await,
        ];
        assert!(outcomes.iter().all(|it| *it == DENIED), "{tenant}: {outcomes:?}");
    }
}

#[tokio::test]
async fn an_anonymous_caller_whom_the_rule_refuses_is_asked_to_log_in() {
    let open = || analysts().allow_anonymous();
    let request = || for_tenant(nobody(), "fraud");
    for response in [
        send(&(by_rule(AnyPermission), open()).layer(Probe::new()), request()).await,
        send(&(open(), by_rule(AnyPermission)).layer(Probe::new()), request()).await,
    ] {
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(response.headers()), ["Basic"]);
    }
}

#[tokio::test]
async fn a_rule_that_panics_lets_nobody_in() {
    let broken = || by_rule(|_: &Identity, _: &Tenant| -> bool { unreachable!("a broken rule") });
    let request = || for_tenant(user("alice"), "fraud");
    assert_eq!(outcome((broken(), analysts()), request()).await, (500, None));
    assert_eq!(outcome((analysts(), broken()), request()).await, (500, None));
}
