//! tonic: client certificates of its TLS, addresses of clients, evidence and statuses for methods.

#[cfg(feature = "policy")]
mod descriptor;
mod error_info;
mod proto;
mod request;

#[cfg(feature = "policy")]
pub(crate) use self::descriptor::methods;
pub use self::{error_info::GrpcErrorInfo, request::RequestEvidence};

use tonic::{Code, Status, server::NamedService};

use crate::{error::AuthError, gate::Gate};

/// What tonic knows about the client's certificates; `None` where a connection is not tonic's.
///
/// tonic hands every request the same chain, and has no place for what was read of it.
#[cfg(feature = "mtls")]
pub(crate) fn peer_certificates(extensions: &http::Extensions) -> Option<crate::PeerCertificates> {
    use std::sync::LazyLock;

    use rustls_pki_types::CertificateDer;
    use tonic::transport::server::{TcpConnectInfo, TlsConnectInfo};

    use crate::{PeerCertificates, mtls::PerConnection};

    static KNOWN: LazyLock<PerConnection<Vec<CertificateDer<'static>>>> =
        LazyLock::new(PerConnection::new);

    let info = extensions.get::<TlsConnectInfo<TcpConnectInfo>>()?;
    let Some(chain) = info.peer_certs() else {
        return Some(PeerCertificates::none());
    };
    let read = |chain: &Vec<CertificateDer<'_>>| {
        PeerCertificates::from_der(chain.iter().map(|der| der.to_vec()))
    };
    Some(KNOWN.get(&chain, read))
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
