//! Several ways by which proxies come, and several forms in which they forward.

use http::Request;
use tower_auth::{
    AuthErrorKind, ForwardedCertificates, ForwardedCertificatesLayer, PeerCertificates, ProxyProof,
    UnixPeer,
};

use super::{ALICE, BOB, answer, base64_of, der, escaped, layer, name, outcome, pem};

const NOBODY: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::MissingCredentials);
const MISCONFIGURED: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::Misconfigured);

fn by_mesh_a() -> ProxyProof {
    ProxyProof::client_certificate(|peer| peer.der() == der("mesh-a"))
}

fn shown(file: &str) -> PeerCertificates {
    PeerCertificates::from_der([der(file)])
}

async fn found(
    layer: &ForwardedCertificatesLayer,
    request: http::request::Builder,
) -> Result<String, AuthErrorKind> {
    let (response, probe) = answer(layer, request.body(()).unwrap()).await;
    outcome(&response, &probe)
}

#[tokio::test]
async fn either_proof_suffices_and_neither_is_none() {
    let source = || ForwardedCertificates::from_haproxy(name("x-own"));
    let alice = || Request::builder().header("x-own", base64_of("alice"));
    for proof in [
        ProxyProof::unix_socket().or(by_mesh_a()),
        by_mesh_a().or(ProxyProof::unix_socket()),
        by_mesh_a().or(by_mesh_a()).or(ProxyProof::unix_socket()),
    ] {
        let layer = layer(source(), proof);
        let by_socket = alice().extension(UnixPeer);
        assert_eq!(found(&layer, by_socket).await.as_deref(), Ok(ALICE));
        let by_name = alice().extension(shown("mesh-a"));
        assert_eq!(found(&layer, by_name).await.as_deref(), Ok(ALICE));
        let by_another = alice().extension(shown("mesh-b"));
        assert_eq!(found(&layer, by_another).await.as_deref(), NOBODY);
        // Neither by the socket, nor is anything known of a certificate: loud.
        assert_eq!(found(&layer, alice()).await.as_deref(), MISCONFIGURED);
        assert_eq!(layer.stripped(), 1);
    }
}

#[tokio::test]
async fn each_proxy_is_read_in_its_own_form_only() {
    let nginx = ForwardedCertificates::from_nginx(name("x-nginx"));
    let layer = layer(ForwardedCertificates::from_xfcc(), ProxyProof::unix_socket())
        .with_proxy(nginx, by_mesh_a());
    let request = |xfcc: &str, nginx: &str| {
        let xfcc = format!("Cert=\"{}\"", escaped(&pem(xfcc)));
        let request = Request::builder().header("x-forwarded-client-cert", xfcc);
        request.header("x-nginx", escaped(&pem(nginx)))
    };
    let by_envoy = request("alice", "bob-inter").extension(UnixPeer);
    assert_eq!(found(&layer, by_envoy).await.as_deref(), Ok(ALICE));
    let by_nginx = request("alice", "bob-inter").extension(shown("mesh-a"));
    assert_eq!(found(&layer, by_nginx).await.as_deref(), Ok(BOB));
    let by_nobody = request("alice", "bob-inter").extension(shown("mesh-b"));
    assert_eq!(found(&layer, by_nobody).await.as_deref(), NOBODY);
    assert_eq!(layer.stripped(), 1);
    let nothing_known = request("alice", "bob-inter");
    assert_eq!(found(&layer, nothing_known).await.as_deref(), MISCONFIGURED);
    // Who is both is the first of them.
    let both = request("alice", "bob-inter").extension(shown("mesh-a")).extension(UnixPeer);
    assert_eq!(found(&layer, both).await.as_deref(), Ok(ALICE));
    // A proxy that forwards nothing in its form, where a client has written in the other.
    let other_form =
        Request::builder().header("x-nginx", escaped(&pem("alice"))).extension(UnixPeer);
    assert_eq!(found(&layer, other_form).await.as_deref(), NOBODY);
}

#[tokio::test]
async fn the_fields_of_all_proxies_are_taken_out() {
    use crate::support::probe::Probe;
    use tower::{Layer, ServiceExt};

    let nginx = ForwardedCertificates::from_nginx(name("x-nginx"));
    let layer = layer(ForwardedCertificates::from_haproxy(name("x-haproxy")), by_mesh_a())
        .with_proxy(nginx, ProxyProof::unix_socket());
    for peer in [shown("mesh-a"), shown("mesh-b")] {
        let probe = Probe::new();
        let request = Request::builder().header("x-nginx", "-").header("x_haproxy", "-");
        let request = request.extension(peer).body(()).unwrap();
        layer.layer(probe.clone()).oneshot(request).await.unwrap();
        assert_eq!(probe.head().headers.len(), 0);
    }
}
