//! [`TlsListener`]: TLS for `axum::serve` and for accept loops of your own.

use std::{io, net::SocketAddr, num::NonZeroUsize, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    task::{AbortHandle, JoinSet},
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        RootCertStore, ServerConfig,
        crypto::aws_lc_rs,
        pki_types::CertificateDer,
        server::{NoClientAuth, WebPkiClientVerifier, danger::ClientCertVerifier},
    },
};

use crate::{
    config_error::{ConfigError, Problems},
    mtls::stream::TlsStream,
    pem,
    secret::Secret,
};

/// Accepts TLS connections, with client certificates required, optional or not asked for.
///
/// Handshakes run side by side, each with a time limit and all of them with a bound on their number,
/// so that a client that is slow with its handshake delays nobody else. Only connections whose
/// handshake is complete are handed out. TLS 1.2 and 1.3, on rustls with aws-lc-rs; ALPN offers
/// `h2` and `http/1.1`.
///
/// # Examples
///
/// ```no_run
/// use axum::{Router, routing::get};
/// use tower_auth::{TlsListener, TlsPeer};
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = TlsListener::builder(std::fs::read("server.pem")?, std::fs::read("server-key.pem")?)
///     .with_client_ca(std::fs::read("clients-ca.pem")?)
///     .bind(tokio::net::TcpListener::bind("127.0.0.1:8443").await?)?;
///
/// let app = Router::new().route("/", get(async || "hello"));
/// axum::serve(listener, app.into_make_service_with_connect_info::<TlsPeer>()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TlsListener {
    accepted: mpsc::Receiver<(TlsStream, SocketAddr)>,
    local_addr: SocketAddr,
    accepting: AbortHandle,
}

impl TlsListener {
    /// How long a handshake may take where nothing else is set.
    pub const DEFAULT_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

    /// How many handshakes may be under way where nothing else is set.
    pub const DEFAULT_MAX_HANDSHAKES: usize = 256;

    /// Starts a listener with the server's certificate chain, its own certificate first, and the
    /// private key of it, both in PEM.
    pub fn builder(chain_pem: impl Into<Secret>, key_pem: impl Into<Secret>) -> TlsListenerBuilder {
        TlsListenerBuilder {
            chain_pem: chain_pem.into(),
            key_pem: key_pem.into(),
            client_ca_pem: None,
            client_certificate_optional: false,
            handshake_timeout: Self::DEFAULT_HANDSHAKE_TIMEOUT,
            max_handshakes: Self::DEFAULT_MAX_HANDSHAKES,
        }
    }

    /// The next connection whose handshake is complete.
    pub async fn accept(&mut self) -> (TlsStream, SocketAddr) {
        match self.accepted.recv().await {
            Some(accepted) => accepted,
            // The task that accepts ends with its runtime only, and this future with it.
            None => std::future::pending().await,
        }
    }

    /// The address that the listener is bound to.
    #[must_use]
    pub const fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

#[cfg(feature = "axum")]
impl axum::serve::Listener for TlsListener {
    type Io = TlsStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TlsStream, SocketAddr) {
        Self::accept(self).await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local_addr)
    }
}

#[cfg(feature = "axum")]
impl axum::extract::connect_info::Connected<axum::serve::IncomingStream<'_, TlsListener>>
    for crate::TlsPeer
{
    fn connect_info(stream: axum::serve::IncomingStream<'_, TlsListener>) -> Self {
        stream.io().peer().clone()
    }
}

/// Builds a [`TlsListener`].
#[derive(Clone, Debug)]
#[must_use = "call `bind`"]
pub struct TlsListenerBuilder {
    /// Often a file that holds the key as well.
    chain_pem: Secret,
    key_pem: Secret,
    client_ca_pem: Option<Vec<u8>>,
    client_certificate_optional: bool,
    handshake_timeout: Duration,
    max_handshakes: usize,
}

impl TlsListenerBuilder {
    /// Demands a client certificate that one of these authorities (PEM) has signed.
    pub fn with_client_ca(mut self, ca_pem: impl Into<Vec<u8>>) -> Self {
        self.client_ca_pem = Some(ca_pem.into());
        self
    }

    /// Lets clients connect that show no certificate. One that is shown must be good all the same.
    pub const fn allow_missing_client_certificate(mut self) -> Self {
        self.client_certificate_optional = true;
        self
    }

    /// Sets how long a handshake may take. The default is
    /// [`TlsListener::DEFAULT_HANDSHAKE_TIMEOUT`].
    pub const fn with_handshake_timeout(mut self, limit: Duration) -> Self {
        self.handshake_timeout = limit;
        self
    }

    /// Sets how many handshakes may be under way. The default is
    /// [`TlsListener::DEFAULT_MAX_HANDSHAKES`].
    pub const fn with_max_handshakes(mut self, handshakes: NonZeroUsize) -> Self {
        self.max_handshakes = handshakes.get();
        self
    }

    /// Starts to accept the connections of a socket. Must be called inside of a tokio runtime.
    ///
    /// # Errors
    ///
    /// PEM that holds no certificate or key, a key that does not belong to the certificate,
    /// authorities that cannot be read, clients let in without a certificate where none is asked
    /// for, and a socket that is not bound.
    pub fn bind(self, socket: TcpListener) -> Result<TlsListener, ConfigError> {
        let mut problems = Problems::default();
        let config = problems.take("TLS", self.server_config());
        let local_addr = socket
            .local_addr()
            .map_err(|error| problems.add(format!("the socket is not bound: {error}")))
            .ok();
        let (config, local_addr) = problems.finish_with(config.zip(local_addr))?;
        let (sender, accepted) = mpsc::channel(1);
        let handshakes = Handshakes {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            limit: self.handshake_timeout,
            places: Arc::new(Semaphore::new(self.max_handshakes)),
            done: sender,
        };
        let accepting = tokio::spawn(handshakes.run(socket)).abort_handle();
        Ok(TlsListener { accepted, local_addr, accepting })
    }

    fn server_config(&self) -> Result<ServerConfig, ConfigError> {
        let mut problems = Problems::default();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = self.client_verifier(&mut problems);
        let chain = certificates("the chain", self.chain_pem.expose(), &mut problems);
        let key = pem::private_key(self.key_pem.expose());
        let key = key.map_err(|problem| problems.add(format!("the key: {problem}"))).ok();
        let (verifier, key) = problems.finish_with(verifier.zip(key))?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| ConfigError::new(error.to_string()))?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, key)
            .map_err(|error| ConfigError::new(format!("the key or the chain: {error}")))?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    fn client_verifier(&self, problems: &mut Problems) -> Option<Arc<dyn ClientCertVerifier>> {
        let Some(ca_pem) = &self.client_ca_pem else {
            if self.client_certificate_optional {
                problems.add("client certificates are optional, but no authority is set: call with_client_ca");
            }
            return Some(Arc::new(NoClientAuth));
        };
        let mut roots = RootCertStore::empty();
        for certificate in certificates("the client authorities", ca_pem, problems) {
            if let Err(error) = roots.add(certificate) {
                problems.add(format!("a certificate of the client authorities: {error}"));
            }
        }
        if roots.is_empty() {
            return None; // for reasons that have been added
        }
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        if self.client_certificate_optional {
            builder = builder.allow_unauthenticated();
        }
        let verifier = builder.build();
        verifier.map_err(|error| problems.add(format!("the client authorities: {error}"))).ok()
    }
}

/// The certificates of a PEM bundle, at least one.
fn certificates(what: &str, pem: &[u8], problems: &mut Problems) -> Vec<CertificateDer<'static>> {
    let certificates = pem::certificates(pem);
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            problems.add(format!("{what}: no certificate in the PEM"));
            certificates
        }
        Ok(certificates) => certificates,
        Err(problem) => {
            problems.add(format!("{what}: {problem}"));
            Vec::new()
        }
    }
}

/// Accepts connections and completes their handshakes, side by side.
struct Handshakes {
    acceptor: TlsAcceptor,
    limit: Duration,
    places: Arc<Semaphore>,
    done: mpsc::Sender<(TlsStream, SocketAddr)>,
}

impl Handshakes {
    /// Runs until it is aborted; the handshakes under way end with it.
    async fn run(self, socket: TcpListener) {
        let mut under_way = JoinSet::new();
        loop {
            let place = Arc::clone(&self.places).acquire_owned().await;
            let place = place.expect("the semaphore is never closed");
            let Ok((stream, remote_addr)) = socket.accept().await else {
                // Out of file descriptors, mostly: to try again at once would only burn the processor.
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let handshake = timeout(self.limit, handshake(self.acceptor.clone(), stream));
            let done = self.done.clone();
            under_way.spawn(async move {
                if let Ok(Ok(stream)) = handshake.await {
                    // Fails only where the listener is gone.
                    let _ = done.send((TlsStream::new(stream, remote_addr), remote_addr)).await;
                }
                drop(place);
            });
            while under_way.try_join_next().is_some() {}
        }
    }
}

async fn handshake(
    acceptor: TlsAcceptor,
    stream: TcpStream,
) -> io::Result<tokio_rustls::server::TlsStream<TcpStream>> {
    // Answers are small and complete: to hold them back for more helps nobody.
    stream.set_nodelay(true)?;
    acceptor.accept(stream).await
}
