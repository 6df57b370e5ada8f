//! [`PeerAddress`]: where a request comes from.

use std::net::{IpAddr, SocketAddr};

use http::Extensions;

/// The address that a request comes from.
///
/// A server knows the other end of its connections, and this is what is taken where nobody says
/// otherwise. Behind a proxy that end is the proxy for every client: then insert this into the
/// extensions of the request, outside of the layers of this crate, with the address that the proxy
/// reports. Whoever inserts it vouches for it: a `X-Forwarded-For` that comes from the client itself
/// lets it choose its address.
///
/// # Examples
///
/// ```
/// use std::net::{IpAddr, Ipv4Addr};
/// use tower_auth::PeerAddress;
///
/// let mut request = http::Request::new(());
/// assert_eq!(PeerAddress::from_extensions(request.extensions()), None);
///
/// let reported = PeerAddress(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 7)));
/// request.extensions_mut().insert(reported);
/// assert_eq!(PeerAddress::from_extensions(request.extensions()), Some(reported));
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct PeerAddress(pub IpAddr);

impl PeerAddress {
    /// The address that was inserted, or else what the server knows of the connection.
    ///
    /// Known are axum's `ConnectInfo<SocketAddr>` (with the features `axum` and `tls` or `throttle`),
    /// `TlsPeer` (feature `tls`) as such and as `ConnectInfo`, and tonic's connections (feature
    /// `tonic`). `None` where none of them is there: `Router::into_make_service` leaves nothing,
    /// `into_make_service_with_connect_info` does.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<Self> {
        extensions.get::<Self>().copied().or_else(|| of_connection(extensions))
    }

    /// What the server knows of the connection, or else the address that was inserted, which may be
    /// that of somebody further away.
    #[cfg(feature = "mtls")]
    pub(crate) fn of_the_peer_itself(extensions: &Extensions) -> Option<Self> {
        of_connection(extensions).or_else(|| extensions.get::<Self>().copied())
    }
}

impl From<SocketAddr> for PeerAddress {
    fn from(address: SocketAddr) -> Self {
        Self(address.ip())
    }
}

/// The address by which one client is counted: by IPv6 that of a network, for what one subscriber gets is 64
/// bits long (RFC 6177, section 2).
#[cfg(any(feature = "throttle", feature = "tls"))]
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            std::net::Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into()
        }
    }
}

fn of_connection(extensions: &Extensions) -> Option<PeerAddress> {
    #[cfg(all(feature = "axum", any(feature = "tls", feature = "throttle")))]
    if let Some(info) = extensions.get::<axum::extract::ConnectInfo<SocketAddr>>() {
        return Some(info.0.into());
    }
    #[cfg(feature = "tls")]
    if let Some(peer) = extensions.get::<crate::TlsPeer>() {
        return Some(peer.remote_addr().into());
    }
    #[cfg(all(feature = "axum", feature = "tls"))]
    if let Some(info) = extensions.get::<axum::extract::ConnectInfo<crate::TlsPeer>>() {
        return Some(info.0.remote_addr().into());
    }
    #[cfg(feature = "tonic")]
    if let Some(address) = crate::integration::tonic::peer_address(extensions) {
        return Some(address.into());
    }
    let _ = extensions;
    None
}
