//! Issuers of tenants: the tenant that is requested says which issuers may be used.

use std::convert::Infallible;

use http::{Request, Response};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_auth::{CacheLimits, Issuer, IssuerQuestion, JwtAuthLayer, JwtVerifier, TenantLayer};

use crate::support::tokens::{AUDIENCE, all_keys, clock, token};

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
    // Whatever the token says of itself, it is a member of both.
    let token = token().claim("iss", issuer).claim("tenant", vec!["acme", "globex"]).compact();
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

/// The resolver trusts the issuer for one tenant only; what is remembered is remembered for that one.
#[tokio::test]
async fn what_a_resolver_says_of_one_tenant_counts_for_no_other() {
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(async |question: IssuerQuestion| {
            let is_acme = question.tenant.is_some_and(|tenant| tenant.as_str() == "acme");
            Ok(is_acme.then(|| Issuer::new(question.issuer, AUDIENCE, all_keys())))
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
