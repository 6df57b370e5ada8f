//! [`TlsListener`]: TLS for `axum::serve`, for tonic and for accept loops of your own.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use tokio::{sync::mpsc, task::AbortHandle};

use super::{
    TlsListenerBuilder, handle::TlsHandle, handshake::Accepted, pem_source::PemSource,
    stream::TlsStream,
};

/// Accepts TLS connections, with client certificates required, optional or not asked for.
///
/// Handshakes run side by side, each with a time limit and all of them with a bound on their number. Where
/// there are too many, the oldest one of the network that has most of them makes room, so that clients that
/// are slow with their handshakes delay nobody else. Only connections whose handshake is complete are handed
/// out. TLS 1.2 and 1.3, on rustls with aws-lc-rs; ALPN offers `h2` and `http/1.1`.
///
/// A client may resume a session of the same host and the same rules; its certificate is then held
/// against the authorities and revocation lists once more, so that no session outlives what it rests on.
///
/// What comes from files is read again when they change, see [`TlsHandle`], and an
/// event tells of certificates that end soon.
///
/// | Server | How it takes the connections |
/// |---|---|
/// | `axum::serve` | as its listener, with `into_make_service_with_connect_info::<TlsPeer>()` |
/// | tonic | `serve_with_incoming(listener)`: it is a `Stream`; with the feature `tonic` requests have the [`TlsPeer`](crate::TlsPeer) |
/// | a loop of your own | [`accept`](Self::accept), and [`TlsStream::peer`](crate::TlsStream::peer) into the extensions of each request |
///
/// # Examples
///
/// ```no_run
/// use std::path::Path;
///
/// use axum::{Router, routing::get};
/// use tower_auth::{TlsListener, TlsPeer};
///
/// # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = TlsListener::builder(Path::new("server.pem"), Path::new("server-key.pem"))
///     .with_client_ca(Path::new("clients-ca.pem"))
///     .bind(tokio::net::TcpListener::bind("127.0.0.1:8443").await?)?;
///
/// let app = Router::new().route("/", get(async || "hello"));
/// axum::serve(listener, app.into_make_service_with_connect_info::<TlsPeer>()).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct TlsListener {
    pub(super) accepted: mpsc::Receiver<Accepted>,
    pub(super) local_addr: SocketAddr,
    pub(super) handle: TlsHandle,
    /// What ends with the listener.
    pub(super) tasks: Vec<AbortHandle>,
}

impl TlsListener {
    /// How long a handshake may take where nothing else is set.
    pub const DEFAULT_HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

    /// How many handshakes may be under way where nothing else is set.
    pub const DEFAULT_MAX_HANDSHAKES: usize = 256;

    /// How often files are looked at where nothing else is set. Kubernetes itself takes up to a minute to
    /// put a changed secret into a file.
    pub const DEFAULT_REFRESH_INTERVAL: Duration = Duration::from_secs(60);

    /// How often an event tells of certificates that end soon, where nothing else is set.
    pub const DEFAULT_EXPIRY_CHECK_INTERVAL: Duration = Duration::from_secs(3600);

    /// Starts a listener with the server's certificate chain, its own certificate first, and the
    /// private key of it, both in PEM: text, or the path of a file.
    pub fn builder(chain: impl Into<PemSource>, key: impl Into<PemSource>) -> TlsListenerBuilder {
        TlsListenerBuilder::new(chain.into(), key.into())
    }

    /// A listener by a configuration that was read from a file.
    ///
    /// # Errors
    ///
    /// Every mistake of it.
    pub fn from_config(config: super::TlsConfig) -> Result<TlsListenerBuilder, crate::ConfigError> {
        config.into_builder()
    }

    /// Exchanges the certificates while the listener runs, and tells of them.
    #[must_use]
    pub fn handle(&self) -> TlsHandle {
        self.handle.clone()
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
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

/// The connections whose handshakes are complete, as tonic and others take them. It never ends.
impl Stream for TlsListener {
    type Item = io::Result<TlsStream>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.accepted.poll_recv(cx) {
            Poll::Ready(Some((stream, _))) => Poll::Ready(Some(Ok(stream))),
            // As in `accept`.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
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
