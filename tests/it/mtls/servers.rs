//! Client certificates behind other servers: axum-server and tonic with its own TLS.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, routing::get};
use axum_server::{tls::TlsInfo, tls_rustls::RustlsConfig};
use http::{Request, Response, StatusCode};
use tokio::net::TcpListener;
use tokio_rustls::rustls::{
    RootCertStore, ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::WebPkiClientVerifier,
};
use tonic::{
    body::Body,
    server::NamedService,
    transport::{
        Certificate, Channel, ClientTlsConfig, Endpoint, Identity as TonicIdentity, Server,
        ServerTlsConfig, server::TcpIncoming,
    },
};
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_auth::{
    CertificateRules, Identity, MtlsIdentityLayer, PeerCertificates, PeerCertificatesLayer,
};

use crate::{
    mtls::listener::Pki,
    support::{pki::Certified, tls::soon},
};

/// What axum-server is configured with: client certificates are optional.
fn server_config(pki: &Pki) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(pki.clients.der())).unwrap();
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .unwrap();
    let server = pki.servers.server();
    let key = PrivateKeyDer::from_pem_slice(server.key_pem().as_bytes()).unwrap();
    ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(vec![CertificateDer::from(server.der())], key)
        .unwrap()
}

#[tokio::test]
async fn axum_server_hands_certificates_over_through_the_adapter() {
    let pki = Pki::new();
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&reads);
    let adapter = PeerCertificatesLayer::per_connection(
        |extensions| extensions.get::<Arc<TlsInfo>>().cloned(),
        move |info| {
            counted.fetch_add(1, Ordering::Relaxed);
            PeerCertificates::from_der(info.peer_certificates.iter().cloned())
        },
    );
    let auth =
        ServiceBuilder::new().layer(adapter).layer(MtlsIdentityLayer::new(CertificateRules::new()));
    let app = Router::new()
        .route("/", get(async |identity: Identity| identity.subject().to_owned()))
        .route_layer(auth);
    let socket = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    socket.set_nonblocking(true).unwrap();
    let to = socket.local_addr().unwrap();
    let config = RustlsConfig::from_config(Arc::new(server_config(&pki)));
    let server = axum_server::from_tcp_rustls(socket, config).unwrap();
    tokio::spawn(server.serve(app.into_make_service()));

    let alice = soon(pki.alice().get(to)).await.unwrap();
    assert_eq!(alice, (StatusCode::OK, "spiffe://example/alice".to_owned()));
    assert_eq!(soon(pki.nobody().get(to)).await.unwrap().0, StatusCode::UNAUTHORIZED);
    assert_eq!(reads.load(Ordering::Relaxed), 2);
    // Once per connection, not per request.
    let mut connection = soon(pki.alice().open(to)).await.unwrap();
    for _ in 0..3 {
        assert_eq!(soon(connection.get()).await.unwrap().0, StatusCode::OK);
    }
    assert_eq!(reads.load(Ordering::Relaxed), 3);
}

/// Answers every call with the subject of the caller in a header.
#[derive(Clone, Default)]
struct WhoAmI(Arc<Mutex<Vec<Identity>>>);

impl NamedService for WhoAmI {
    const NAME: &'static str = "test.WhoAmI";
}

impl Service<Request<Body>> for WhoAmI {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let identity = Identity::from_extensions(request.extensions()).unwrap();
        self.0.lock().unwrap().push(identity.clone());
        let response = Response::builder()
            .header("content-type", "application/grpc")
            .header("grpc-status", "0")
            .header("x-subject", identity.subject())
            .body(Body::empty())
            .unwrap();
        std::future::ready(Ok(response))
    }
}

async fn serve_tonic(pki: &Pki, service: WhoAmI) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = socket.local_addr().unwrap();
    let server = pki.servers.server();
    let tls = ServerTlsConfig::new()
        .identity(TonicIdentity::from_pem(server.pem(), server.key_pem()))
        .client_ca_root(Certificate::from_pem(pki.clients.pem()))
        .client_auth_optional(true);
    let router = Server::builder()
        .tls_config(tls)
        .unwrap()
        .layer(MtlsIdentityLayer::new(CertificateRules::new()))
        .add_service(service);
    tokio::spawn(router.serve_with_incoming(TcpIncoming::from(socket)));
    to
}

async fn channel(pki: &Pki, to: SocketAddr, shown: Option<&Certified>) -> Channel {
    let tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(pki.servers.pem()))
        .domain_name("localhost");
    let tls = match shown {
        Some(shown) => tls.identity(TonicIdentity::from_pem(shown.pem(), shown.key_pem())),
        None => tls,
    };
    let endpoint = Endpoint::from_shared(format!("https://{to}")).unwrap();
    soon(endpoint.tls_config(tls).unwrap().connect()).await.unwrap()
}

async fn call(mut channel: Channel) -> Response<Body> {
    let request = Request::post("/test.WhoAmI/Ask")
        .header("content-type", "application/grpc")
        .body(Body::empty())
        .unwrap();
    soon(async { channel.ready().await.unwrap().call(request).await.unwrap() }).await
}

#[tokio::test]
async fn tonic_hands_certificates_over_by_itself() {
    let pki = Pki::new();
    let to = serve_tonic(&pki, WhoAmI::default()).await;
    let alice = pki.clients.client("spiffe://example/alice");
    let response = call(channel(&pki, to, Some(&alice)).await).await;
    assert_eq!(response.headers()["grpc-status"], "0");
    assert_eq!(response.headers()["x-subject"], "spiffe://example/alice");
}

#[tokio::test]
async fn a_call_without_a_certificate_is_unauthenticated() {
    let pki = Pki::new();
    let to = serve_tonic(&pki, WhoAmI::default()).await;
    let response = call(channel(&pki, to, None).await).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()["grpc-status"], "16");
    assert!(!response.headers().contains_key("x-subject"));
}

#[tokio::test]
async fn a_connection_of_tonics_is_read_once() {
    let pki = Pki::new();
    let service = WhoAmI::default();
    let to = serve_tonic(&pki, service.clone()).await;
    let [alice, bob] =
        ["alice", "bob"].map(|name| pki.clients.client(&format!("spiffe://example/{name}")));
    let by_alice = channel(&pki, to, Some(&alice)).await;
    for channel in [by_alice.clone(), by_alice, channel(&pki, to, Some(&bob)).await] {
        call(channel).await;
    }
    let seen = service.0.lock().unwrap();
    let [first, second, third] = seen.as_slice() else { panic!("{} calls", seen.len()) };
    assert_eq!(third.subject(), "spiffe://example/bob");
    // The very same, and not an equal one.
    assert!(std::ptr::eq(first.subject(), second.subject()));
}
