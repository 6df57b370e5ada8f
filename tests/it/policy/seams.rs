//! A policy beside the other layers: tenants, certificates, mappers that are exchanged.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use http::{HeaderName, Request};
use tower::Layer;
use tower_auth::{
    Access, AuthError, AuthErrorKind, CacheLimits, ClaimMapper, ClientCertificate,
    ForwardedCertificates, ForwardedCertificatesLayer, Identity, PathRules, PeerCertificates,
    PerTenant, Permissions, Policy, ProxyProof, RoleMapper, Roles, Tenant, TenantLayer, UnixPeer,
    not,
};

use super::{get, scopes};
use crate::support::{
    callers::{SECRET, basic, basic_line, keys, with},
    probe::{Probe, send},
};

fn user(path: &str, name: &str) -> Request<()> {
    with(get(path), "authorization", &basic_line(name, SECRET))
}

fn open_and_clerks() -> PathRules {
    PathRules::builder().expose("/open").path("/orders", "orders:read").build().unwrap()
}

fn roles(role: &str) -> RoleMapper {
    Roles::builder().grant(role, ["orders:read"]).build().unwrap().from_claim("roles")
}

/// Whatever the credentials are called, they are marked where nobody has taken them out.
#[tokio::test]
async fn credentials_of_open_requests_are_marked_whatever_their_field() {
    let policy = Policy::new(open_and_clerks(), scopes());
    let probe = Probe::new();
    let both = policy.guard((keys(), basic())).layer(probe.clone());
    let request = with(with(get("/open"), "x-api-key", SECRET), "authorization", SECRET);
    assert_eq!(send(&both, request).await.status(), 200);
    let headers = probe.head().headers;
    assert!(headers["x-api-key"].is_sensitive() && headers["authorization"].is_sensitive());
    assert!(!format!("{headers:?}").contains(SECRET));
}

/// A forged field of a proxy goes no further because a rule opens the path, and nobody takes the proxy's
/// certificate for the client's there.
#[tokio::test]
async fn certificates_of_a_proxy_are_read_and_taken_out_of_open_requests_too() {
    let forwarded = || {
        let source = ForwardedCertificates::from_xfcc();
        ForwardedCertificatesLayer::new(source, ProxyProof::unix_socket())
    };
    let policy = Policy::new(open_and_clerks(), scopes());
    let probe = Probe::new();
    let service = policy.guard((forwarded(), basic())).layer(probe.clone());
    let forged = with(get("/open"), "x-forwarded-client-cert", "By=x;Hash=y");
    assert_eq!(send(&service, forged).await.status(), 200);
    assert!(!probe.head().headers.contains_key("x-forwarded-client-cert"));
    // With a rejection of one's own, and what the handler of an open path finds.
    let default = |_: &AuthError, _: &http::request::Parts| http::Response::new(String::new());
    let service = policy.guard((forwarded().with_rejection(default), basic())).layer(probe.clone());
    let alice = crate::support::pki::Authority::new("proxies").client("spiffe://example.org/proxy");
    let mut request = get("/open");
    request.extensions_mut().insert(UnixPeer);
    request.extensions_mut().insert(PeerCertificates::from_der([alice.der()]));
    assert_eq!(send(&service, request).await.status(), 200);
    let found = <ClientCertificate as tower_auth::Credentials>::from_parts(&probe.head()).unwrap();
    assert!(found.is_none(), "the certificate of the connection is the proxy's");
}

/// Nobody in particular meets a requirement that only says `not`, where anonymous callers are let in.
#[tokio::test]
async fn anonymous_callers_meet_what_only_says_not() {
    let rules = PathRules::builder()
        .path("/a", not("contractor"))
        .path("/b", Access::Authenticated)
        .build()
        .unwrap();
    let policy = Policy::new(rules, scopes());
    let service = (basic().allow_anonymous(), policy.clone()).layer(Probe::new());
    for (path, expected) in [("/a", 200), ("/b", 401)] {
        assert_eq!(send(&service, get(path)).await.status(), expected, "{path}");
        let explained = policy.explain(&Identity::anonymous(), None, &get(path));
        assert_eq!(explained.is_allowed(), expected == 200);
    }
    let guarded = policy.guard(basic()).layer(Probe::new());
    assert_eq!(send(&guarded, get("/a")).await.status(), 401);
}

/// What is remembered of a caller is not the answer of an older mapper, nor of another tenant's.
#[tokio::test]
async fn a_remembered_caller_is_judged_by_the_mapper_of_now() {
    let auth = tower_auth::BasicAuthLayer::new(tower_auth::Authenticator::cached(
        crate::support::callers::judge,
        CacheLimits::new(),
    ));
    let policy = Policy::new(open_and_clerks(), roles("clerk"));
    let service = policy.guard(auth.clone()).layer(Probe::new());
    let ask = async || send(&service, user("/orders", "clerk")).await.status().as_u16();
    for _ in 0..3 {
        assert_eq!(ask().await, 200);
    }
    policy.replace_mapper(roles("boss"));
    assert_eq!((ask().await, ask().await), (403, 403));
    policy.replace_rules(PathRules::builder().path("/orders", not("x")).build().unwrap());
    assert_eq!(ask().await, 200);
    policy.replace(open_and_clerks(), roles("clerk"));
    assert_eq!((ask().await, ask().await), (200, 200));
    // Two policies side by side know the same caller.
    let other = Policy::new(open_and_clerks(), roles("boss"));
    let other = other.guard(auth).layer(Probe::new());
    assert_eq!(send(&other, user("/orders", "clerk")).await.status(), 403);
    assert_eq!(ask().await, 200);
}

#[tokio::test]
async fn the_rules_of_a_tenant_are_those_of_now_in_a_policy_too() {
    let loads = Arc::new(AtomicUsize::new(0));
    let own = {
        let loads = Arc::clone(&loads);
        PerTenant::new(move |tenant: Tenant| {
            let loads = loads.fetch_add(1, Ordering::SeqCst);
            async move {
                let role = match tenant.as_str() {
                    "acme" if loads == 0 => "clerk",
                    "acme" => "boss",
                    "globex" => "nobody",
                    _ => return Ok(None),
                };
                Ok(Some(roles(role)))
            }
        })
    };
    let auth = tower_auth::BasicAuthLayer::new(tower_auth::Authenticator::cached(
        crate::support::callers::judge,
        CacheLimits::new(),
    ));
    let tenant = || {
        TenantLayer::from_header(HeaderName::from_static("x-tenant"))
            .with_configuration(own.clone())
    };
    let policy = Policy::new(open_and_clerks(), own.clone());
    let ask = async |path: &str, name: &str, of: &str| {
        let request = || with(user(path, name), "x-tenant", of);
        let outside = policy.guard((tenant(), auth.clone())).layer(Probe::new());
        let inside = policy.guard((auth.clone(), tenant())).layer(Probe::new());
        let answers = (send(&outside, request()).await, send(&inside, request()).await);
        assert_eq!(answers.0.status(), answers.1.status());
        answers.0.status().as_u16()
    };
    assert_eq!(ask("/open", "clerk@acme", "acme").await, 200);
    assert_eq!(loads.load(Ordering::SeqCst), 0, "what is open asks for no tenant");
    let both = "clerk@acme,globex";
    assert_eq!(ask("/orders", both, "acme").await, 200);
    assert_eq!(ask("/orders", both, "globex").await, 403, "a clerk is nothing there");
    assert_eq!(ask("/orders", both, "acme").await, 200);
    assert_eq!(ask("/orders", "clerk@globex", "acme").await, 403);
    own.reload_all();
    assert_eq!(ask("/orders", both, "acme").await, 403, "a clerk is nothing any longer");
}

/// A tenant that nobody was held against is none to the handler of an open path.
#[tokio::test]
async fn what_is_open_has_no_tenant() {
    let policy = Policy::new(open_and_clerks(), scopes());
    let tenant = TenantLayer::from_header(HeaderName::from_static("x-tenant"));
    let probe = Probe::new();
    let service = (tenant.clone(), policy.guard(basic())).layer(probe.clone());
    let request = || with(user("/open", "alice@acme"), "x-tenant", "globex");
    assert_eq!(send(&service, request()).await.status(), 200);
    assert!(Tenant::from_extensions(&probe.head().extensions).is_none());
    assert!(Tenant::requested_in(&probe.head().extensions).is_some());
    let service = policy.guard((tenant, basic())).layer(probe.clone());
    assert_eq!(send(&service, request()).await.status(), 200);
    assert!(Tenant::requested_in(&probe.head().extensions).is_none());
}

/// A denial holds through a policy as it does anywhere, for those who hold everything as well.
#[tokio::test]
async fn a_denial_holds_in_a_policy() {
    let everything = |_: &Identity, _: Option<&Tenant>| Ok(Permissions::everything());
    let denying = |identity: &Identity, _: Option<&Tenant>| {
        let denied = identity.claims().str("roles").filter(|role| *role == "trainee");
        Ok::<_, AuthError>(Permissions::default().with_denied(denied.map(|_| "orders:*")))
    };
    let policy = Policy::new(open_and_clerks(), everything.and(denying));
    let service = policy.guard(basic()).layer(Probe::new());
    assert_eq!(send(&service, user("/orders", "boss")).await.status(), 200);
    assert_eq!(send(&service, user("/orders", "trainee")).await.status(), 403);
    let trainee = Identity::new("t").with_claim("roles", "trainee");
    let explained = policy.explain(&trainee, None, &get("/orders"));
    assert_eq!(explained.refusal(), Some(AuthErrorKind::PermissionDenied));
    assert_eq!(explained.missing().collect::<Vec<_>>(), ["orders:read"]);
}
