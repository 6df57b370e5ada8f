//! `TlsListener` on real sockets: who is let in and what is known of them.

use std::{
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use axum::{Router, extract::ConnectInfo, routing::get};
use http::StatusCode;
use tokio::{net::TcpListener, task::JoinHandle};
use tower_auth::{
    CertificateRules, Clock, Identity, MtlsIdentityLayer, TlsListener, TlsListenerBuilder, TlsPeer,
};

use crate::support::{
    pki::{Authority, Leaf, client},
    tls::{TlsClient, soon},
};

mod command_line;
mod configuration;
#[cfg(unix)]
mod descriptors;
mod ends;
mod hosts;
mod incoming;
mod limits;
mod limits_bytes;
mod reload;
mod resumption;
mod revocation;
mod section;
mod sources;

pub(super) struct Pki {
    pub(super) servers: Authority,
    pub(super) clients: Authority,
}

impl Pki {
    pub(super) fn new() -> Self {
        Self { servers: Authority::new("servers"), clients: Authority::new("clients") }
    }

    /// Asks for no client certificates.
    pub(super) fn plain(&self) -> TlsListenerBuilder {
        let server = self.servers.server();
        TlsListener::builder(server.pem(), server.key_pem())
    }

    pub(super) fn required(&self) -> TlsListenerBuilder {
        self.plain().with_client_ca(self.clients.pem())
    }

    pub(super) fn alice(&self) -> TlsClient {
        let alice = self.clients.client("spiffe://example/alice");
        TlsClient::showing(&self.servers, &alice, &[])
    }

    pub(super) fn nobody(&self) -> TlsClient {
        TlsClient::believing(&self.servers)
    }
}

pub(super) async fn bind(builder: TlsListenerBuilder) -> TlsListener {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    builder.bind(socket).unwrap_or_else(|error| panic!("{error}"))
}

/// Serves until the handle is dropped or the test ends.
pub(super) fn serve(
    listener: TlsListener,
    rules: CertificateRules,
) -> (SocketAddr, JoinHandle<()>) {
    let to = listener.local_addr();
    let app = Router::new()
        .route("/", get(async |identity: Identity| identity.subject().to_owned()))
        .route_layer(MtlsIdentityLayer::new(rules));
    let service = app.into_make_service_with_connect_info::<TlsPeer>();
    let server = tokio::spawn(async { axum::serve(listener, service).await.unwrap() });
    (to, server)
}

async fn start(builder: TlsListenerBuilder) -> SocketAddr {
    serve(bind(builder).await, CertificateRules::new()).0
}

#[tokio::test]
async fn a_client_with_a_good_certificate_is_known() {
    let pki = Pki::new();
    let to = start(pki.required()).await;
    let answer = soon(pki.alice().get(to)).await.unwrap();
    assert_eq!(answer, (StatusCode::OK, "spiffe://example/alice".to_owned()));
}

#[tokio::test]
async fn a_client_without_a_certificate_is_not_let_in_where_one_is_required() {
    let pki = Pki::new();
    let to = start(pki.required()).await;
    assert!(soon(pki.nobody().get(to)).await.is_err());
    soon(pki.alice().get(to)).await.unwrap();
}

#[tokio::test]
async fn a_client_without_a_certificate_is_asked_by_the_layer_where_one_is_optional() {
    let pki = Pki::new();
    let to = start(pki.required().allow_missing_client_certificate()).await;
    assert_eq!(soon(pki.nobody().get(to)).await.unwrap().0, StatusCode::UNAUTHORIZED);
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().0, StatusCode::OK);
}

#[tokio::test]
async fn where_none_is_asked_for_none_is_known() {
    let pki = Pki::new();
    let to = start(pki.plain()).await;
    for client in [pki.nobody(), pki.alice()] {
        assert_eq!(soon(client.get(to)).await.unwrap().0, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_not_let_in() {
    let pki = Pki::new();
    for builder in [pki.required(), pki.required().allow_missing_client_certificate()] {
        let to = start(builder).await;
        // Of the same name as the right one, too.
        for other in [Authority::new("others"), Authority::new("clients")] {
            let mallory = other.client("spiffe://example/alice");
            let client = TlsClient::showing(&pki.servers, &mallory, &[other.der()]);
            assert!(soon(client.get(to)).await.is_err());
        }
    }
}

#[tokio::test]
async fn a_certificate_for_servers_or_from_the_past_is_not_let_in() {
    let pki = Pki::new();
    let to = start(pki.required()).await;
    let server = pki.clients.server();
    let ended = pki.clients.sign(&client("spiffe://example/a").valid((2020, 1, 1), (2021, 1, 1)));
    for shown in [server, ended] {
        let client = TlsClient::showing(&pki.servers, &shown, &[]);
        assert!(soon(client.get(to)).await.is_err());
    }
}

#[tokio::test]
async fn several_authorities_may_sign_for_clients() {
    let pki = Pki::new();
    let second = Authority::new("second");
    let bundle = format!("{}\n{}", pki.clients.pem(), second.pem());
    let to = start(pki.plain().with_client_ca(bundle)).await;
    let bob = TlsClient::showing(&pki.servers, &second.client("spiffe://example/bob"), &[]);
    assert_eq!(soon(bob.get(to)).await.unwrap().1, "spiffe://example/bob");
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().1, "spiffe://example/alice");
}

#[tokio::test]
async fn both_versions_of_http_are_spoken() {
    let pki = Pki::new();
    let to = start(pki.required()).await;
    let by_http_2 = soon(pki.alice().get_by_http_2(to)).await;
    assert_eq!(by_http_2, (StatusCode::OK, "spiffe://example/alice".to_owned()));
    let by_http_1 = soon(pki.alice().speaking(&["http/1.1"]).get(to)).await.unwrap();
    assert_eq!(by_http_1, by_http_2);
}

#[tokio::test]
async fn an_accept_loop_of_ones_own_learns_who_is_there() {
    let pki = Pki::new();
    let mut listener = bind(pki.required().allow_missing_client_certificate()).await;
    let to = listener.local_addr();
    for (client, protocol, uris) in [
        (pki.alice().speaking(&["h2", "http/1.1"]), Some(&b"h2"[..]), 1),
        (pki.alice().speaking(&["http/1.1"]), Some(&b"http/1.1"[..]), 1),
        (pki.nobody(), None, 0),
    ] {
        let (connected, accepted) =
            soon(async { tokio::join!(client.connect(to), listener.accept()) }).await;
        let (stream, from) = accepted;
        assert_eq!(stream.alpn_protocol(), protocol);
        assert_eq!(stream.peer().remote_addr(), from);
        assert_eq!(from, connected.unwrap().get_ref().0.local_addr().unwrap());
        let leaf = stream.peer().certificates().leaf().unwrap();
        assert_eq!(leaf.map_or(0, |leaf| leaf.uris().len()), uris);
    }
}

#[tokio::test]
async fn a_protocol_that_is_not_spoken_ends_the_handshake() {
    let pki = Pki::new();
    let to = start(pki.required()).await;
    assert!(soon(pki.alice().speaking(&["spdy/3"]).connect(to)).await.is_err());
}

#[tokio::test]
async fn the_end_of_a_certificate_counts_on_a_connection_from_before() {
    let pki = Pki::new();
    let alice =
        pki.clients.sign(&client("spiffe://example/alice").valid((2020, 1, 1), (2100, 1, 1)));
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(4_102_444_800);
    let clock = Clock::manual(end - Duration::from_secs(1));
    let rules = CertificateRules::new().with_clock(clock.clone());
    let (to, _) = serve(bind(pki.required()).await, rules);

    let mut connection =
        soon(TlsClient::showing(&pki.servers, &alice, &[]).open(to)).await.unwrap();
    assert_eq!(soon(connection.get()).await.unwrap().0, StatusCode::OK);
    clock.advance(Duration::from_secs(1));
    assert_eq!(soon(connection.get()).await.unwrap().0, StatusCode::OK);
    clock.advance(Duration::from_secs(1));
    assert_eq!(soon(connection.get()).await.unwrap().0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_verified_certificate_that_is_never_accepted_is_refused_by_the_layer() {
    let pki = Pki::new();
    let to = start(pki.required()).await;
    let wild = pki.clients.sign(&Leaf::named("a").dns("*.example.com"));
    let client = TlsClient::showing(&pki.servers, &wild, &[]);
    assert_eq!(soon(client.get(to)).await.unwrap().0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn handlers_can_ask_for_the_peer() {
    let pki = Pki::new();
    let listener = bind(pki.required()).await;
    let to = listener.local_addr();
    let app = Router::new().route(
        "/",
        get(async |ConnectInfo(peer): ConnectInfo<TlsPeer>| peer.remote_addr().ip().to_string()),
    );
    let service = app.into_make_service_with_connect_info::<TlsPeer>();
    tokio::spawn(async { axum::serve(listener, service).await.unwrap() });
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().1, "127.0.0.1");
}
