//! [`TlsStream`] and [`TlsPeer`]: an accepted connection and what is known of its other end.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tokio_rustls::server::TlsStream as Rustls;

use crate::mtls::PeerCertificates;

/// A connection that a [`TlsListener`](crate::TlsListener) accepted.
#[derive(Debug)]
pub struct TlsStream {
    stream: Rustls<TcpStream>,
    peer: TlsPeer,
}

/// Who is at the other end of a TLS connection.
///
/// Serve `app.into_make_service_with_connect_info::<TlsPeer>()` to have it in every request, where
/// [`MtlsIdentityLayer`](crate::MtlsIdentityLayer) looks for it; handlers extract it as
/// `ConnectInfo<TlsPeer>`.
#[derive(Clone, Debug)]
pub struct TlsPeer {
    remote_addr: SocketAddr,
    certificates: PeerCertificates,
    host: Option<Arc<str>>,
}

impl TlsStream {
    /// The host is the one whose own rules for clients were applied.
    pub(super) fn new(
        stream: Rustls<TcpStream>,
        remote_addr: SocketAddr,
        host: Option<Arc<str>>,
    ) -> Self {
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificates = PeerCertificates::of_handshake(chain, host.clone());
        Self { stream, peer: TlsPeer { remote_addr, certificates, host } }
    }

    /// Who is at the other end.
    #[must_use]
    pub const fn peer(&self) -> &TlsPeer {
        &self.peer
    }

    /// The protocol that both ends agreed on (ALPN): `h2` or `http/1.1`.
    #[must_use]
    pub fn alpn_protocol(&self) -> Option<&[u8]> {
        self.stream.get_ref().1.alpn_protocol()
    }
}

impl TlsPeer {
    /// The address that the connection came from.
    #[must_use]
    pub const fn remote_addr(&self) -> SocketAddr {
        self.remote_addr
    }

    /// The certificates that the client showed.
    #[must_use]
    pub const fn certificates(&self) -> &PeerCertificates {
        &self.certificates
    }
}

impl TlsPeer {
    /// The host that the client asked for, where it has [rules for clients](crate::TlsHost) of its own;
    /// `None` where those of the listener were applied.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }
}

#[cfg(feature = "tonic")]
impl tonic::transport::server::Connected for TlsStream {
    type ConnectInfo = TlsPeer;

    fn connect_info(&self) -> TlsPeer {
        self.peer.clone()
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
