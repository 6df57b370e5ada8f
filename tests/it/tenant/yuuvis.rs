//! The tenants of yuuvis Momentum: rows YU-1, YU-5 to YU-7 and YU-20, and the tests of those rows.

use http::Request;
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, Identity, Membership, PerTenant, Secret, Tenant, TenantLayer,
};

use super::{DENIED, asking, of, tenant};
use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::callers::{SECRET, basic, nobody, user, with},
};

type Outcome = (u16, Option<String>);

fn one() -> TenantLayer {
    TenantLayer::yuuvis([tenant("acme")])
}

fn two() -> TenantLayer {
    TenantLayer::yuuvis([tenant("acme"), tenant("globex")])
}

async fn both(layer: TenantLayer, request: impl Fn() -> Request<()>) -> Outcome {
    let outside = outcome((layer.clone(), basic()), request()).await;
    let inside = outcome((basic(), layer), request()).await;
    assert_eq!(outside, inside, "the order makes a difference");
    inside
}

/// YU-1, YU-T5.
#[tokio::test]
async fn one_configured_tenant_is_used_where_no_header_is_there() {
    assert_eq!(both(one(), || user("alice@acme")).await, of("acme"));
    assert_eq!(both(one(), || asking(user("alice@acme"), "acme")).await, of("acme"));
    assert_eq!(both(one(), || user("gus@globex")).await, DENIED);
}

/// The header is never left unread: it may not say anything else.
#[tokio::test]
async fn a_header_beside_one_configured_tenant_must_name_it() {
    for name in ["globex", "Acme", "acme ", "acme,globex", "", "../acme"] {
        let request = || asking(user("alice@acme,globex"), name);
        assert_eq!(both(one(), request).await, DENIED, "{name:?}");
    }
    let twice = || asking(asking(user("alice@acme"), "acme"), "acme");
    assert_eq!(both(one(), twice).await, DENIED);
}

/// A stranger cannot try out what the one tenant is called.
#[tokio::test]
async fn a_stranger_is_told_nothing_by_the_header() {
    for name in ["acme", "globex", "nowhere"] {
        let layers = (one(), basic());
        assert_eq!(outcome(layers, asking(nobody(), name)).await, (401, None), "{name}");
    }
}

/// YU-1: with several tenants the header is needed. YU-T4 infers 401 for that; here it is 403, as for any
/// request that names no tenant, and inside of authentication a caller without credentials gets the 401.
#[tokio::test]
async fn several_configured_tenants_need_the_header() {
    assert_eq!(both(two(), || user("alice@acme")).await, DENIED);
    assert_eq!(outcome((basic(), two()), nobody()).await, (401, None));
    assert_eq!(both(two(), || asking(user("alice@acme"), "acme")).await, of("acme"));
    assert_eq!(both(two(), || asking(user("gus@globex"), "globex")).await, of("globex"));
}

/// YU-1: field names have no case.
#[tokio::test]
async fn the_name_of_the_header_is_written_in_any_case() {
    for name in ["X-ID-TENANT-NAME", "x-id-tenant-name", "X-Id-Tenant-Name"] {
        let field = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        let request = || {
            let mut request = user("alice@acme");
            request.headers_mut().insert(field.clone(), "acme".parse().unwrap());
            request
        };
        assert_eq!(both(two(), request).await, of("acme"), "{name}");
    }
}

/// YU-6, YU-T14: each user is of exactly one tenant, and the header must agree.
#[tokio::test]
async fn a_user_of_one_tenant_is_refused_in_another() {
    let exact = || two().with_membership(Membership::claim_equals("tenant"));
    assert_eq!(both(exact(), || asking(user("alice@acme"), "acme")).await, of("acme"));
    assert_eq!(both(exact(), || asking(user("alice@acme"), "globex")).await, DENIED);
    let of_two = || asking(user("alice@acme,globex"), "acme");
    assert_eq!(both(exact(), of_two).await, DENIED, "exactly one");
}

/// Each tenant's own provider: it knows `alice` of acme and `gus` of globex.
fn providers() -> PerTenant<impl tower_auth::Authenticator<Basic>> {
    PerTenant::new(async |tenant: Tenant| {
        let known = match tenant.as_str() {
            "acme" => "alice",
            "globex" => "gus",
            _ => return Ok(None),
        };
        Ok(Some(move |user: Basic| async move {
            if user.username() == known && *user.password() == Secret::new(SECRET) {
                Ok(Identity::new(user.username()))
            } else {
                Err(AuthError::invalid("the provider says no"))
            }
        }))
    })
    .with_tenant_claim("tenant")
}

/// YU-T1, YU-T2, YU-7: the provider of the named tenant is asked, and an unknown tenant is 401.
#[tokio::test]
async fn the_provider_of_the_named_tenant_is_asked() {
    for (name, asked, expected) in [
        ("alice", "acme", of("acme")),
        ("gus", "globex", of("globex")),
        ("alice", "globex", (401, None)),
        ("alice", "nowhere", (401, None)),
        ("alice", "ACME", (401, None)),
    ] {
        let layers = (two(), BasicAuthLayer::new(providers()));
        assert_eq!(outcome(layers, asking(user(name), asked)).await, expected, "{name} {asked}");
    }
    let layers = (one(), BasicAuthLayer::new(providers()));
    assert_eq!(outcome(layers, user("alice")).await, of("acme"));
}

/// YU-20: what is known of a session is bound to its tenant, whichever tenant the next request names.
#[tokio::test]
async fn a_session_is_of_one_tenant() {
    let sessions = || {
        BasicAuthLayer::new(async |session: Basic| match session.username() {
            "session-1" => Ok(Identity::new("alice").with_claim("tenant", "acme")),
            _ => Err(AuthError::invalid("no such session")),
        })
    };
    let answer = async |name: &str| {
        let outside = outcome((two(), sessions()), asking(user("session-1"), name)).await;
        let inside = outcome((sessions(), two()), asking(user("session-1"), name)).await;
        assert_eq!(outside, inside);
        inside
    };
    assert_eq!(answer("acme").await, of("acme"));
    assert_eq!(answer("globex").await, DENIED);
}

/// YU-T31: what a client says of itself in other fields is not read.
#[tokio::test]
async fn other_fields_name_no_tenant() {
    for field in ["x-tenant", "x-id-tenant", "tenant", "x-forwarded-host"] {
        let request = || with(user("alice@acme"), field, "acme");
        assert_eq!(both(two(), request).await, DENIED, "{field}");
    }
}
