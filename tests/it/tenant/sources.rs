//! Sources that are combined: what one place says, what several say, and what is never "absent".

use http::Request;
use tower_auth::{
    AuthError, NameKind, NameTemplate, PeerCertificates, Tenant, TenantLayer, TenantSource,
};

use super::{DENIED, asking, header, of, tenant};
use crate::{
    gate::promise_12_tenant_agreement::outcome,
    support::{
        callers::{basic, user, with},
        pki::{Authority, Leaf},
    },
};

type Outcome = (u16, Option<String>);

/// The same layer outside and inside of authentication; both must come to the same end.
async fn both(source: TenantSource, request: impl Fn() -> Request<()>) -> Outcome {
    let layer = TenantLayer::new(source);
    let outside = outcome((layer.clone(), basic()), request()).await;
    let inside = outcome((basic(), layer), request()).await;
    assert_eq!(outside, inside, "the order makes a difference");
    inside
}

/// A member of two tenants, so that membership hides no mistake of a source.
fn caller() -> Request<()> {
    user("alice@acme,globex")
}

/// A request that names tenants in the header, the host and the path, where they are not empty.
fn naming(header: &str, host: &str, path: &str) -> Request<()> {
    let mut request = caller();
    *request.uri_mut() = path.parse().unwrap();
    for (name, value) in [("x-id-tenant-name", header), ("host", host)] {
        if value != "-" {
            request = with(request, name, value);
        }
    }
    request
}

pub(super) fn places() -> [TenantSource; 3] {
    [TenantSource::path("/tenants"), TenantSource::host("example.com"), header()]
}

#[tokio::test]
async fn the_first_present_counts_and_a_malformed_one_is_never_absent() {
    for (header, host, path, expected) in [
        ("acme", "globex.example.com", "/", of("globex")),
        ("acme", "example.com", "/", of("acme")),
        ("acme", "-", "/", of("acme")),
        ("globex", "globex.example.com", "/tenants/acme", of("acme")),
        ("globex", "-", "/tenants/acme", of("acme")),
        ("globex", "-", "/tenants/", of("globex")),
        ("globex", "-", "/tenants", of("globex")),
        ("globex", "-", "/other/acme", of("globex")),
        ("-", "-", "/", DENIED),
        ("-", "example.com", "/", DENIED),
        // Malformed, with a good one behind it.
        ("acme", "-", "/tenants//acme", DENIED),
        ("acme", "-", "/tenants/%61cme", DENIED),
        ("acme", "-", "/tenants/..", DENIED),
        ("acme", "a.b.example.com", "/", DENIED),
        ("acme", "acme.evil.org", "/", DENIED),
        ("acme", "globex@acme.example.com", "/", DENIED),
        ("acme", "", "/", DENIED),
        // Not looked at, so its being malformed does not matter.
        ("a/b", "-", "/tenants/acme", of("acme")),
    ] {
        let found = both(TenantSource::first_of(places()), || naming(header, host, path)).await;
        assert_eq!(found, expected, "{header} {host} {path}");
    }
}

#[tokio::test]
async fn all_that_are_present_must_agree() {
    for (header, host, path, expected) in [
        ("acme", "acme.example.com", "/tenants/acme", of("acme")),
        ("acme", "ACME.example.com:443", "/", of("acme")),
        ("acme", "-", "/", of("acme")),
        ("-", "acme.example.com", "/tenants/acme", of("acme")),
        ("-", "-", "/tenants/acme", of("acme")),
        ("-", "-", "/", DENIED),
        ("acme", "globex.example.com", "/", DENIED),
        ("globex", "-", "/tenants/acme", DENIED),
        ("acme", "globex.example.com", "/tenants/acme", DENIED),
        ("globex", "acme.example.com", "/tenants/acme", DENIED),
        ("Acme", "acme.example.com", "/", DENIED),
        // Malformed wherever it stands.
        ("", "acme.example.com", "/tenants/acme", DENIED),
        ("a/b", "acme.example.com", "/tenants/acme", DENIED),
        ("acme", "a.acme.example.com", "/tenants/acme", DENIED),
        ("acme", "acme.example.com", "/tenants//acme", DENIED),
    ] {
        let found = both(TenantSource::all_of(places()), || naming(header, host, path)).await;
        assert_eq!(found, expected, "{header} {host} {path}");
    }
}

#[tokio::test]
async fn two_lines_of_a_header_are_two_opinions_even_where_they_are_the_same() {
    for source in [TenantSource::first_of(places()), TenantSource::all_of(places())] {
        let twice = || asking(naming("acme", "-", "/"), "acme");
        assert_eq!(both(source, twice).await, DENIED);
    }
    let behind = || asking(naming("acme", "acme.example.com", "/"), "acme");
    assert_eq!(both(TenantSource::all_of(places()), behind).await, DENIED);
}

#[tokio::test]
async fn a_required_source_must_name_a_tenant_whatever_others_say() {
    let [path, host, named] = places();
    let source = TenantSource::all_of([host.required(), named, path]);
    for (header, host, path, expected) in [
        ("-", "acme.example.com", "/", of("acme")),
        ("acme", "acme.example.com", "/", of("acme")),
        ("acme", "example.com", "/tenants/acme", DENIED),
        ("acme", "-", "/tenants/acme", DENIED),
        ("globex", "acme.example.com", "/", DENIED),
    ] {
        let found = both(source.clone(), || naming(header, host, path)).await;
        assert_eq!(found, expected, "{header} {host} {path}");
    }
    let absent = TenantLayer::new(header().required()).allow_absent();
    assert_eq!(outcome((basic(), absent), caller()).await, DENIED);
    let absent = TenantLayer::new(header()).allow_absent();
    assert_eq!(outcome((basic(), absent), caller()).await, (200, None), "the control");
}

#[tokio::test]
async fn combinations_of_combinations() {
    let pair = |first: &str, second: &str| {
        let fixed = |name| TenantSource::fixed(tenant(name));
        TenantSource::all_of([fixed(first), fixed(second)])
    };
    let source = TenantSource::first_of([header(), pair("acme", "acme")]);
    assert_eq!(both(source.clone(), caller).await, of("acme"));
    assert_eq!(both(source, || asking(caller(), "globex")).await, of("globex"));
    let source = TenantSource::first_of([header(), pair("acme", "globex")]);
    assert_eq!(both(source, caller).await, DENIED);
    for nothing in [TenantSource::first_of([]), TenantSource::all_of([])] {
        assert_eq!(both(nothing, || asking(caller(), "acme")).await, DENIED);
    }
}

/// Whoever chooses an early place of `first_of` still gets nowhere they do not belong.
#[tokio::test]
async fn a_place_that_clients_write_to_opens_no_door_by_coming_first() {
    let source = || TenantSource::first_of([header(), TenantSource::fixed(tenant("acme"))]);
    let forged = || asking(user("alice@acme"), "globex");
    assert_eq!(both(source(), forged).await, DENIED);
    assert_eq!(both(source(), || user("alice@acme")).await, of("acme"));
    let escaping = || asking(user("eve@globex"), "globex");
    let strict = TenantSource::all_of([header(), TenantSource::fixed(tenant("acme"))]);
    assert_eq!(both(strict, escaping).await, DENIED);
}

#[tokio::test]
async fn the_first_label_of_any_host() {
    // Also a member of `127`, so that an address is refused for what it is.
    let member = "alice@acme,globex,127";
    for (host, expected) in [
        ("acme.example.com", of("acme")),
        ("ACME.example.org:8443", of("acme")),
        ("acme.eu.example.com", of("acme")),
        ("127.example.com", of("127")),
        ("acme", DENIED),
        ("acme.", DENIED),
        (".acme", DENIED),
        ("127.0.0.1", DENIED),
        ("127.0.0.1:80", DENIED),
        ("[::1]:80", DENIED),
        ("acme@example.com", DENIED),
        ("", DENIED),
    ] {
        let request = || with(user(member), "host", host);
        assert_eq!(both(TenantSource::first_host_label(), request).await, expected, "{host}");
    }
    assert_eq!(both(TenantSource::first_host_label(), caller).await, DENIED, "no host");
}

#[tokio::test]
async fn a_claim_agrees_with_a_header_and_needs_authentication_outside() {
    let source = || TenantSource::all_of([TenantSource::claim("tenant").required(), header()]);
    let inside = |request| outcome((basic(), TenantLayer::new(source())), request);
    assert_eq!(inside(user("alice@acme")).await, of("acme"));
    assert_eq!(inside(asking(user("alice@acme"), "acme")).await, of("acme"));
    assert_eq!(inside(asking(user("alice@acme"), "globex")).await, DENIED);
    assert_eq!(inside(asking(user("alice"), "acme")).await, DENIED);
    assert_eq!(inside(asking(caller(), "acme")).await, DENIED, "two tenants are not one");
    let outside = outcome((TenantLayer::new(source()), basic()), user("alice@acme")).await;
    assert_eq!(outside, (500, None));
}

/// A connection with a client certificate of this organization.
fn certified(mut request: Request<()>, leaf: &Leaf) -> Request<()> {
    let der = Authority::new("ca").sign(leaf).der();
    request.extensions_mut().insert(PeerCertificates::from_der([der]));
    request
}

fn organization(name: &str) -> Leaf {
    Leaf::of(&[(rcgen::DnType::OrganizationName, name)])
}

#[tokio::test]
async fn a_certificate_names_the_tenant() {
    let source = || TenantSource::certificate(NameKind::Organization);
    let from = |leaf: Leaf| move || certified(caller(), &leaf);
    assert_eq!(both(source(), from(organization("acme"))).await, of("acme"));
    assert_eq!(both(source(), from(organization("initech"))).await, DENIED, "no member");
    assert_eq!(both(source(), from(organization("ac me"))).await, DENIED);
    assert_eq!(both(source(), from(Leaf::named("acme"))).await, DENIED, "another attribute");
    let two = organization("acme").attribute(&[2, 5, 4, 10], "acme");
    assert_eq!(both(source(), from(two)).await, DENIED);
    let ended = organization("acme").valid((2020, 1, 1), (2020, 1, 2));
    assert_eq!(both(source(), from(ended)).await, DENIED);
    let server = organization("acme").usages([rcgen::ExtendedKeyUsagePurpose::ServerAuth]);
    assert_eq!(both(source(), from(server)).await, DENIED);

    let none = || {
        let mut request = caller();
        request.extensions_mut().insert(PeerCertificates::none());
        request
    };
    assert_eq!(both(source(), none).await, DENIED);
    let or_header = || TenantSource::first_of([source(), header()]);
    assert_eq!(both(or_header(), || asking(none(), "acme")).await, of("acme"));
    let several = organization("acme").attribute(&[2, 5, 4, 10], "globex");
    let doubtful = || asking(certified(caller(), &several), "acme");
    assert_eq!(both(or_header(), doubtful).await, DENIED, "doubtful is not absent");
    assert_eq!(both(source(), caller).await, (500, None), "nothing is known of the connection");
}

#[tokio::test]
async fn a_template_finds_the_tenant_in_a_name_of_the_certificate() {
    let template = || NameTemplate::uri("spiffe://example.org/tenant/{name}/{workload}").unwrap();
    let source = || TenantSource::certificate_by(template());
    let at = |uri: &'static str| move || certified(caller(), &crate::support::pki::client(uri));
    for (uri, expected) in [
        ("spiffe://example.org/tenant/acme/billing", of("acme")),
        ("spiffe://example.org/tenant/initech/billing", DENIED),
        ("spiffe://evil.org/tenant/acme/billing", DENIED),
        ("spiffe://example.org/tenant/acme", DENIED),
        ("spiffe://example.org/tenant/acme/billing/x", DENIED),
    ] {
        assert_eq!(both(source(), at(uri)).await, expected, "{uri}");
    }
}

#[tokio::test]
async fn a_rule_of_ones_own_takes_part_in_combinations() {
    let query = || {
        TenantSource::resolved_by(|parts: &http::request::Parts| match parts.uri.query() {
            Some("broken") => Err(AuthError::unavailable("moving house")),
            query => Ok(query.map(str::to_owned)),
        })
    };
    let source = || TenantSource::all_of([query(), header()]);
    assert_eq!(both(source(), || naming("acme", "-", "/?acme")).await, of("acme"));
    assert_eq!(both(source(), || naming("acme", "-", "/?globex")).await, DENIED);
    assert_eq!(both(source(), || naming("acme", "-", "/?broken")).await, (503, None));
}

#[test]
fn the_requested_tenant_is_told_apart_from_the_agreed_one() {
    let request = Request::new(());
    assert!(Tenant::requested_in(request.extensions()).is_none());
    assert!(Tenant::from_extensions(request.extensions()).is_none());
}
