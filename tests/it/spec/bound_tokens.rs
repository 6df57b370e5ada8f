//! Tokens that are bound to a key (RFC 7800, RFC 8705, RFC 9449): rows MTLSB-01 to 04 and DPOP-01.

use std::convert::Infallible;

use http::{Request, Response, StatusCode, header::AUTHORIZATION};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{AuthError, ClientCertificate, Identity, JwtAuthLayer, PeerCertificates};

use crate::support::{
    pki::{Authority, client},
    tokens::{Token, base64url, token, verifier},
};

fn certificate(uri: &str) -> Vec<u8> {
    Authority::new("bound tokens").sign(&client(uri)).der()
}

fn bound_to(certificate: &[u8]) -> Token {
    let certificate = ClientCertificate::from_der(certificate).unwrap();
    token().claim("cnf", json!({ "x5t#S256": certificate.sha256_thumbprint() }))
}

/// Sends a token over a connection that showed these certificates, or of which nothing is known.
async fn send(token: &str, peer: Option<PeerCertificates>) -> Response<String> {
    let layer = JwtAuthLayer::new(verifier().clone());
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let identity = Identity::from_extensions(request.extensions()).unwrap();
        Ok::<_, Infallible>(Response::new(identity.subject().to_owned()))
    }));
    let mut request =
        Request::builder().header(AUTHORIZATION, format!("Bearer {token}")).body(()).unwrap();
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    service.oneshot(request).await.unwrap()
}

async fn refusal(token: &Token, peer: Option<PeerCertificates>) -> String {
    let response = send(&token.compact(), peer).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    let error: &AuthError = response.extensions().get().unwrap();
    std::error::Error::source(error).unwrap().to_string()
}

fn shown(certificate: &[u8]) -> Option<PeerCertificates> {
    Some(PeerCertificates::from_der([certificate]))
}

#[tokio::test]
async fn mtlsb_01_a_token_is_good_with_the_certificate_it_is_bound_to() {
    let alice = certificate("spiffe://example/alice");
    let response = send(&bound_to(&alice).compact(), shown(&alice)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body(), "alice");
}

#[tokio::test]
async fn mtlsb_01_the_thumbprint_is_the_sha_256_of_the_der() {
    use sha2::{Digest, Sha256};

    let alice = certificate("spiffe://example/alice");
    let by_hand = json!({ "x5t#S256": base64url(Sha256::digest(&alice)) });
    let response = send(&token().claim("cnf", by_hand).compact(), shown(&alice)).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn mtlsb_01_another_certificate_is_refused() {
    let (alice, bob) = (certificate("spiffe://example/alice"), certificate("spiffe://example/bob"));
    let reason = refusal(&bound_to(&alice), shown(&bob)).await;
    assert!(reason.contains("another certificate"), "{reason}");
    // Only the leaf counts, not what else is in the chain.
    let chain = PeerCertificates::from_der([bob, alice.clone()]);
    refusal(&bound_to(&alice), Some(chain)).await;
}

#[tokio::test]
async fn mtlsb_02_a_bound_token_without_a_certificate_is_refused() {
    let alice = certificate("spiffe://example/alice");
    refusal(&bound_to(&alice), Some(PeerCertificates::none())).await;
    refusal(&bound_to(&alice), None).await;
    refusal(&bound_to(&alice), shown(b"not a certificate")).await;
}

#[tokio::test]
async fn mtlsb_03_a_certificate_in_a_header_is_nothing() {
    let alice = certificate("spiffe://example/alice");
    let layer = JwtAuthLayer::new(verifier().clone());
    let service = layer.layer(service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(String::new()))
    }));
    let encoded = base64url(&alice);
    let request = Request::builder()
        .header(AUTHORIZATION, format!("Bearer {}", bound_to(&alice).compact()))
        .header("client-cert", format!(":{encoded}:"))
        .header("x-forwarded-client-cert", format!("Cert={encoded}"))
        .header("x-ssl-client-cert", &encoded)
        .header("ssl-client-cert", &encoded)
        .body(())
        .unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn mtlsb_04_every_binding_that_is_known_must_hold() {
    let alice = certificate("spiffe://example/alice");
    let thumbprint = ClientCertificate::from_der(alice.clone()).unwrap();
    let thumbprint = thumbprint.sha256_thumbprint();
    let with_unknown = json!({ "x5t#S256": thumbprint, "unheard-of": 1 });
    let response = send(&token().claim("cnf", with_unknown).compact(), shown(&alice)).await;
    assert_eq!(response.status(), StatusCode::OK);

    let with_jkt =
        json!({ "x5t#S256": thumbprint, "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" });
    refusal(&token().claim("cnf", with_jkt), shown(&alice)).await;
    for other in ["jwk", "jwe", "kid", "jku"] {
        let with_another = json!({ "x5t#S256": thumbprint, other: "a" });
        refusal(&token().claim("cnf", with_another), shown(&alice)).await;
    }
}

#[tokio::test]
async fn mtlsb_04_a_binding_of_which_nothing_is_understood_is_refused() {
    let alice = certificate("spiffe://example/alice");
    for cnf in [
        json!({}),
        json!({ "unheard-of": 1 }),
        json!({ "jwk": { "kty": "EC" } }),
        json!({ "kid": "a" }),
        json!({ "X5T#S256": "AAAA" }),
        json!({ "x5t": "AAAA" }),
        json!({ "jku": "https://a.example" }),
    ] {
        let reason = refusal(&token().claim("cnf", cnf), shown(&alice)).await;
        assert!(reason.contains("not understood"), "{reason}");
    }
}

#[tokio::test]
async fn a_binding_of_the_wrong_type_is_refused() {
    let alice = certificate("spiffe://example/alice");
    let thumbprint = ClientCertificate::from_der(alice.clone()).unwrap();
    let thumbprint = json!(thumbprint.sha256_thumbprint());
    for cnf in [
        Value::Null,
        json!(true),
        json!(1),
        json!(""),
        thumbprint.clone(),
        json!([]),
        json!([{ "x5t#S256": thumbprint }]),
        json!({ "x5t#S256": null }),
        json!({ "x5t#S256": 1 }),
        json!({ "x5t#S256": [thumbprint] }),
        json!({ "x5t#S256": { "x": thumbprint } }),
    ] {
        refusal(&token().claim("cnf", cnf), shown(&alice)).await;
    }
}

#[tokio::test]
async fn a_thumbprint_in_another_encoding_is_refused() {
    let alice = certificate("spiffe://example/alice");
    let good = ClientCertificate::from_der(alice.clone()).unwrap();
    let good = good.sha256_thumbprint();
    for near in [
        String::new(),
        format!("{good}="),
        format!(" {good}"),
        good.to_uppercase(),
        good[..42].to_owned(),
        format!("{good}A"),
        good.replace(['-', '_'], "+"),
    ] {
        if near != good {
            refusal(&token().claim("cnf", json!({ "x5t#S256": near })), shown(&alice)).await;
        }
    }
}

#[tokio::test]
async fn dpop_01_a_token_bound_to_a_dpop_key_is_no_bearer_token() {
    let jkt = json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" });
    let reason = refusal(&token().claim("cnf", jkt), None).await;
    assert!(reason.contains("not understood"), "{reason}");
}

#[tokio::test]
async fn a_token_that_is_bound_to_nothing_needs_no_certificate() {
    for peer in [None, Some(PeerCertificates::none()), shown(&certificate("spiffe://example/bob"))]
    {
        let response = send(&token().compact(), peer).await;
        assert_eq!(response.status(), StatusCode::OK);
    }
}
