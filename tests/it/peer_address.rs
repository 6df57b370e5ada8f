//! Where a request comes from, as the servers of this world tell it.

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, extract::ConnectInfo, routing::get};
use http::{Extensions, Request};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    },
};
use tonic::transport::server::Connected;
use tower_auth::{Basic, Credentials, PeerAddress, TlsListener, TlsPeer};

use crate::support::{
    callers::user,
    pki::Authority,
    tls::{TlsClient, soon},
};

const HERE: &str = "192.0.2.7";
const THERE: &str = "198.51.100.9";

#[test]
fn the_address_is_what_was_inserted_or_what_the_server_knows() {
    let connection: SocketAddr = "198.51.100.9:4711".parse().unwrap();
    let mut request = user("alice");
    let address = |request: Request<()>| {
        let (parts, ()) = request.into_parts();
        Basic::from_parts(&parts).unwrap().unwrap().peer_address().map(|it| it.to_string())
    };
    assert_eq!(address(request.clone()), None);
    // What the client says of itself counts for nothing.
    for name in ["x-forwarded-for", "forwarded", "x-real-ip"] {
        request.headers_mut().insert(name, HERE.parse().unwrap());
    }
    assert_eq!(address(request.clone()), None);
    request.extensions_mut().insert(ConnectInfo(connection));
    assert_eq!(address(request.clone()).as_deref(), Some(THERE));
    request.extensions_mut().insert(PeerAddress(HERE.parse().unwrap()));
    assert_eq!(address(request).as_deref(), Some(HERE));
}

/// Both ends of a connection.
async fn loopback() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let (client, server) = tokio::join!(TcpStream::connect(to), listener.accept());
    (client.unwrap(), server.unwrap().0)
}

fn of<T: Clone + Send + Sync + 'static>(info: T) -> Option<String> {
    let mut extensions = Extensions::new();
    extensions.insert(info);
    PeerAddress::from_extensions(&extensions).map(|PeerAddress(address)| address.to_string())
}

#[tokio::test]
async fn connections_of_tonic_are_known() {
    let (_client, server) = loopback().await;
    assert_eq!(of(server.connect_info()).as_deref(), Some("127.0.0.1"));
    assert_eq!(of("a connection of nobody's"), None);
}

#[tokio::test]
async fn tls_connections_of_tonic_are_known() {
    let servers = Authority::new("servers");
    let certified = servers.server();
    let chain = vec![CertificateDer::from(certified.der())];
    let key = PrivateKeyDer::from_pem_slice(certified.key_pem().as_bytes()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let accepted = async {
        let (socket, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(Arc::new(config)).accept(socket).await.unwrap()
    };
    let client = TlsClient::believing(&servers);
    let (client, server) = soon(async { tokio::join!(client.connect(to), accepted) }).await;
    assert!(client.is_ok());
    assert_eq!(of(server.connect_info()).as_deref(), Some("127.0.0.1"));
}

#[tokio::test]
async fn connections_of_the_tls_listener_are_known() {
    let servers = Authority::new("servers");
    let server = servers.server();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let listener = TlsListener::builder(server.pem(), server.key_pem()).bind(socket).unwrap();
    let to = listener.local_addr();
    let who = async |request: Request<axum::body::Body>| {
        let found = PeerAddress::from_extensions(request.extensions()).expect("known");
        let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<TlsPeer>>().expect("served");
        assert_eq!(of(peer.clone()), Some(found.0.to_string()));
        found.0.to_string()
    };
    let app = Router::new().route("/", get(who));
    let app = app.into_make_service_with_connect_info::<TlsPeer>();
    let server = tokio::spawn(async { axum::serve(listener, app).await });
    let (status, body) = soon(TlsClient::believing(&servers).get(to)).await.unwrap();
    assert_eq!((status.as_u16(), body.as_str()), (200, "127.0.0.1"));
    server.abort();
}
