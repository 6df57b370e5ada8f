//! Authenticators and mappers of tenants.

use http::Request;
use tower_auth::{
    AuthError, Authenticator, Basic, BasicAuthLayer, CacheLimits, ClaimPermissions, Identity,
    PerTenant, PermissionClaimLayer, RoleMapper, Roles, Secret, Tenant, TenantLayer, User, Users,
    UsersBuilder, require,
};

use super::{Asked, DENIED, asking, by_header, of, status, tenant};
use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::callers::{SECRET, basic, user},
};

/// Hashes of a cost that takes no time.
fn users(names: &[&str]) -> Users {
    let hash = bcrypt::hash(SECRET, 4).unwrap();
    let all = names.iter().map(|name| User::new(*name, hash.clone()));
    all.fold(Users::builder(), UsersBuilder::user).build().unwrap()
}

fn stores() -> PerTenant<Users> {
    PerTenant::new(async |tenant: Tenant| {
        Ok(match tenant.as_str() {
            "acme" => Some(users(&["alice", "sam"])),
            "globex" => Some(users(&["gus", "sam"])),
            _ => None,
        })
    })
    .with_tenant_claim("tenant")
}

#[tokio::test]
async fn the_users_of_one_tenant_are_strangers_to_another() {
    let layers = || (by_header(), BasicAuthLayer::new(stores()));
    for (name, asked, expected) in [
        ("alice", "acme", of("acme")),
        ("sam", "acme", of("acme")),
        ("sam", "globex", of("globex")),
        ("alice", "globex", (401, None)),
        ("gus", "acme", (401, None)),
        ("alice", "initech", (401, None)),
        ("alice", "Acme", (401, None)),
        ("alice", "../acme", DENIED),
    ] {
        let found = outcome(layers(), asking(user(name), asked)).await;
        assert_eq!(found, expected, "{name} {asked}");
    }
}

#[tokio::test]
async fn without_a_tenant_nobody_can_log_in() {
    let auth = || BasicAuthLayer::new(stores());
    let forgotten = outcome(auth(), asking(user("alice"), "acme")).await;
    assert_eq!(forgotten, (401, None), "no tenant layer outside");
    let inside = outcome((auth(), by_header()), asking(user("alice"), "acme")).await;
    assert_eq!(inside, (401, None), "it must be outside");
    let absent = outcome((by_header().allow_absent(), auth()), user("alice")).await;
    assert_eq!(absent, (401, None));
    assert_eq!(outcome((by_header(), auth()), user("alice")).await, DENIED);
}

/// A provider that says its user is of another tenant: the name that is asked for counts.
#[tokio::test]
async fn a_tenants_authenticator_vouches_for_its_tenant_only() {
    let generous = || {
        PerTenant::new(async |_: Tenant| {
            Ok(Some(async |user: Basic| {
                let everywhere = vec!["acme", "globex"];
                Ok::<_, AuthError>(Identity::new(user.username()).with_claim("tenant", everywhere))
            }))
        })
    };
    let seen = async |stores, asked: &str| {
        let probe = crate::support::probe::Probe::new();
        let layers = (by_header(), BasicAuthLayer::new(stores));
        let service = tower::Layer::layer(&layers, probe.clone());
        crate::support::probe::send(&service, asking(user("eve"), asked)).await;
        let head = probe.head();
        Identity::from_extensions(&head.extensions).unwrap().claims().get("tenant").cloned()
    };
    let named = seen(generous().with_tenant_claim("tenant"), "globex").await;
    assert_eq!(named, Some("globex".into()));
    let unnamed = seen(generous(), "globex").await;
    assert_eq!(unnamed, Some(vec!["acme", "globex"].into()), "the control");
}

#[tokio::test]
async fn what_is_remembered_of_a_tenants_users_ends_with_a_reload() {
    let judged = Asked::default();
    let counting = judged.clone();
    let stores = PerTenant::new(move |tenant: Tenant| {
        let judged = counting.clone();
        async move {
            let loaded_for = tenant.clone();
            Ok(Some(move |user: Basic| {
                judged.note(&loaded_for);
                let is_good = *user.password() == Secret::new(SECRET);
                let identity = Identity::new(user.username());
                async move { is_good.then_some(identity).ok_or_else(|| AuthError::invalid("wrong")) }
            }))
        }
    })
    .with_tenant_claim("tenant");
    let layers = (by_header(), BasicAuthLayer::new(stores.clone().cached(CacheLimits::new())));
    let ask = async |name| status(&layers, asking(user("alice"), name)).await;
    // The first one is judged before anything is loaded, so it is not found again.
    for _ in 0..5 {
        assert_eq!((ask("acme").await, ask("globex").await), (200, 200));
    }
    assert_eq!((judged.count("acme"), judged.count("globex")), (2, 2));
    stores.reload(&tenant("acme")).await.unwrap();
    for _ in 0..5 {
        assert_eq!((ask("acme").await, ask("globex").await), (200, 200));
    }
    assert_eq!((judged.count("acme"), judged.count("globex")), (3, 2));
}

/// Credentials of somebody whose generation is asked for.
fn credentials(layers: TenantLayer, asked: &str) -> Basic {
    let (sent, received) = std::sync::mpsc::channel();
    let spy = BasicAuthLayer::new(move |user: Basic| {
        sent.send(user).unwrap();
        async { Err(AuthError::invalid("seen enough")) }
    });
    let layers = (layers, spy);
    let answer = status(&layers, asking(user("sam"), asked));
    assert_eq!(futures_util::FutureExt::now_or_never(answer), Some(401));
    received.recv().unwrap()
}

/// Pushed out and loaded again, what was judged before is not found again.
#[tokio::test]
async fn a_generation_does_not_come_back() {
    let stores = PerTenant::new(async |_: Tenant| {
        Ok(Some(async |user: Basic| Ok::<_, AuthError>(Identity::new(user.username()))))
    })
    .with_max_tenants(1);
    let mut seen = Vec::new();
    for name in ["acme", "globex", "acme", "globex", "acme"] {
        let credentials = credentials(by_header(), name);
        seen.push(stores.generation(&credentials));
        seen.push(stores.generation(&credentials));
        stores.authenticate(credentials.clone()).await.unwrap();
        seen.push(stores.generation(&credentials));
        assert_eq!(
            seen.last(),
            Some(&stores.generation(&credentials)),
            "it stays while it is loaded"
        );
    }
    let count = seen.len();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), count);
}

fn roles() -> PerTenant<RoleMapper> {
    PerTenant::new(async |tenant: Tenant| {
        let grants = match tenant.as_str() {
            "acme" => ["orders:read", "orders:write"].as_slice(),
            "globex" => &["orders:read"],
            _ => return Ok(None),
        };
        let roles = Roles::builder().grant("editor", grants.iter().copied()).build()?;
        Ok(Some(roles.from_claim("roles")))
    })
}

#[tokio::test]
async fn a_role_means_what_the_tenant_says() {
    let roles = roles();
    let tenants = || by_header().with_configuration(roles.clone());
    let mapper = || PermissionClaimLayer::new(roles.clone());
    for (asked, needed, expected) in [
        ("acme", "orders:write", 200),
        ("acme", "orders:read", 200),
        ("globex", "orders:write", 403),
        ("globex", "orders:read", 200),
        // A tenant that has nothing of its own is none.
        ("initech", "orders:read", 403),
    ] {
        let request = || asking(user("editor@acme,globex,initech"), asked);
        let outside = (tenants(), basic(), mapper(), require(needed));
        let inside = (basic(), tenants(), mapper(), require(needed));
        assert_eq!(status(&outside, request()).await, expected, "{asked} {needed}");
        assert_eq!(status(&inside, request()).await, expected, "{asked} {needed}");
    }
}

#[tokio::test]
async fn rules_that_nobody_loads_let_nobody_in() {
    let request = || asking(user("editor@acme"), "acme");
    let mapper = || PermissionClaimLayer::new(roles());
    let unloaded = (by_header(), basic(), mapper(), require("orders:read"));
    assert_eq!(status(&unloaded, request()).await, 503);
    let absent = (by_header().allow_absent(), basic(), mapper(), require("orders:read"));
    assert_eq!(status(&absent, user("editor@acme")).await, 403, "no tenant, no rights");
    let other = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let control = (by_header(), basic(), other, require("editor"));
    assert_eq!(status(&control, request()).await, 200);
}

#[tokio::test]
async fn only_members_have_a_configuration_loaded() {
    let asked = Asked::default();
    let counting = asked.clone();
    let configuration = PerTenant::new(move |tenant: Tenant| {
        counting.note(&tenant);
        async move { Ok(Some(())) }
    });
    let layer = || -> TenantLayer { by_header().with_configuration(configuration.clone()) };
    let stranger = || -> Request<()> { asking(user("eve@globex"), "acme") };
    assert_eq!(status(&(layer(), basic()), stranger()).await, 403);
    assert_eq!(status(&(basic(), layer()), stranger()).await, 403);
    assert_eq!(asked.total(), 0);
    assert_eq!(status(&(layer(), basic()), asking(user("alice@acme"), "acme")).await, 200);
    assert_eq!(asked.count("acme"), 1, "the control");
}
