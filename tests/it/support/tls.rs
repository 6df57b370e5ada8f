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
        ALL_VERSIONS, ClientConfig, ConfigBuilder, HandshakeKind, RootCertStore,
        SupportedProtocolVersion,
        client::{ResolvesClientCert, WantsClientCert},
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
    },
};

use crate::support::pki::{Authority, Certified};

/// What a client believes and what it shows.
#[derive(Clone)]
pub(crate) struct TlsClient {
    config: ClientConfig,
    host: ServerName<'static>,
}

/// An answer: status and body.
pub(crate) type Answer = (StatusCode, String);

impl TlsClient {
    /// Believes servers of an authority and shows no certificate.
    pub(crate) fn believing(authority: &Authority) -> Self {
        Self::of(config(authority).with_no_client_auth())
    }

    /// Believes servers of an authority and shows a certificate, with others after it.
    pub(crate) fn showing(authority: &Authority, shown: &Certified, others: &[Vec<u8>]) -> Self {
        let leaf = CertificateDer::from(shown.der());
        let others = others.iter().map(|der| CertificateDer::from(der.clone()));
        let chain = std::iter::once(leaf).chain(others).collect();
        let key = PrivateKeyDer::from_pem_slice(shown.key_pem().as_bytes()).unwrap();
        Self::of(config(authority).with_client_auth_cert(chain, key).unwrap())
    }

    /// The same by these versions of TLS only.
    pub(crate) fn showing_by(
        versions: &[&'static SupportedProtocolVersion],
        authority: &Authority,
        shown: &Certified,
    ) -> Self {
        let chain = vec![CertificateDer::from(shown.der())];
        let key = PrivateKeyDer::from_pem_slice(shown.key_pem().as_bytes()).unwrap();
        Self::of(config_by(versions, authority).with_client_auth_cert(chain, key).unwrap())
    }

    /// What chooses the certificate that is shown.
    pub(crate) fn resolver(&self) -> Arc<dyn ResolvesClientCert> {
        Arc::clone(&self.config.client_auth_cert_resolver)
    }

    fn of(config: ClientConfig) -> Self {
        Self { config, host: ServerName::try_from("localhost").unwrap() }
    }

    /// Asks for another host than `localhost`.
    pub(crate) fn asking_for(mut self, host: &str) -> Self {
        self.host = ServerName::try_from(host.to_owned()).unwrap();
        self
    }

    /// Changes what rustls is configured with.
    pub(crate) fn configured(mut self, change: impl FnOnce(&mut ClientConfig)) -> Self {
        change(&mut self.config);
        self
    }

    pub(crate) fn speaking(mut self, protocols: &[&str]) -> Self {
        self.config.alpn_protocols =
            protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        self
    }

    pub(crate) async fn connect(&self, to: SocketAddr) -> io::Result<TlsStream<TcpStream>> {
        self.connect_over(TcpStream::connect(to).await?).await
    }

    /// A handshake on a connection that is there. Sessions are shared by the clones of a client.
    async fn connect_over(&self, socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let connector = TlsConnector::from(Arc::new(self.config.clone()));
        connector.connect(self.host.clone(), socket).await
    }

    /// One request on a connection that is there.
    pub(crate) async fn get_over(&self, socket: TcpStream) -> Result<Answer, String> {
        let stream = self.connect_over(socket).await.map_err(|error| error.to_string())?;
        Connection::over(stream).await?.get().await
    }

    /// One request on a connection of its own.
    pub(crate) async fn get(&self, to: SocketAddr) -> Result<Answer, String> {
        self.open(to).await?.get().await
    }

    /// A connection for several requests.
    pub(crate) async fn open(&self, to: SocketAddr) -> Result<Connection, String> {
        let stream = self.connect(to).await.map_err(|error| error.to_string())?;
        Connection::over(stream).await
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

fn config(authority: &Authority) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    config_by(ALL_VERSIONS, authority)
}

fn config_by(
    versions: &[&'static SupportedProtocolVersion],
    authority: &Authority,
) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(authority.der())).unwrap();
    ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots)
}

/// A connection that speaks HTTP/1.1.
pub(crate) struct Connection {
    sender: http1::SendRequest<Empty<Bytes>>,
    kind: Option<HandshakeKind>,
}

impl Connection {
    pub(crate) async fn over(stream: TlsStream<TcpStream>) -> Result<Self, String> {
        let kind = stream.get_ref().1.handshake_kind();
        let shaken = http1::handshake(TokioIo::new(stream)).await;
        let (sender, connection) = shaken.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, kind })
    }

    /// Whether a session was resumed.
    pub(crate) fn handshake_kind(&self) -> Option<HandshakeKind> {
        self.kind
    }

    pub(crate) async fn get(&mut self) -> Result<Answer, String> {
        let request = Request::get("/").header("host", "localhost").body(Empty::new()).unwrap();
        let response = self.sender.send_request(request).await;
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
