//! Clients of TLS servers.
use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};

use crate::support::pki::{Authority, Certified};

/// What a client believes and what it shows.
#[derive(Clone)]
pub(crate) struct TlsClient(ClientConfig);

/// An answer: status and body.
pub(crate) type Answer = (StatusCode, String);

impl TlsClient {
    /// Believes servers of an authority and shows no certificate.
    pub(crate) fn believing(authority: &Authority) -> Self {
        Self(config(authority).with_no_client_auth())
    }

    /// Believes servers of an authority and shows a certificate, with others after it.
    pub(crate) fn showing(authority: &Authority, shown: &Certified, others: &[Vec<u8>]) -> Self {
        let leaf = CertificateDer::from(shown.der());
        let others = others.iter().map(|der| CertificateDer::from(der.clone()));
        let chain = std::iter::once(leaf).chain(others).collect();
        let key = PrivateKeyDer::from_pem_slice(shown.key_pem().as_bytes()).unwrap();
        Self(config(authority).with_client_auth_cert(chain, key).unwrap())
    }

    pub(crate) fn speaking(mut self, protocols: &[&str]) -> Self {
        self.0.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        self
    }

    pub(crate) async fn connect(&self, to: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        let socket = TcpStream::connect(to).await?;
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(Arc::new(self.0.clone())).connect(name, socket).await
    }

    /// One request on a connection of its own.
    pub(crate) async fn get(&self, to: SocketAddr) -> Result<Answer, String> {
        self.open(to).await?.get().await
    }

    /// A connection for several requests.
    pub(crate) async fn open(&self, to: SocketAddr) -> Result<Connection, String> {
        let stream = self.connect(to).await.map_err(|error| error.to_string())?;
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Connection(sender))
    }

    /// One request by HTTP/2 on a connection of its own.
    pub(crate) async fn get_by_http_2(&self, to: SocketAddr) -> Answer {
        let stream = self.clone().speaking(&["h2"]).connect(to).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let shaken = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await;
        let (mut sender, connection) = shaken.unwrap();
        tokio::spawn(connection);
        let request = Request::get("https://localhost/").body(Empty::<Bytes>::new()).unwrap();
        read(sender.send_request(request).await.unwrap()).await
    }
}

fn config(
    authority: &Authority,
) -> tokio_rustls::rustls::ConfigBuilder<ClientConfig, tokio_rustls::rustls::client::WantsClientCert>
{
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.der())).unwrap();
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
}

/// A connection that speaks HTTP/1.1.
pub(crate) struct Connection(http1::SendRequest<Empty<Bytes>>);

impl Connection {
    pub(crate) async fn get(&mut self) -> Result<Answer, String> {
        let request = Request::get("/").header("host", "localhost").body(Empty::new()).unwrap();
        let response = self.0.send_request(request).await;
        Ok(read(response.map_err(|error| error.to_string())?).await)
    }
}

async fn read(response: http::Response<hyper::body::Incoming>) -> Answer {
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Ends a test that would wait for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), future).await.expect("this takes much too long")
}

/// Answers with the subject of the caller, or with nothing.
pub(crate) async fn who<B>(request: Request<B>) -> Result<http::Response<String>, Infallible> {
    let identity = tower_auth::Identity::from_extensions(request.extensions());
    let subject = identity.map_or("", |identity| identity.subject());
    Ok(http::Response::new(subject.to_owned()))
}
