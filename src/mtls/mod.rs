//! Authentication by the certificate that the client showed in the TLS handshake.
//!
//! [`MtlsIdentityLayer`] reads [`ClientCertificate`] credentials and has them judged by any
//! [`Authenticator<ClientCertificate>`](crate::Authenticator); [`CertificateRules`] is a ready one.

mod certificate;
mod forwarded;
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
    forwarded::{
        ForwardedCertificates, ForwardedCertificatesLayer, ForwardedGrant, ProxyProof, UnixPeer,
    },
    layer::MtlsIdentityLayer,
    peer::{PeerCertificates, PeerCertificatesLayer, PeerCertificatesService},
    rules::{CertificateRules, NameKind},
};
#[cfg(feature = "tls")]
pub use self::{
    forwarded::ForwardedAuthorities,
    stream::{TlsPeer, TlsStream},
    tls::{TlsListener, TlsListenerBuilder},
};
