//! One tenant's loader that hangs, fails, panics or is flooded touches no other tenant.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;
use tower_auth::{
    AuthError, Authenticator, Basic, BasicAuthLayer, BoxError, Identity, Issuer, JwtAuthLayer,
    JwtVerifier, Keys, PerTenant, Tenant, TenantLayer, TestAuthority,
};

use super::{Asked, asking, by_header, settle, status, tenant};
use crate::support::callers::{bearer, user};

/// Knows everybody.
struct Store;

impl Authenticator<Basic> for Store {
    async fn authenticate(&self, user: Basic) -> Result<Identity, AuthError> {
        Ok(Identity::new(user.username()))
    }
}

/// What the loader does depends on the tenant's name.
fn stores(asked: &Asked) -> PerTenant<Store> {
    let asked = asked.clone();
    PerTenant::new(move |tenant: Tenant| {
        asked.note(&tenant);
        async move {
            match tenant.as_str() {
                "hung" => std::future::pending().await,
                "broken" => Err(BoxError::from("the provider's address does not resolve")),
                "panics" => unreachable!("a loader with a mistake in it"),
                _ => Ok(Some(Store)),
            }
        }
    })
    .with_tenant_claim("tenant")
}

fn layers(stores: &PerTenant<Store>) -> (TenantLayer, BasicAuthLayer) {
    (by_header(), BasicAuthLayer::new(stores.clone()))
}

#[tokio::test(start_paused = true)]
async fn a_loader_that_hangs_for_one_tenant_delays_no_other() {
    let asked = Asked::default();
    let layers = layers(&stores(&asked));
    let start = Instant::now();
    let hung: Vec<_> = (0..20)
        .map(|_| {
            let layers = layers.clone();
            tokio::spawn(async move {
                let status = status(&layers, asking(user("alice"), "hung")).await;
                (status, start.elapsed().as_secs())
            })
        })
        .collect();
    settle().await;
    assert_eq!(asked.count("hung"), 1, "one load, whoever waits for it");
    for name in ["acme", "globex", "acme"] {
        assert_eq!(status(&layers, asking(user("alice"), name)).await, 200);
    }
    assert_eq!(start.elapsed(), Duration::ZERO, "nobody has waited");
    for request in hung {
        assert_eq!(request.await.unwrap(), (503, 5));
    }
    assert_eq!(asked.count("acme"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_loader_that_fails_or_panics_for_one_tenant_does_nothing_to_others() {
    let asked = Asked::default();
    let stores = stores(&asked);
    let layers = layers(&stores);
    for _ in 0..3 {
        assert_eq!(status(&layers, asking(user("alice"), "broken")).await, 503);
        assert_eq!(status(&layers, asking(user("alice"), "panics")).await, 500);
        assert_eq!(status(&layers, asking(user("alice"), "acme")).await, 200);
    }
    assert_eq!(asked.count("broken"), 1, "not asked again before the pause is over");
    let status = stores.status(&tenant("broken"));
    assert_eq!(status.last_error.as_deref(), Some("the provider's address does not resolve"));
    assert_eq!(stores.status(&tenant("acme")).failures, 0);
    assert!(stores.status(&tenant("acme")).is_loaded);
}

/// The waiter whose loader was cut off by a client that hung up loads by itself.
#[tokio::test(start_paused = true)]
async fn whoever_began_to_load_may_hang_up() {
    let asked = Asked::default();
    let layers = layers(&stores(&asked));
    let ask = || {
        let layers = layers.clone();
        tokio::spawn(async move { status(&layers, asking(user("alice"), "hung")).await })
    };
    let first = ask();
    settle().await;
    let second = ask();
    settle().await;
    first.abort();
    settle().await;
    assert_eq!(asked.count("hung"), 2);
    assert_eq!(second.await.unwrap(), 503);
}

#[tokio::test(start_paused = true)]
async fn made_up_names_fill_no_place_of_tenants_that_were_loaded_once() {
    let is_slow = Arc::new(AtomicBool::new(false));
    let under_way = Arc::new(AtomicUsize::new(0));
    let (slow, count) = (Arc::clone(&is_slow), Arc::clone(&under_way));
    let stores = PerTenant::new(move |tenant: Tenant| {
        let (slow, count) = (Arc::clone(&slow), Arc::clone(&count));
        async move {
            if slow.load(Ordering::SeqCst) && tenant.as_str() != "acme" {
                count.fetch_add(1, Ordering::SeqCst);
                std::future::pending::<()>().await;
            }
            Ok((tenant.as_str() == "acme").then_some(Store))
        }
    })
    .with_tenant_claim("tenant")
    .with_max_tenants(10);
    let layers = layers(&stores);
    assert_eq!(status(&layers, asking(user("alice"), "acme")).await, 200);
    for number in 0..1_000 {
        let made_up = asking(user("eve"), &format!("t{number}"));
        assert_eq!(status(&layers, made_up).await, 401);
    }
    assert_eq!(stores.size(), 1, "names of nobody take no place");

    is_slow.store(true, Ordering::SeqCst);
    let flood: Vec<_> = (0..200)
        .map(|number| {
            let layers = layers.clone();
            let made_up = asking(user("eve"), &format!("u{number}"));
            tokio::spawn(async move { status(&layers, made_up).await })
        })
        .collect();
    settle().await;
    assert_eq!(under_way.load(Ordering::SeqCst), 64);
    assert_eq!(status(&layers, asking(user("alice"), "acme")).await, 200);
    stores.reload_all();
    assert_eq!(status(&layers, asking(user("alice"), "acme")).await, 200, "loaded anew");
    for request in flood {
        assert_eq!(request.await.unwrap(), 503);
    }
}

/// Each tenant has an issuer of its own, on a socket of its own.
#[tokio::test]
async fn one_tenants_provider_that_is_down_touches_no_other() {
    let acme = Arc::new(TestAuthority::start().await.unwrap());
    let globex = Arc::new(TestAuthority::start().await.unwrap());
    let of = {
        let (acme, globex) = (Arc::clone(&acme), Arc::clone(&globex));
        move |name: &str| match name {
            "acme" => Some(Arc::clone(&acme)),
            "globex" => Some(Arc::clone(&globex)),
            _ => None,
        }
    };
    let verifiers = PerTenant::new(move |tenant: Tenant| {
        let authority = of(tenant.as_str());
        async move {
            let build = |authority: Arc<TestAuthority>| {
                let keys = Keys::from_openid_discovery();
                let issuer = Issuer::new(authority.issuer(), authority.audience(), keys);
                JwtVerifier::builder().issuer(issuer).build()
            };
            Ok(authority.map(build).transpose()?)
        }
    })
    .with_tenant_claim("tenant");
    let layers = (by_header(), JwtAuthLayer::new(verifiers));
    // The provider of globex says what it likes; that makes its users nobody's but globex's.
    let of_acme = acme.token("alice").sign();
    let of_globex = globex.token("gus").with_claim("tenant", "acme").sign();
    let ask = async |token: &str, name: &str| status(&layers, asking(bearer(token), name)).await;

    acme.break_down();
    assert_eq!(ask(&of_acme, "acme").await, 503);
    assert_eq!(ask(&of_globex, "globex").await, 200);
    assert_eq!(ask(&of_globex, "acme").await, 401, "not a token of acme's issuer");
    assert_eq!(ask(&of_acme, "globex").await, 401);
    assert_eq!(ask(&of_globex, "initech").await, 401);
    assert_eq!(acme.requests() > 0, globex.requests() > 0);
    let before = acme.requests();
    assert_eq!(ask(&of_globex, "globex").await, 200);
    assert_eq!(acme.requests(), before, "the other provider is not asked");
}
