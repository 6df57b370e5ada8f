//! Client certificates of tonic's TLS, and statuses for handlers.

use tonic::{Code, Status};

use crate::error::AuthError;

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

/// The status of the table, for handlers that refuse by themselves.
impl From<AuthError> for Status {
    fn from(error: AuthError) -> Self {
        Self::new(Code::from_i32(error.kind().grpc_code().into()), error.to_string())
    }
}
