//! Promise 12: tenant and identity agree before any handler runs, whichever layer is outside.

use http::{HeaderName, Request, Response};
use tower::{Layer, Service};
use tower_auth::{
    AuthErrorKind, AuthLayer, ClaimPermissions, Identity, PermissionClaimLayer, Tenant, TenantLayer,
};

use crate::support::{
    callers::{basic, bearer, keys, nobody, tokens, user, with},
    challenges::schemes,
    probe::{Probe, send},
};

pub(super) fn header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

pub(super) fn for_tenant(request: Request<()>, tenant: &str) -> Request<()> {
    with(request, "x-tenant", tenant)
}

/// The status, and the tenant that the handler saw.
pub(crate) async fn outcome<L>(layers: L, request: Request<()>) -> (u16, Option<String>)
where
    L: Layer<Probe>,
    L::Service: Service<Request<()>, Response = Response<String>> + Clone,
    <L::Service as Service<Request<()>>>::Error: std::fmt::Debug,
{
    let probe = Probe::new();
    let status = send(&layers.layer(probe.clone()), request).await.status();
    let served = probe.calls() == 1;
    assert_eq!(served, status == 200);
    let head = served.then(|| probe.head());
    let tenant = head.as_ref().and_then(|head| Tenant::from_extensions(&head.extensions));
    (status.as_u16(), tenant.map(ToString::to_string))
}

fn acme() -> (u16, Option<String>) {
    (200, Some("acme".to_owned()))
}

const DENIED: (u16, Option<String>) = (403, None);

#[tokio::test]
async fn both_orders_give_the_same_answer() {
    for (name, tenant, expected) in [
        ("alice@acme", "acme", acme()),
        ("alice@acme", "globex", DENIED),
        ("alice@acme,globex", "acme", acme()),
        ("alice@acme,globex", "initech", DENIED),
        ("alice", "acme", DENIED),
        ("alice@acme", "Acme", DENIED),
        ("alice@acme", "acme ", DENIED),
        ("alice@acme", "acme,globex", DENIED),
        ("alice@acme", "../acme", DENIED),
        ("alice@acme", "", DENIED),
    ] {
        let request = || for_tenant(user(name), tenant);
        let outside = outcome((header(), basic()), request()).await;
        let inside = outcome((basic(), header()), request()).await;
        assert_eq!((outside, inside), (expected.clone(), expected), "{name} for {tenant:?}");
    }
}

#[tokio::test]
async fn a_request_that_names_no_tenant_is_refused_in_both_orders() {
    assert_eq!(outcome((header(), basic()), user("alice@acme")).await, DENIED);
    assert_eq!(outcome((basic(), header()), user("alice@acme")).await, DENIED);
}

#[tokio::test]
async fn a_request_may_name_no_tenant_only_by_a_setting_and_then_has_none() {
    let absent = || header().allow_absent();
    assert_eq!(outcome((absent(), basic()), user("alice@acme")).await, (200, None));
    assert_eq!(outcome((basic(), absent()), user("alice@acme")).await, (200, None));
    let other = || for_tenant(user("alice@acme"), "globex");
    assert_eq!(outcome((absent(), basic()), other()).await, DENIED);
    assert_eq!(outcome((basic(), absent()), other()).await, DENIED);
}

#[tokio::test]
async fn two_header_lines_are_refused_in_both_orders() {
    for tenants in [["acme", "globex"], ["acme", "acme"]] {
        let request = || for_tenant(for_tenant(user("alice@acme"), tenants[0]), tenants[1]);
        assert_eq!(outcome((header(), basic()), request()).await, DENIED);
        assert_eq!(outcome((basic(), header()), request()).await, DENIED);
    }
}

#[tokio::test]
async fn no_tenant_is_seen_before_an_identity_was_held_against_it() {
    let service = header().layer(Probe::new());
    let probe = service.get_ref().clone();
    send(&service, for_tenant(nobody(), "acme")).await;
    assert!(Tenant::from_extensions(&probe.head().extensions).is_none());
}

#[tokio::test]
async fn an_anonymous_caller_is_asked_to_log_in_in_both_orders() {
    let open = || basic().allow_anonymous();
    let request = || for_tenant(nobody(), "acme");
    for response in [
        send(&(header(), open()).layer(Probe::new()), request()).await,
        send(&(open(), header()).layer(Probe::new()), request()).await,
    ] {
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(response.headers()), ["Basic"]);
    }
}

#[tokio::test]
async fn an_anonymous_caller_may_belong_to_a_tenant() {
    let guest = Identity::anonymous().with_claim("tenant", "acme");
    let open = || AuthLayer::first_of([]).allow_anonymous_as(guest.clone());
    let request = |tenant| for_tenant(nobody(), tenant);
    assert_eq!(outcome((header(), open()), request("acme")).await, acme());
    assert_eq!(outcome((open(), header()), request("acme")).await, acme());
    assert_eq!(outcome((header(), open()), request("globex")).await.0, 401);
    assert_eq!(outcome((open(), header()), request("globex")).await.0, 401);
}

#[tokio::test]
async fn membership_is_the_claim_that_was_set() {
    let by_role = || header().with_membership("roles");
    let acme_by_role = || for_tenant(user("acme@globex"), "acme");
    assert_eq!(outcome((by_role(), basic()), acme_by_role()).await, acme());
    assert_eq!(outcome((basic(), by_role()), acme_by_role()).await, acme());
    assert_eq!(outcome((header(), basic()), acme_by_role()).await, DENIED);
}

/// Where the layers stand: each of the two identities must belong, wherever the tenant is found.
#[tokio::test]
async fn every_stacked_identity_must_agree_wherever_the_tenant_layer_stands() {
    for (key, name, expected) in [
        ("robot@acme", "alice@acme", acme()),
        ("robot@globex", "alice@acme", DENIED),
        ("robot@acme", "alice@globex", DENIED),
        ("robot@acme", "alice", DENIED),
        ("robot@globex", "alice@globex", DENIED),
    ] {
        let request = || for_tenant(with(user(name), "x-api-key", key), "acme");
        let outcomes = [
            outcome((header(), keys(), basic()), request()).await,
            outcome((keys(), header(), basic()), request()).await,
            outcome((keys(), basic(), header()), request()).await,
        ];
        assert!(outcomes.iter().all(|it| *it == expected), "{key} {name}: {outcomes:?}");
    }
}

#[tokio::test]
async fn an_outer_identity_of_no_tenant_does_not_stand_in_the_way_of_an_inner_tenant_layer() {
    let request = || for_tenant(with(user("alice@acme"), "x-api-key", "gateway"), "acme");
    assert_eq!(outcome((keys(), basic(), header()), request()).await, acme());
}

#[tokio::test]
async fn two_tenant_layers_must_find_the_same_tenant() {
    let fixed = |name| TenantLayer::fixed(Tenant::new(name).unwrap());
    let request = || for_tenant(user("alice@acme,globex"), "acme");
    for (second, expected) in [("acme", acme()), ("globex", DENIED)] {
        let outcomes = [
            outcome((header(), fixed(second), basic()), request()).await,
            outcome((fixed(second), header(), basic()), request()).await,
            outcome((header(), basic(), fixed(second)), request()).await,
            outcome((basic(), fixed(second), header()), request()).await,
        ];
        assert!(outcomes.iter().all(|it| *it == expected), "{second}: {outcomes:?}");
    }
}

#[tokio::test]
async fn the_memberships_of_two_tenant_layers_are_both_asked() {
    let by_tenant = header;
    let by_role = || header().with_membership("roles");
    // The role says acme, the tenant says globex.
    let request = || for_tenant(user("acme@globex"), "acme");
    let outcomes = [
        outcome((basic(), by_tenant(), by_role()), request()).await,
        outcome((basic(), by_role(), by_tenant()), request()).await,
        outcome((by_role(), by_tenant(), basic()), request()).await,
        outcome((by_role(), basic(), by_tenant()), request()).await,
        outcome((by_tenant(), basic(), by_role()), request()).await,
        outcome((by_tenant(), by_role(), basic()), request()).await,
    ];
    assert!(outcomes.iter().all(|it| *it == DENIED), "{outcomes:?}");
}

#[tokio::test]
async fn an_inner_layer_that_allows_absence_keeps_what_an_outer_one_found() {
    let other = TenantLayer::from_header(HeaderName::from_static("x-other")).allow_absent();
    let request = || for_tenant(user("alice@acme"), "acme");
    assert_eq!(outcome((header(), other.clone(), basic()), request()).await, acme());
    assert_eq!(outcome((header(), basic(), other.clone()), request()).await, acme());
    assert_eq!(outcome((basic(), header(), other), request()).await, acme());
}

#[tokio::test]
async fn credentials_know_the_requested_tenant() {
    use tower_auth::{AuthError, Basic, BasicAuthLayer, Bearer, JwtAuthLayer};

    let layer = BasicAuthLayer::new(async |user: Basic| {
        let tenant = user.requested_tenant().map(Tenant::as_str).unwrap_or("none");
        Ok(Identity::new(user.username()).with_claim("tenant", tenant))
    });
    assert_eq!(outcome((header(), layer), for_tenant(user("alice"), "acme")).await, acme());
    let layer = JwtAuthLayer::new(async |token: Bearer| match token.requested_tenant() {
        Some(tenant) => Ok(Identity::new("alice").with_claim("tenant", tenant.as_str())),
        None => Err(AuthError::from(AuthErrorKind::InvalidCredentials)),
    });
    assert_eq!(outcome((header(), layer), for_tenant(bearer("t"), "acme")).await, acme());
    assert_eq!(outcome(tokens(), bearer("alice~acme")).await, (200, None));
}

#[tokio::test]
async fn the_mapper_sees_only_a_tenant_that_was_agreed() {
    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let request = || for_tenant(user("alice@acme"), "acme");
    assert_eq!(outcome((header(), basic(), mapper.clone()), request()).await, acme());
    assert_eq!(outcome((basic(), header(), mapper), request()).await, acme());
}
