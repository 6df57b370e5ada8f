//! Promise 12, for every place in a request that can name a tenant.

use http::{Request, request::Parts};
use tower_auth::{AuthError, Tenant, TenantLayer};

use super::promise_12_tenant_agreement::outcome;
use crate::support::callers::{basic, user, with};

/// The same layer outside and inside of authentication; both must come to the same end.
async fn both(tenant: TenantLayer, request: impl Fn() -> Request<()>) -> (u16, Option<String>) {
    let outside = outcome((tenant.clone(), basic()), request()).await;
    let inside = outcome((basic(), tenant), request()).await;
    assert_eq!(outside, inside, "the order makes a difference");
    inside
}

fn of(tenant: &str) -> (u16, Option<String>) {
    (200, Some(tenant.to_owned()))
}

const DENIED: (u16, Option<String>) = (403, None);

fn at(uri: &str, name: &str) -> Request<()> {
    let mut request = user(name);
    *request.uri_mut() = uri.parse().expect("a URI");
    request
}

fn on_host(host: &str, name: &str) -> Request<()> {
    with(user(name), "host", host)
}

#[tokio::test]
async fn by_host() {
    let layer = TenantLayer::from_host("example.com");
    for (host, expected) in [
        ("acme.example.com", of("acme")),
        ("ACME.Example.COM:8443", of("acme")),
        ("globex.example.com", DENIED),
        ("example.com", DENIED),
        ("acme.example.com.evil.org", DENIED),
        ("acmeexample.com", DENIED),
        ("a.acme.example.com", DENIED),
        ("acme.globex.example.com", DENIED),
        ("acme@globex.example.com", DENIED),
        ("globex@acme.example.com", DENIED),
        ("globex@acme.example.com:443", DENIED),
        ("acme.example.com:", DENIED),
        ("acme.example.com:x", DENIED),
        ("acme.example.com:65536", DENIED),
        ("acme.example.com, acme.example.com", DENIED),
        ("acme.example.com.", DENIED),
        ("", DENIED),
    ] {
        let found = both(layer.clone(), || on_host(host, "alice@acme")).await;
        assert_eq!(found, expected, "{host}");
    }
}

/// A tenant's name may hold a dot; a host of two labels is still not one.
#[tokio::test]
async fn by_host_of_exactly_one_label() {
    let layer = TenantLayer::from_host("example.com");
    let request = || on_host("eu.acme.example.com", "alice@eu.acme");
    assert_eq!(both(layer, request).await, DENIED);
}

#[tokio::test]
async fn by_host_where_the_authority_and_the_field_must_be_equal() {
    let layer = TenantLayer::from_host("example.com");
    let uri = "https://acme.example.com/orders";
    let authority = both(layer.clone(), || at(uri, "alice@acme")).await;
    assert_eq!(authority, of("acme"));
    for (host, expected) in [("acme.example.com", of("acme")), ("globex.example.com", DENIED)] {
        let contradictory = || with(at(uri, "alice@acme,globex"), "host", host);
        assert_eq!(both(layer.clone(), contradictory).await, expected);
    }
    let twice = || with(on_host("acme.example.com", "alice@acme"), "host", "acme.example.com");
    assert_eq!(both(layer.clone(), twice).await, DENIED);
    let forwarded = || with(user("alice@acme"), "x-forwarded-host", "acme.example.com");
    assert_eq!(both(layer, forwarded).await, DENIED);
}

#[tokio::test]
async fn by_path() {
    let layer = TenantLayer::from_path("/tenants");
    for (path, expected) in [
        ("/tenants/acme/orders", of("acme")),
        ("/tenants/acme", of("acme")),
        ("/tenants/acme?tenant=globex", of("acme")),
        ("/tenants/globex/orders", DENIED),
        ("/tenants/Acme", DENIED),
        ("/tenants//acme", DENIED),
        ("//tenants/acme", DENIED),
        ("/tenants/%61cme", DENIED),
        ("/tenants/../acme", DENIED),
        ("/tenants/acme%2F..", DENIED),
        ("/tenants/acme;globex", DENIED),
        ("/Tenants/acme", DENIED),
        ("/tenants/", DENIED),
        ("/", DENIED),
        ("/other/acme?/tenants/acme", DENIED),
    ] {
        let found = both(layer.clone(), || at(path, "alice@acme")).await;
        assert_eq!(found, expected, "{path}");
    }
}

#[tokio::test]
async fn by_a_fixed_name() {
    let layer = TenantLayer::fixed(Tenant::new("acme").unwrap());
    assert_eq!(both(layer.clone(), || user("alice@acme")).await, of("acme"));
    assert_eq!(both(layer.clone(), || user("alice@globex")).await, DENIED);
    assert_eq!(both(layer, || user("alice")).await, DENIED);
}

#[tokio::test]
async fn by_a_resolver() {
    let layer = TenantLayer::resolved_by(|parts: &Parts| match parts.uri.query() {
        Some("moved") => Err(AuthError::unavailable("the directory is away")),
        query => Ok(query.map(str::to_owned)),
    });
    for (uri, expected) in [
        ("/?acme", of("acme")),
        ("/?globex", DENIED),
        ("/?a/b", DENIED),
        ("/?", DENIED),
        ("/", DENIED),
        ("/?moved", (503, None)),
    ] {
        assert_eq!(both(layer.clone(), || at(uri, "alice@acme")).await, expected, "{uri}");
    }
}

#[tokio::test]
async fn by_a_claim() {
    let layer = || TenantLayer::from_claim("tenant");
    let found = outcome((basic(), layer()), user("alice@acme")).await;
    assert_eq!(found, of("acme"));
    for (name, status) in [("alice", 403), ("alice@acme,globex", 403), ("alice@a/b", 403)] {
        assert_eq!(outcome((basic(), layer()), user(name)).await, (status, None), "{name}");
    }
    let found = outcome((basic(), layer().allow_absent()), user("alice")).await;
    assert_eq!(found, (200, None));
}

#[tokio::test]
async fn by_header_bytes_that_are_no_name() {
    let layer = TenantLayer::from_header(http::HeaderName::from_static("x-tenant"));
    for bytes in [&b"\xFFacme"[..], b"ac\tme", b"acme\xC2\xA0", b".acme", b"-acme", b"a b"] {
        let request = || {
            let mut request = user("alice@acme");
            let value = http::HeaderValue::from_bytes(bytes).expect("a header value");
            request.headers_mut().insert("x-tenant", value);
            request
        };
        assert_eq!(both(layer.clone(), request).await, DENIED, "{bytes:?}");
    }
    let longest = "a".repeat(Tenant::MAX_BYTES);
    let name = format!("alice@{longest}");
    let request = || with(user(&name), "x-tenant", &longest);
    assert_eq!(both(layer.clone(), request).await, of(&longest));
    let too_long = "a".repeat(Tenant::MAX_BYTES + 1);
    let request = || with(user(&name), "x-tenant", &too_long);
    assert_eq!(both(layer, request).await, DENIED);
}
