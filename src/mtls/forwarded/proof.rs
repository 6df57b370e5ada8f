//! [`ProxyProof`]: what shows that a request comes from the proxy.

use std::{fmt, sync::Arc, time::SystemTime};

use http::Extensions;

use super::networks::Networks;
use crate::{
    PeerAddress,
    config_error::{ConfigError, Problems},
    error::AuthError,
    mtls::{ClientCertificate, tls_hosts::TlsHosts},
};

/// What shows that the peer of a connection is the proxy, and not somebody who has found another way
/// to the service and writes the proxy's header fields.
///
/// # Examples
///
/// ```
/// use tower_auth::ProxyProof;
///
/// let by_name = ProxyProof::client_certificate(|peer| peer.uris() == ["spiffe://example/proxy"]);
/// let by_socket = ProxyProof::unix_socket();
/// # let _ = (by_name, by_socket);
///
/// assert!(ProxyProof::danger_by_address(["10.0.0.0/8"]).is_ok());
/// assert!(ProxyProof::danger_by_address(["0.0.0.0/0"]).is_err());
/// ```
#[derive(Clone)]
#[must_use]
pub struct ProxyProof(Kind);

type Predicate = dyn Fn(&ClientCertificate) -> bool + Send + Sync;

#[derive(Clone)]
enum Kind {
    Address(Networks),
    Certificate { is_the_proxys: Arc<Predicate>, hosts: TlsHosts },
    Either(Arc<(ProxyProof, ProxyProof)>),
    UnixSocket,
}

/// Says that a request came by a Unix socket.
///
/// Whoever inserts this into the extensions of a request vouches that only the proxy can open the
/// socket, by the rights of its file or folder. With axum (features `axum` and `tls`) serve
/// `app.into_make_service_with_connect_info::<UnixPeer>()` on a `UnixListener` and nothing more.
///
/// # Examples
///
/// ```
/// use tower_auth::UnixPeer;
///
/// let mut request = http::Request::new(());
/// request.extensions_mut().insert(UnixPeer);
/// assert!(request.extensions().get::<UnixPeer>().is_some());
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct UnixPeer;

#[cfg(all(unix, feature = "axum", feature = "tls"))]
impl
    axum::extract::connect_info::Connected<
        axum::serve::IncomingStream<'_, tokio::net::UnixListener>,
    > for UnixPeer
{
    fn connect_info(_: axum::serve::IncomingStream<'_, tokio::net::UnixListener>) -> Self {
        Self
    }
}

impl ProxyProof {
    /// The certificate that the peer showed in its own handshake with this server is one of the
    /// proxy's: the strongest proof, also across machines.
    ///
    /// The certificate must also be for client authentication and valid at the time of the request. A
    /// request of which nothing is known of the connection is refused as `Misconfigured`.
    ///
    /// One that a listener accepted by the own rules of a host does not count, unless
    /// [`allow_tls_host`](Self::allow_tls_host) says so.
    pub fn client_certificate(
        is_the_proxys: impl Fn(&ClientCertificate) -> bool + Send + Sync + 'static,
    ) -> Self {
        let hosts = TlsHosts::default();
        Self(Kind::Certificate { is_the_proxys: Arc::new(is_the_proxys), hosts })
    }

    /// The peer's own certificate is one of these, by the SHA-256 of its DER: 64 hexadecimal digits, with
    /// or without colons, as `openssl x509 -fingerprint -sha256` prints them.
    ///
    /// # Errors
    ///
    /// A fingerprint that is not of that form, or none at all.
    pub fn client_certificate_sha256<T: AsRef<str>>(
        fingerprints: impl IntoIterator<Item = T>,
    ) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut known = Vec::new();
        for text in fingerprints {
            match thumbprint(text.as_ref()) {
                Some(thumbprint) => known.push(thumbprint),
                None => {
                    problems.add(format!("{:?} is not a SHA-256 in hexadecimal", text.as_ref()));
                }
            }
        }
        if known.is_empty() {
            problems.add("no fingerprint of the proxy's certificate is given");
        }
        problems.finish(Self::client_certificate(move |peer| {
            known.iter().any(|known| known == peer.sha256_thumbprint())
        }))
    }

    /// Accepts the proxy's certificate also where a listener accepted it by the own rules of this host, see
    /// `TlsHost`. Proofs that are no certificate stay as they are; of [`or`](Self::or) both are told.
    ///
    /// Otherwise whoever an authority of that host signs for could call itself the proxy, and forward any
    /// certificate there is.
    pub fn allow_tls_host(mut self, host: impl Into<String>) -> Self {
        self.allow(&host.into());
        self
    }

    fn allow(&mut self, host: &str) {
        match &mut self.0 {
            Kind::Certificate { hosts, .. } => hosts.allow(host.to_owned()),
            Kind::Either(proofs) => {
                let (one, other) = Arc::make_mut(proofs);
                one.allow(host);
                other.allow(host);
            }
            Kind::Address(_) | Kind::UnixSocket => {}
        }
    }

    /// The request came by a Unix socket, see [`UnixPeer`]. As good as the rights of the socket's file.
    pub const fn unix_socket() -> Self {
        Self(Kind::UnixSocket)
    }

    /// The connection comes from one of these networks, as `10.1.2.3` or `10.1.0.0/16`: the weakest
    /// proof. Everything that runs in them can forge any client.
    ///
    /// What the server knows of the connection counts; a [`PeerAddress`] that the application has
    /// inserted counts only where the server knows nothing, as it may be what the proxy reports of its
    /// client. A request without either is refused as `Misconfigured`.
    ///
    /// # Errors
    ///
    /// A network that cannot be read, has bits set after its own, or is all addresses; none at all.
    pub fn danger_by_address<T: AsRef<str>>(
        networks: impl IntoIterator<Item = T>,
    ) -> Result<Self, ConfigError> {
        Networks::parse(networks).map(|networks| Self(Kind::Address(networks)))
    }

    /// This proof, or another one: for a proxy that comes by several ways, or several that forward in the
    /// same form.
    ///
    /// Where none holds and one lacks what it asks for, the request is refused as
    /// `Misconfigured`, as by that one alone.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::ProxyProof;
    ///
    /// let proof = ProxyProof::unix_socket()
    ///     .or(ProxyProof::client_certificate(|peer| peer.uris() == ["spiffe://example/proxy"]));
    /// # let _ = proof;
    /// ```
    pub fn or(self, other: Self) -> Self {
        Self(Kind::Either(Arc::new((self, other))))
    }

    /// Whether the peer is the proxy.
    pub(super) fn holds(
        &self,
        extensions: &Extensions,
        now: SystemTime,
    ) -> Result<bool, AuthError> {
        match &self.0 {
            Kind::Address(networks) => {
                let address = PeerAddress::of_the_peer_itself(extensions).ok_or_else(|| {
                    AuthError::misconfigured(
                        "nothing is known of the address of the connection: serve with \
                         into_make_service_with_connect_info, or insert PeerAddress",
                    )
                })?;
                Ok(networks.contain(address.0))
            }
            Kind::Certificate { is_the_proxys, hosts } => {
                let leaf = ClientCertificate::of_connection(extensions)?.leaf();
                // One that cannot be read is nobody's.
                let leaf = leaf.ok().flatten();
                Ok(leaf.is_some_and(|leaf| {
                    counts(&leaf, now) && hosts.accept(leaf.tls_host()) && is_the_proxys(&leaf)
                }))
            }
            Kind::Either(proofs) => {
                let (one, other) = &**proofs;
                match (one.holds(extensions, now), other.holds(extensions, now)) {
                    (Ok(true), _) | (_, Ok(true)) => Ok(true),
                    (Err(error), _) | (_, Err(error)) => Err(error),
                    (Ok(false), Ok(false)) => Ok(false),
                }
            }
            Kind::UnixSocket => Ok(is_by_unix_socket(extensions)),
        }
    }
}

/// Connections of proxies live long, and may outlive the certificate that they began with.
fn counts(leaf: &ClientCertificate, now: SystemTime) -> bool {
    !leaf.is_forwarded()
        && leaf.is_for_client_auth()
        && leaf.not_before().is_none_or(|start| start <= now)
        && leaf.not_after().is_some_and(|end| now <= end)
}

fn is_by_unix_socket(extensions: &Extensions) -> bool {
    #[cfg(all(unix, feature = "axum", feature = "tls"))]
    if extensions.get::<axum::extract::ConnectInfo<UnixPeer>>().is_some() {
        return true;
    }
    extensions.get::<UnixPeer>().is_some()
}

/// From hexadecimal, with or without colons, to what certificates know of themselves.
fn thumbprint(hexadecimal: &str) -> Option<String> {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

    let digits: Vec<u8> = if hexadecimal.contains(':') {
        let mut pairs = hexadecimal.split(':');
        pairs.all(|pair| pair.len() == 2).then(|| hexadecimal.replace(':', "").into_bytes())?
    } else {
        hexadecimal.as_bytes().to_vec()
    };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes = digits
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()?;
    (bytes.len() == 32).then(|| URL_SAFE_NO_PAD.encode(bytes))
}

impl fmt::Debug for ProxyProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Address(_) => "ProxyProof(address)",
            Kind::Certificate { .. } => "ProxyProof(client certificate)",
            Kind::Either(_) => "ProxyProof(either)",
            Kind::UnixSocket => "ProxyProof(Unix socket)",
        })
    }
}
