//! Permissions that are kept with a remembered identity.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::HeaderName;
use serde_json::json;
use tower::Layer;
use tower_auth::{
    AuthError, Authenticator, BasicAuthLayer, CacheLimits, ClaimMapper, Hierarchy, Identity,
    Issuer, JwtAuthLayer, JwtVerifier, Keys, PermissionClaimLayer, Permissions, RoleRule,
    RoleRules, Tenant, TenantLayer, TestAuthority,
};

use crate::support::{
    callers::{basic, bearer, judge, user, with},
    probe::{Probe, send},
};

/// Grants the name of the tenant, and counts how often it is asked.
#[derive(Clone, Default)]
struct Counting {
    asked: Arc<AtomicUsize>,
    is_pure: bool,
}

impl ClaimMapper for Counting {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Ok([identity.subject(), tenant.map_or("none", Tenant::as_str)].into_iter().collect())
    }

    fn is_pure(&self) -> bool {
        self.is_pure
    }
}

fn remembering() -> BasicAuthLayer {
    BasicAuthLayer::new(judge.cached(CacheLimits::new()))
}

/// Sends requests for tenants, in turn, and looks at what the handler is given.
async fn ask<L>(layers: &L, probe: &Probe, caller: &str, tenants: &[&str])
where
    L: Layer<Probe>,
    L::Service: tower::Service<http::Request<()>, Response = http::Response<String>> + Clone,
    <L::Service as tower::Service<http::Request<()>>>::Error: std::fmt::Debug,
{
    let service = layers.layer(probe.clone());
    for tenant in tenants {
        let request = with(user(caller), "x-tenant", tenant);
        assert_eq!(send(&service, request).await.status(), 200);
        let head = probe.head();
        let permissions = Permissions::from_extensions(&head.extensions).expect("mapped");
        let mut expected = [*tenant, caller];
        expected.sort_unstable();
        assert_eq!(permissions.iter().collect::<Vec<_>>(), expected);
    }
}

fn by_header() -> TenantLayer {
    TenantLayer::from_header(HeaderName::from_static("x-tenant"))
}

#[tokio::test]
async fn a_pure_mapper_is_asked_until_the_identity_is_remembered() {
    let caller = "alice@acme,globex";
    for (is_pure, tenants, expected) in [
        // The first request is that of the judgement, the second one finds it and keeps what it maps.
        (true, &["acme"; 10][..], 2),
        (false, &["acme"; 10], 10),
        (true, &["acme", "acme", "globex", "acme", "globex", "acme"], 4),
    ] {
        let mapper = Counting { is_pure, ..Counting::default() };
        let layers = (by_header(), remembering(), PermissionClaimLayer::new(mapper.clone()));
        ask(&layers, &Probe::new(), caller, tenants).await;
        assert_eq!(mapper.asked.load(Ordering::SeqCst), expected, "{is_pure} {tenants:?}");
    }
}

#[tokio::test]
async fn what_is_kept_is_that_of_one_mapper_and_one_caller() {
    let (one, other) = (
        Counting { is_pure: true, ..<_>::default() },
        Counting { is_pure: true, ..<_>::default() },
    );
    let authenticator = remembering();
    let probe = Probe::new();
    let first = (by_header(), authenticator.clone(), PermissionClaimLayer::new(one.clone()));
    let second = (by_header(), authenticator.clone(), PermissionClaimLayer::new(other.clone()));
    for caller in ["alice@acme", "bob@acme"] {
        ask(&first, &probe, caller, &["acme"; 5]).await;
        ask(&second, &probe, caller, &["acme"; 5]).await;
    }
    assert_eq!(one.asked.load(Ordering::SeqCst), 4);
    assert_eq!(other.asked.load(Ordering::SeqCst), 10, "the first mapper had the room");

    // An identity that is judged each time keeps nothing.
    let mapper = Counting { is_pure: true, ..Counting::default() };
    let layers = (by_header(), basic(), PermissionClaimLayer::new(mapper.clone()));
    ask(&layers, &probe, "alice@acme", &["acme"; 5]).await;
    assert_eq!(mapper.asked.load(Ordering::SeqCst), 5);
}

/// A token is remembered once for all of its tenants, and the permissions of one are not those of
/// another.
#[tokio::test]
async fn what_is_kept_is_that_of_one_tenant() {
    let authority = TestAuthority::offline("https://login.example.com");
    let keys = Keys::from_jwks(authority.jwks());
    let issuer = Issuer::new(authority.issuer(), authority.audience(), keys);
    let verifier = JwtVerifier::builder().issuer(issuer).with_cache(CacheLimits::new());
    let verifier = verifier.build().unwrap();
    let token = authority.token("alice").with_claim("tenant", json!(["acme", "globex"])).sign();
    let mapper = Counting { is_pure: true, ..Counting::default() };
    let layer = PermissionClaimLayer::new(mapper.clone());
    let probe = Probe::new();
    let service = (by_header(), JwtAuthLayer::new(verifier), layer).layer(probe.clone());
    for tenant in ["acme", "acme", "acme", "globex", "acme", "globex"] {
        let response = send(&service, with(bearer(&token), "x-tenant", tenant)).await;
        assert_eq!(response.status(), 200);
        let head = probe.head();
        let permissions = Permissions::from_extensions(&head.extensions).expect("mapped");
        assert_eq!(
            permissions.iter().collect::<Vec<_>>(),
            [tenant.min("alice"), tenant.max("alice")]
        );
    }
    assert_eq!(
        mapper.asked.load(Ordering::SeqCst),
        3,
        "one that is kept, and two of the other tenant"
    );
}

/// Who stands outside is another matter in each request, and a mapper may look at it.
#[tokio::test]
async fn what_is_kept_is_nobodys_who_stands_outside() {
    let mapper = Counting { is_pure: true, ..Counting::default() };
    let layers = (
        by_header(),
        remembering().keep_credentials(),
        basic(),
        PermissionClaimLayer::new(mapper.clone()),
    );
    ask(&layers, &Probe::new(), "alice@acme", &["acme"; 4]).await;
    let layers = (
        by_header(),
        basic().keep_credentials(),
        remembering(),
        PermissionClaimLayer::new(mapper.clone()),
    );
    ask(&layers, &Probe::new(), "alice@acme", &["acme"; 4]).await;
    assert_eq!(mapper.asked.load(Ordering::SeqCst), 8);
}

#[test]
fn mappers_say_what_they_depend_on() {
    let closure = |_: &Identity, _: Option<&Tenant>| Ok::<_, AuthError>(Permissions::default());
    let rules = RoleRules::builder().rule(RoleRule::admin("Admin")).build().unwrap();
    let hierarchy = Hierarchy::builder().build().unwrap();
    assert!(!closure.is_pure() && !hierarchy.over(closure).is_pure());
    assert!(rules.is_pure() && hierarchy.over(rules).is_pure());
}

/// What is kept is bounded, and room is given back with the identity.
#[tokio::test]
async fn what_is_too_much_is_mapped_anew() {
    let asked = Arc::new(AtomicUsize::new(0));
    let layer = PermissionClaimLayer::new(Huge(Arc::clone(&asked)));
    let service = (remembering(), layer).layer(Probe::new());
    for _ in 0..4 {
        assert_eq!(send(&service, user("alice")).await.status(), 200);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 4);
}

struct Huge(Arc<AtomicUsize>);

impl ClaimMapper for Huge {
    fn permissions(&self, _: &Identity, _: Option<&Tenant>) -> Result<Permissions, AuthError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok((0..20_000).map(|number| format!("{number}:{}", "x".repeat(400))).collect())
    }

    fn is_pure(&self) -> bool {
        true
    }
}
