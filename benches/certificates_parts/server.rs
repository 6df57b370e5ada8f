//! Two servers, ours and plain rustls, and a client of both, on one thread.

use std::{cell::RefCell, net::SocketAddr, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::mpsc,
};
use tokio_rustls::{TlsAcceptor, TlsConnector, client, rustls::pki_types::ServerName};
use tower_auth::TlsListener;

use super::pki::Pki;

/// A connection of a server, whichever it is.
pub(crate) type Accepted = Box<dyn AsyncWrite + Send + Unpin>;

pub(crate) struct Servers {
    runtime: Runtime,
    connector: TlsConnector,
    pub(crate) ours: SocketAddr,
    pub(crate) plain: SocketAddr,
    /// Connections that the servers have.
    kept: RefCell<mpsc::UnboundedReceiver<Accepted>>,
}

impl Servers {
    pub(crate) fn start(pki: &Pki) -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (keep, kept) = mpsc::unbounded_channel();
        let (ours, plain) =
            runtime.block_on(async { (ours(pki, keep.clone()).await, plain(pki, keep).await) });
        let connector = TlsConnector::from(Arc::new(pki.client()));
        Self { runtime, connector, ours, plain, kept: RefCell::new(kept) }
    }

    /// A connection with its handshake, until the server has said something.
    pub(crate) fn connect(&self, to: SocketAddr) -> client::TlsStream<TcpStream> {
        self.runtime.block_on(async {
            let socket = TcpStream::connect(to).await.expect("a connection");
            let name = ServerName::try_from("localhost").expect("a name");
            let mut stream = self.connector.connect(name, socket).await.expect("a handshake");
            stream.read_exact(&mut [0]).await.expect("a byte");
            stream
        })
    }

    /// The server's end of a connection.
    pub(crate) fn accepted(&self) -> Accepted {
        let accepted = std::future::poll_fn(|cx| self.kept.borrow_mut().poll_recv(cx));
        self.runtime.block_on(accepted).expect("a server that is there")
    }

    /// One that is closed by both ends.
    pub(crate) fn handshake(&self, to: SocketAddr) {
        drop((self.connect(to), self.accepted()));
    }
}

async fn bind() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let to = socket.local_addr().expect("an address");
    (socket, to)
}

async fn ours(pki: &Pki, keep: mpsc::UnboundedSender<Accepted>) -> SocketAddr {
    let (socket, to) = bind().await;
    let mut listener = TlsListener::builder(pki.server.0.as_str(), pki.server.1.as_str())
        .with_client_ca(pki.ca.as_str())
        .bind(socket)
        .expect("a good configuration");
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await;
            stream.write_all(b"!").await.expect("a client that is there");
            stream.flush().await.expect("a client that is there");
            let _ = keep.send(Box::new(stream));
        }
    });
    to
}

async fn plain(pki: &Pki, keep: mpsc::UnboundedSender<Accepted>) -> SocketAddr {
    let (socket, to) = bind().await;
    let acceptor = TlsAcceptor::from(Arc::new(pki.plain()));
    tokio::spawn(async move {
        loop {
            let (stream, _) = socket.accept().await.expect("a connection");
            let (acceptor, keep) = (acceptor.clone(), keep.clone());
            tokio::spawn(async move {
                stream.set_nodelay(true).expect("a socket");
                let mut stream = acceptor.accept(stream).await.expect("a handshake");
                stream.write_all(b"!").await.expect("a client that is there");
                stream.flush().await.expect("a client that is there");
                let _ = keep.send(Box::new(stream));
            });
        }
    });
    to
}
