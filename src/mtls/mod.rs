//! Authentication by the certificate that the client showed in the TLS handshake.
//!
//! [`MtlsIdentityLayer`] reads [`ClientCertificate`] credentials and has them judged by any
//! [`Authenticator<ClientCertificate>`](crate::Authenticator); [`CertificateRules`] is a ready one.

#[cfg(feature = "tls")]
mod authorities;
mod bundle;
mod certificate;
mod filter;
mod filters;
mod forwarded;
mod layer;
mod list;
mod name_form;
mod name_kind;
mod name_text;
mod naming;
mod parse;
mod peer;
mod per_connection;
mod public;
#[cfg(feature = "tls")]
mod revocation;
mod rules;
mod spiffe;
mod standing;
mod template;
#[cfg(feature = "tls")]
mod tls;
mod tls_hosts;
mod twin;

#[cfg(feature = "tonic")]
pub(crate) use self::per_connection::PerConnection;
pub use self::{
    bundle::{check_ca_bundle, check_client_certificate},
    certificate::ClientCertificate,
    filter::CertificateFilter,
    filters::CertificateFilters,
    forwarded::{
        ForwardedCertificates, ForwardedCertificatesLayer, ForwardedGrant, ProxyProof, UnixPeer,
    },
    layer::MtlsIdentityLayer,
    list::{CertificateEntry, CertificateList},
    name_kind::NameKind,
    peer::{PeerCertificates, PeerCertificatesLayer, PeerCertificatesService},
    public::PublicAuthorities,
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
