//! Issuers of tenants: the tenant that is requested says which issuers may be used.

use std::convert::Infallible;

use http::{Request, Response};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_auth::{CacheLimits, Issuer, IssuerQuestion, JwtAuthLayer, JwtVerifier, TenantLayer};

use crate::support::tokens::{AUDIENCE, Signing, all_keys, clock, token, token_by};

fn layer() -> JwtAuthLayer {
    let of =
        |name: &str, tenant: &str| Issuer::new(name, AUDIENCE, all_keys()).for_tenants([tenant]);
    let verifier = JwtVerifier::builder()
        .issuer(of("https://acme.example", "acme"))
        .issuer(of("https://globex.example", "globex"))
        .issuer(Issuer::new("https://all.example", AUDIENCE, all_keys()))
        .with_cache(CacheLimits::new())
        .with_clock(clock())
        .build();
    JwtAuthLayer::new(verifier.unwrap())
}

/// The answer to a token of an issuer, in a request for a tenant.
async fn status(layer: &JwtAuthLayer, issuer: &str, tenant: Option<&str>) -> u16 {
    // Whatever the token says of itself, it is a member of both. It is the same one each time: this kind of
    // signature has no randomness in it.
    let token = token_by(Signing::Rs256)
        .claim("iss", issuer)
        .claim("tenant", vec!["acme", "globex"])
        .compact();
    let mut request = Request::builder().header("authorization", format!("Bearer {token}"));
    if let Some(tenant) = tenant {
        request = request.header("x-tenant", tenant);
    }
    let service = ServiceBuilder::new()
        .layer(TenantLayer::from_header(http::HeaderName::from_static("x-tenant")).allow_absent())
        .layer(layer.clone())
        .service(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(()))));
    service.oneshot(request.body(()).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn an_issuer_counts_for_its_tenants_only() {
    let layer = layer();
    // Twice, so that what is remembered of one tenant is not used for another.
    for _ in 0..2 {
        assert_eq!(status(&layer, "https://acme.example", Some("acme")).await, 200);
        assert_eq!(status(&layer, "https://acme.example", Some("globex")).await, 401);
        assert_eq!(status(&layer, "https://acme.example", None).await, 401);
        assert_eq!(status(&layer, "https://globex.example", Some("globex")).await, 200);
        assert_eq!(status(&layer, "https://globex.example", Some("acme")).await, 401);
        assert_eq!(status(&layer, "https://all.example", Some("acme")).await, 200);
        assert_eq!(status(&layer, "https://all.example", None).await, 200);
    }
}

#[tokio::test]
async fn without_a_tenant_layer_outside_such_an_issuer_counts_for_nobody() {
    let token = token().claim("iss", "https://acme.example").claim("tenant", "acme").compact();
    let request = Request::builder().header("authorization", format!("Bearer {token}"));
    let service = ServiceBuilder::new()
        .layer(layer())
        .layer(TenantLayer::from_claim("tenant"))
        .service(service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(()))));
    let response = service.oneshot(request.body(()).unwrap()).await.unwrap();
    assert_eq!(response.status(), 401);
}

/// The resolver trusts the issuer for one tenant only; a token that is remembered is held against
/// the tenant each time.
#[tokio::test]
async fn what_a_resolver_says_of_one_tenant_counts_for_no_other() {
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(async |question: IssuerQuestion| {
            let issuer = Issuer::new(question.issuer, AUDIENCE, all_keys());
            Ok(Some(issuer.for_tenants(["acme"])))
        })
        .with_cache(CacheLimits::new())
        .with_clock(clock())
        .build();
    let layer = JwtAuthLayer::new(verifier.unwrap());
    for _ in 0..2 {
        assert_eq!(status(&layer, "https://new.example", Some("acme")).await, 200);
        assert_eq!(status(&layer, "https://new.example", Some("globex")).await, 401);
        assert_eq!(status(&layer, "https://new.example", None).await, 401);
    }
}

/// Whoever has one good token and makes up tenants takes one place, and pushes nobody out.
#[tokio::test]
async fn a_token_is_remembered_once_whatever_tenants_it_is_sent_for() {
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::new("https://a.example", AUDIENCE, all_keys()))
        .with_cache(CacheLimits::new())
        .with_clock(clock())
        .build()
        .unwrap();
    let layer = JwtAuthLayer::new(verifier.clone());
    for tenant in ["acme", "globex", "initech", "acme"] {
        status(&layer, "https://a.example", Some(tenant)).await;
    }
    assert_eq!((verifier.cache_size().0, verifier.signature_checks()), (1, 1));
}
