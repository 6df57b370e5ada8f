//! The listener under tonic and under a loop of one's own on hyper-util.

use std::convert::Infallible;

use http::{Request, StatusCode};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use tonic::{
    body::Body,
    server::NamedService,
    transport::{
        Certificate, Channel, ClientTlsConfig, Endpoint, Identity as TonicIdentity, Server,
    },
};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_auth::{CertificateRules, Identity, MtlsIdentityLayer, TlsPeer};

use super::{Pki, bind};
use crate::support::{
    pki::Certified,
    tls::{soon, who},
};

/// Answers every call with the subject of the caller in a header.
#[derive(Clone)]
struct WhoAmI;

impl NamedService for WhoAmI {
    const NAME: &'static str = "test.WhoAmI";
}

impl Service<Request<Body>> for WhoAmI {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        Ok(()).into()
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let subject = Identity::from_extensions(request.extensions()).map(Identity::subject);
        let response = http::Response::builder()
            .header("content-type", "application/grpc")
            .header("grpc-status", "0")
            .header("subject", subject.unwrap_or("nobody"));
        std::future::ready(Ok(response.body(Body::empty()).unwrap()))
    }
}

async fn channel(pki: &Pki, to: std::net::SocketAddr, shown: Option<&Certified>) -> Channel {
    let mut tls = ClientTlsConfig::new()
        .ca_certificate(Certificate::from_pem(pki.servers.pem()))
        .domain_name("localhost");
    if let Some(shown) = shown {
        tls = tls.identity(TonicIdentity::from_pem(shown.pem(), shown.key_pem()));
    }
    let endpoint = Endpoint::from_shared(format!("https://{to}")).unwrap();
    soon(endpoint.tls_config(tls).unwrap().connect()).await.unwrap()
}

#[tokio::test]
async fn tonic_serves_the_connections_of_the_listener() {
    let pki = Pki::new();
    let listener = bind(pki.required().allow_missing_client_certificate()).await;
    let to = listener.local_addr();
    let auth = MtlsIdentityLayer::new(CertificateRules::new());
    let server = Server::builder().layer(auth).add_service(WhoAmI);
    tokio::spawn(server.serve_with_incoming(listener));

    let alice = pki.clients.client("spiffe://example/alice");
    for (shown, status, subject) in [
        (Some(&alice), "0", Some("spiffe://example/alice")),
        // Unauthenticated, and not a broken handshake.
        (None, "16", None),
    ] {
        let mut channel = channel(&pki, to, shown).await;
        let request = Request::post("/test.WhoAmI/Ask")
            .header("content-type", "application/grpc")
            .body(Body::empty())
            .unwrap();
        let response = soon(channel.ready().await.unwrap().call(request)).await.unwrap();
        assert_eq!(response.headers()["grpc-status"], status);
        let header = response.headers().get("subject").map(|it| it.to_str().unwrap());
        assert_eq!(header, subject);
    }
}

#[tokio::test]
async fn a_loop_on_hyper_util_serves_them_too() {
    let pki = Pki::new();
    let mut listener = bind(pki.required().allow_missing_client_certificate()).await;
    let to = listener.local_addr();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await;
            let peer: TlsPeer = stream.peer().clone();
            let guarded = MtlsIdentityLayer::new(CertificateRules::new()).layer(service_fn(who));
            let service = service_fn(move |mut request: Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(peer.clone());
                guarded.clone().oneshot(request)
            });
            tokio::spawn(async move {
                let builder = auto::Builder::new(TokioExecutor::new());
                let service = TowerToHyperService::new(service);
                let _ = builder.serve_connection(TokioIo::new(stream), service).await;
            });
        }
    });
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().1, "spiffe://example/alice");
    assert_eq!(soon(pki.alice().get_by_http_2(to)).await.1, "spiffe://example/alice");
    assert_eq!(soon(pki.nobody().get(to)).await.unwrap().0, StatusCode::UNAUTHORIZED);
}
