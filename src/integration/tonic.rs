//! Client certificates of tonic's TLS, addresses of clients, and statuses for handlers.

use tonic::{Code, Status, server::NamedService};

use crate::{error::AuthError, gate::Gate};

/// What tonic knows about the client's certificates; `None` where a connection is not tonic's.
#[cfg(feature = "mtls")]
pub(crate) fn peer_certificates(extensions: &http::Extensions) -> Option<crate::PeerCertificates> {
    use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

    let info = extensions.get::<TlsConnectInfo<TcpConnectInfo>>()?;
    Some(match info.peer_certs() {
        Some(chain) => crate::PeerCertificates::from_der(chain.iter().map(|der| der.to_vec())),
        None => crate::PeerCertificates::none(),
    })
}

/// Where a connection of tonic's comes from.
pub(crate) fn peer_address(extensions: &http::Extensions) -> Option<std::net::SocketAddr> {
    use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

    let plain = extensions.get::<TcpConnectInfo>();
    let tls = || extensions.get::<TlsConnectInfo<TcpConnectInfo>>().map(TlsConnectInfo::get_ref);
    plain.or_else(tls)?.remote_addr()
}

/// A layer around one service: `add_service(require("orders:read").layer(service))`.
impl<S: NamedService, C, R> NamedService for Gate<S, C, R> {
    const NAME: &'static str = S::NAME;
}

/// The status of the table, for handlers that refuse by themselves.
impl From<AuthError> for Status {
    fn from(error: AuthError) -> Self {
        Self::new(Code::from_i32(error.kind().grpc_code().into()), error.to_string())
    }
}

/// For a client that reports an error of an [`AuthorizationLayer`](crate::AuthorizationLayer) in gRPC's
/// words: a source that is out of reach is `UNAVAILABLE`, so that the call is tried again.
#[cfg(feature = "client")]
impl From<crate::ClientAuthError> for Status {
    fn from(error: crate::ClientAuthError) -> Self {
        use crate::ClientAuthErrorKind as Kind;

        let code = match error.kind() {
            Kind::Overloaded => Code::ResourceExhausted,
            Kind::TokenUnavailable => Code::Unavailable,
            Kind::TokenRefused | Kind::TokenUnusable => Code::Unauthenticated,
            Kind::AlreadyAuthorized
            | Kind::ForeignOrigin
            | Kind::PlainText
            | Kind::UnknownOrigin => Code::FailedPrecondition,
        };
        Self::new(code, error.to_string())
    }
}
