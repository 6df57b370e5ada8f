//! Authentication by the certificate that the client showed in the TLS handshake.
//!
//! [`MtlsIdentityLayer`] reads [`ClientCertificate`] credentials and has them judged by any
//! [`Authenticator<ClientCertificate>`](crate::Authenticator); [`CertificateRules`] is a ready one.

mod bundle;
mod certificate;
mod filter;
mod forwarded;
mod layer;
mod list;
mod name_kind;
mod naming;
mod parse;
mod peer;
#[cfg(feature = "tls")]
mod revocation;
mod rules;
mod spiffe;
mod template;
#[cfg(feature = "tls")]
mod tls;
mod tls_hosts;

pub use self::{
    bundle::{check_ca_bundle, check_client_certificate},
    certificate::ClientCertificate,
    filter::{CertificateFilter, CertificateFilters},
    forwarded::{
        ForwardedCertificates, ForwardedCertificatesLayer, ForwardedGrant, ProxyProof, UnixPeer,
    },
    layer::MtlsIdentityLayer,
    list::{CertificateEntry, CertificateList},
    name_kind::NameKind,
    peer::{PeerCertificates, PeerCertificatesLayer, PeerCertificatesService},
    rules::CertificateRules,
    template::NameTemplate,
};
#[cfg(feature = "tls")]
pub use self::{
    forwarded::ForwardedAuthorities,
    tls::{
        CertificateStatus, CertificateUse, ExpiryState, HandshakeCounts, PemSource, TlsConfig,
        TlsHandle, TlsHost, TlsListener, TlsListenerBuilder, TlsPeer, TlsStatus, TlsStream,
    },
};
