//! [`TlsStream`] and [`TlsPeer`]: an accepted connection and what is known of its other end.

use std::{
    io::{self, IoSlice},
    net::SocketAddr,
    pin::Pin,
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
}

impl TlsStream {
    pub(super) fn new(stream: Rustls<TcpStream>, remote_addr: SocketAddr) -> Self {
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let certificates = PeerCertificates::from_der(chain.iter().map(|der| der.to_vec()));
        Self { stream, peer: TlsPeer { remote_addr, certificates } }
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
