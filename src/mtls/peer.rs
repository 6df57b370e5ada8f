//! [`PeerCertificates`]: what the server knows about the client's end of a connection.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Extensions, Request};
use tower::{Layer, Service};

use super::per_connection::PerConnection;
use crate::{error::AuthError, mtls::ClientCertificate};

/// The certificates that the client showed in the TLS handshake, or that it showed none.
///
/// Whoever inserts this into the extensions of a request vouches that the TLS stack verified the
/// chain. The leaf is parsed when the value is made, once per connection; a clone costs one
/// reference count.
///
/// # Examples
///
/// ```
/// use tower_auth::PeerCertificates;
///
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(PeerCertificates::none());
/// ```
#[derive(Clone, Debug)]
pub struct PeerCertificates(Option<Arc<Shown>>);

#[derive(Debug)]
struct Shown {
    chain: Vec<Vec<u8>>,
    leaf: Result<ClientCertificate, AuthError>,
}

impl PeerCertificates {
    /// A client that showed no certificate.
    #[must_use]
    pub const fn none() -> Self {
        Self(None)
    }

    /// The chain in DER with the client's own certificate first, as TLS stacks give it; an empty
    /// chain is [`none`](Self::none).
    ///
    /// A leaf that cannot be parsed is kept as that: requests of the connection are refused.
    ///
    /// They pass for accepted by the rules of the listener itself. What a `TlsListener` accepted is in
    /// `TlsPeer::certificates`, which know by the rules of which host: do not make it again of its DER.
    pub fn from_der<D: Into<Vec<u8>>>(chain: impl IntoIterator<Item = D>) -> Self {
        let chain: Vec<Vec<u8>> = chain.into_iter().map(Into::into).collect();
        let Some(leaf) = chain.first() else {
            return Self::none();
        };
        let leaf = ClientCertificate::from_der(leaf.clone());
        Self(Some(Arc::new(Shown { chain, leaf })))
    }

    /// What a client showed in a handshake by the own rules of a host, or by those of the listener.
    #[cfg(feature = "tls")]
    pub(super) fn of_handshake(chain: &[impl AsRef<[u8]>], host: Option<Arc<str>>) -> Self {
        let chain: Vec<Vec<u8>> = chain.iter().map(|der| der.as_ref().to_vec()).collect();
        let Some(leaf) = chain.first() else {
            return Self::none();
        };
        let leaf = ClientCertificate::of_host(leaf.clone(), host);
        Self(Some(Arc::new(Shown { chain, leaf })))
    }

    /// What a proxy forwards: a chain, none, or why it cannot be read.
    pub(super) fn forwarded(chain: Result<Option<Vec<Vec<u8>>>, AuthError>) -> Self {
        let shown = match chain {
            Ok(None) => return Self::none(),
            Ok(Some(chain)) => {
                let leaf = chain.first().cloned().unwrap_or_default();
                let leaf = ClientCertificate::from_der(leaf);
                Shown { chain, leaf: leaf.map(ClientCertificate::forwarded) }
            }
            Err(error) => Shown { chain: Vec::new(), leaf: Err(error) },
        };
        Self(Some(Arc::new(shown)))
    }

    /// The client's own certificate.
    ///
    /// # Errors
    ///
    /// `UnreadableCredentials` when there is one and it could not be parsed.
    pub fn leaf(&self) -> Result<Option<ClientCertificate>, AuthError> {
        self.0.as_ref().map(|shown| shown.leaf.clone()).transpose()
    }

    /// The chain in DER as it was shown, the client's own certificate first.
    pub fn chain(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().flat_map(|shown| &shown.chain).map(Vec::as_slice)
    }

    /// Looks in all the places where servers leave their knowledge of the connection.
    pub(crate) fn of_connection(extensions: &Extensions) -> Option<Self> {
        if let Some(certificates) = extensions.get::<Self>() {
            return Some(certificates.clone());
        }
        #[cfg(feature = "tls")]
        if let Some(peer) = extensions.get::<super::TlsPeer>() {
            return Some(peer.certificates().clone());
        }
        #[cfg(all(feature = "axum", feature = "tls"))]
        if let Some(info) = extensions.get::<axum::extract::ConnectInfo<super::TlsPeer>>() {
            return Some(info.0.certificates().clone());
        }
        #[cfg(feature = "tonic")]
        if let Some(certificates) = crate::integration::tonic::peer_certificates(extensions) {
            return Some(certificates);
        }
        None
    }
}

/// Reads [`PeerCertificates`] from whatever a server leaves in the extensions of its requests.
///
/// A small adapter for servers that this crate does not know: axum-server, a TLS stack of your own.
/// It must be outside of the layers that want the certificate.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
/// use axum_server::tls::TlsInfo;
/// use tower_auth::{PeerCertificates, PeerCertificatesLayer};
///
/// let layer = PeerCertificatesLayer::per_connection(
///     |extensions| extensions.get::<Arc<TlsInfo>>().cloned(),
///     |info| PeerCertificates::from_der(info.peer_certificates.iter().cloned()),
/// );
/// # let _ = layer;
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct PeerCertificatesLayer(Arc<Read>);

type Read = dyn Fn(&Extensions) -> Option<PeerCertificates> + Send + Sync;

impl PeerCertificatesLayer {
    /// Reads by a function, on every request; where it finds nothing, nothing is inserted.
    pub fn new(
        read: impl Fn(&Extensions) -> Option<PeerCertificates> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(read))
    }

    /// Reads once what the server keeps for each connection, and hands to all requests of it.
    ///
    /// What was read is remembered by the address of the value, for at most 1024 connections at a time;
    /// of those beyond some are read again. Where nothing is found, nothing is inserted.
    pub fn per_connection<T: Send + Sync + 'static>(
        find: impl Fn(&Extensions) -> Option<Arc<T>> + Send + Sync + 'static,
        read: impl Fn(&T) -> PeerCertificates + Send + Sync + 'static,
    ) -> Self {
        let known = PerConnection::new();
        Self::new(move |extensions| find(extensions).map(|value| known.get(&value, &read)))
    }
}

impl<S> Layer<S> for PeerCertificatesLayer {
    type Service = PeerCertificatesService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        PeerCertificatesService { inner, read: Arc::clone(&self.0) }
    }
}

impl fmt::Debug for PeerCertificatesLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerCertificatesLayer").finish_non_exhaustive()
    }
}

/// The service of a [`PeerCertificatesLayer`].
#[derive(Clone)]
pub struct PeerCertificatesService<S> {
    inner: S,
    read: Arc<Read>,
}

impl<S, B> Service<Request<B>> for PeerCertificatesService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        if let Some(certificates) = (self.read)(request.extensions()) {
            request.extensions_mut().insert(certificates);
        }
        self.inner.call(request)
    }
}

impl<S: fmt::Debug> fmt::Debug for PeerCertificatesService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PeerCertificatesService")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
