//! A forwarded certificate and tokens that are bound to one (RFC 8705).

use http::{Request, header::AUTHORIZATION};
use serde_json::json;
use tower::{Layer, ServiceExt};
use tower_auth::{
    ClientCertificate, ForwardedCertificates, ForwardedCertificatesLayer, JwtAuthLayer,
    PeerCertificates, ProxyProof, UnixPeer,
};

use super::{base64_of, der, layer, name};
use crate::support::{
    probe::Probe,
    tokens::{token, verifier},
};

fn socket() -> ForwardedCertificatesLayer {
    layer(ForwardedCertificates::from_haproxy(name("x-own")), ProxyProof::unix_socket())
}

async fn status(layer: ForwardedCertificatesLayer, bound_to: &str, by_the_proxy: bool) -> u16 {
    let bound_to = ClientCertificate::from_der(der(bound_to)).unwrap();
    let bound = token().claim("cnf", json!({ "x5t#S256": bound_to.sha256_thumbprint() }));
    let mut request = Request::builder()
        .header(AUTHORIZATION, format!("Bearer {}", bound.compact()))
        .header("x-own", base64_of("alice"))
        .extension(PeerCertificates::from_der([der("mesh-a")]));
    if by_the_proxy {
        request = request.extension(UnixPeer);
    }
    let layers = (layer, JwtAuthLayer::new(verifier().clone()));
    let service = layers.layer(Probe::new());
    service.oneshot(request.body(()).unwrap()).await.unwrap().status().as_u16()
}

#[tokio::test]
async fn mtlsb_03_it_does_not_count_for_them() {
    assert_eq!(status(socket(), "alice", true).await, 401);
    // The connection's own does: the proxy may call by itself.
    assert_eq!(status(socket(), "mesh-a", true).await, 200);
}

#[tokio::test]
async fn mtlsb_03_it_counts_where_the_application_says_so_and_the_peer_is_the_proxy() {
    assert_eq!(status(socket().allow_bound_tokens(), "alice", true).await, 200);
    assert_eq!(status(socket().allow_bound_tokens(), "mesh-a", true).await, 401);
    assert_eq!(status(socket().allow_bound_tokens(), "alice", false).await, 401);
    assert_eq!(status(socket().allow_bound_tokens(), "bob-inter", true).await, 401);
}

#[tokio::test]
async fn a_forwarded_certificate_proves_no_peer_to_be_the_proxy() {
    let probe = Probe::new();
    let service = socket().allow_bound_tokens().layer(probe.clone());
    let request = Request::builder().header("x-own", base64_of("mesh-a")).extension(UnixPeer);
    service.oneshot(request.body(()).unwrap()).await.unwrap();
    let forwarded = probe.head().extensions.get::<PeerCertificates>().unwrap().clone();
    assert_eq!(forwarded.leaf().unwrap().unwrap().der(), der("mesh-a"));

    let source = ForwardedCertificates::from_haproxy(name("x-own"));
    let proof = ProxyProof::client_certificate(|peer| peer.der() == der("mesh-a"));
    let inner = layer(source, proof);
    for (peer, stripped) in [(PeerCertificates::from_der([der("mesh-a")]), 0), (forwarded, 1)] {
        let request = Request::builder().header("x-own", base64_of("alice")).extension(peer);
        super::answer(&inner, request.body(()).unwrap()).await;
        assert_eq!(inner.stripped(), stripped);
    }
}
