//! What a server says about a connection, and what the layer makes of it.

use http::{Request, Response, StatusCode};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthErrorKind, CertificateRules, MtlsIdentityLayer, PeerCertificates,
    PeerCertificatesLayer,
};

use crate::support::{
    pki::{Authority, Leaf},
    tls::who,
};

async fn answer(peer: Option<PeerCertificates>) -> Response<String> {
    let service = MtlsIdentityLayer::new(CertificateRules::new()).layer(service_fn(who));
    let mut request = Request::new(());
    if let Some(peer) = peer {
        request.extensions_mut().insert(peer);
    }
    service.oneshot(request).await.unwrap()
}

fn kind(response: &Response<String>) -> AuthErrorKind {
    response.extensions().get::<AuthError>().unwrap().kind()
}

#[tokio::test]
async fn a_certificate_makes_an_identity() {
    let der = Authority::new("authority").client("spiffe://example/alice").der();
    let response = answer(Some(PeerCertificates::from_der([der]))).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body(), "spiffe://example/alice");
}

#[tokio::test]
async fn a_client_without_a_certificate_is_asked_for_one() {
    for peer in [PeerCertificates::none(), PeerCertificates::from_der([] as [Vec<u8>; 0])] {
        let response = answer(Some(peer)).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(kind(&response), AuthErrorKind::MissingCredentials);
        assert_eq!(response.headers()["www-authenticate"], r#"ClientCertificate realm="api""#);
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_misconfigured() {
    let response = answer(None).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(kind(&response), AuthErrorKind::Misconfigured);
    assert!(!response.headers().contains_key("www-authenticate"));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_read_is_refused_on_every_request() {
    let peer = PeerCertificates::from_der([b"garbage".to_vec()]);
    assert!(peer.leaf().is_err());
    for _ in 0..2 {
        let response = answer(Some(peer.clone())).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(kind(&response), AuthErrorKind::UnreadableCredentials);
    }
}

#[tokio::test]
async fn only_the_first_certificate_of_a_chain_is_the_clients() {
    let authority = Authority::new("authority");
    let alice = authority.client("spiffe://example/alice").der();
    let bob = authority.client("spiffe://example/bob").der();
    let peer = PeerCertificates::from_der([alice.clone(), bob.clone()]);
    assert_eq!(peer.chain().collect::<Vec<_>>(), [alice.as_slice(), bob.as_slice()]);
    assert_eq!(answer(Some(peer)).await.body(), "spiffe://example/alice");

    let nameless = authority.sign(&Leaf::named("nobody")).der();
    let response = answer(Some(PeerCertificates::from_der([nameless, bob]))).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_adapter_reads_what_another_server_leaves() {
    #[derive(Clone)]
    struct OwnTls(Vec<Vec<u8>>);

    let adapter = PeerCertificatesLayer::new(|extensions| {
        let own: &OwnTls = extensions.get()?;
        Some(PeerCertificates::from_der(own.0.iter().cloned()))
    });
    let service = ServiceBuilder::new()
        .layer(adapter)
        .layer(MtlsIdentityLayer::new(CertificateRules::new()))
        .service(service_fn(who));

    let der = Authority::new("authority").client("spiffe://example/alice").der();
    let mut request = Request::new(());
    request.extensions_mut().insert(OwnTls(vec![der]));
    let response = service.clone().oneshot(request).await.unwrap();
    assert_eq!(response.body(), "spiffe://example/alice");

    let silent = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(silent.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

/// Values of connections come and go, and their addresses come back.
#[tokio::test]
async fn what_is_remembered_of_a_connection_is_never_that_of_another() {
    use std::sync::Arc;

    let authority = Authority::new("authority");
    let names: Vec<String> = (0..8).map(|number| format!("spiffe://example/{number}")).collect();
    let ders: Vec<Vec<u8>> = names.iter().map(|name| authority.client(name).der()).collect();
    let adapter = PeerCertificatesLayer::per_connection(
        |extensions| extensions.get::<Arc<Vec<u8>>>().cloned(),
        |der: &Vec<u8>| PeerCertificates::from_der([der.clone()]),
    );
    let service = ServiceBuilder::new()
        .layer(adapter)
        .layer(MtlsIdentityLayer::new(CertificateRules::new()))
        .service(service_fn(who));
    let mut open = std::collections::VecDeque::new();
    for number in 0..4000 {
        let (name, der) = (&names[number % 8], &ders[number % 8]);
        let connection = Arc::new(der.clone());
        for _ in 0..2 {
            let mut request = Request::new(());
            request.extensions_mut().insert(Arc::clone(&connection));
            assert_eq!(service.clone().oneshot(request).await.unwrap().body(), name);
        }
        open.push_back(connection);
        if open.len() > number % 3 {
            open.pop_front();
        }
    }
    let silent = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(silent.status(), StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn a_certificate_in_a_header_is_no_certificate_of_the_connection() {
    let service = MtlsIdentityLayer::new(CertificateRules::new()).layer(service_fn(who));
    let mut request = Request::builder()
        .header("x-forwarded-client-cert", "URI=spiffe://example/admin")
        .header("client-cert", ":AAAA:")
        .header("x-client-dn", "CN=admin")
        .body(())
        .unwrap();
    request.extensions_mut().insert(PeerCertificates::none());
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}
