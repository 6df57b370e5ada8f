//! Authentication by the certificate that the client showed in the TLS handshake.
//!
//! [`MtlsIdentityLayer`] reads [`ClientCertificate`] credentials and has them judged by any
//! [`Authenticator<ClientCertificate>`](crate::Authenticator); [`CertificateRules`] is a ready one.
//!
//! # Where the certificate comes from
//!
//! The TLS stack has verified it; this crate reads what the stack knows of the connection, in the
//! extensions of the request:
//!
//! | Server | What to do |
//! |---|---|
//! | `axum::serve` with [`TlsListener`] | serve `app.into_make_service_with_connect_info::<TlsPeer>()` |
//! | tonic's own TLS | enable the feature `tonic` |
//! | an accept loop of your own over [`TlsListener`] | insert [`TlsStream::peer`] |
//! | axum-server, or any other | insert [`PeerCertificates`], see [`PeerCertificatesLayer`] |
//!
//! Where none of these is there, the request is refused as `Misconfigured`: that a server forgot to
//! say who is connected must not look like a client without a certificate.

mod certificate;
mod layer;
mod parse;
mod peer;
mod rules;
#[cfg(feature = "tls")]
mod stream;
#[cfg(feature = "tls")]
mod tls;

pub use self::{
    certificate::ClientCertificate,
    layer::MtlsIdentityLayer,
    peer::{PeerCertificates, PeerCertificatesLayer, PeerCertificatesService},
    rules::{CertificateRules, NameKind},
};
#[cfg(feature = "tls")]
pub use self::{
    stream::{TlsPeer, TlsStream},
    tls::{TlsListener, TlsListenerBuilder},
};
