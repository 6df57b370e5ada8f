//! [`MtlsIdentityLayer`]: who are you, by client certificate?

use crate::{
    auth::{Scheme, named_layer},
    authenticator::Authenticator,
    mtls::ClientCertificate,
};

named_layer! {
    /// Authenticates callers by the certificate they showed in the TLS handshake.
    ///
    /// # Where the certificate comes from
    ///
    /// The TLS stack has verified it; this crate reads what the stack knows of the connection, in the
    /// extensions of the request:
    ///
    /// | Server | What to do |
    /// |---|---|
    /// | `axum::serve` with [`TlsListener`](crate::TlsListener) | serve `app.into_make_service_with_connect_info::<TlsPeer>()` |
    /// | tonic's own TLS | enable the feature `tonic` |
    /// | an accept loop of your own over [`TlsListener`](crate::TlsListener) | insert [`TlsStream::peer`](crate::TlsStream::peer) |
    /// | any of them, behind a proxy that ends TLS | put a [`ForwardedCertificatesLayer`](crate::ForwardedCertificatesLayer) outside of this one |
    /// | axum-server, or any other | insert [`PeerCertificates`](crate::PeerCertificates), see [`PeerCertificatesLayer`](crate::PeerCertificatesLayer) |
    ///
    /// Where none of these is there, the request is refused as `Misconfigured`: that a server forgot to
    /// say who is connected must not look like a client without a certificate.
    ///
    /// # Rejections
    ///
    /// | When | HTTP | gRPC |
    /// |---|---|---|
    /// | the client showed no certificate | 401 | `UNAUTHENTICATED` |
    /// | the certificate cannot be read, or is not for client authentication | 401 | `UNAUTHENTICATED` |
    /// | the certificate has ended, even on a connection from before | 401 | `UNAUTHENTICATED` |
    /// | it holds no name of the wanted kind, or several | 401 | `UNAUTHENTICATED` |
    /// | a list or the filters of the rules speak against it | 401 | `UNAUTHENTICATED` |
    /// | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
    /// | the server says nothing about the connection | 500 | `INTERNAL` |
    ///
    /// A 401 carries the challenge `ClientCertificate`, which is not a registered scheme: HTTP wants
    /// a challenge on every 401 (RFC 9110, section 15.5.2) and has no name for this one.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{CertificateRules, MtlsIdentityLayer, NameKind};
    ///
    /// let layer = MtlsIdentityLayer::new(CertificateRules::subject_from(NameKind::Uri));
    /// # let _ = layer;
    /// ```
    MtlsIdentityLayer
}

impl MtlsIdentityLayer {
    /// Authentication by an [`Authenticator`] of client certificates, such as
    /// [`CertificateRules`](crate::CertificateRules).
    pub fn new(authenticator: impl Authenticator<ClientCertificate>) -> Self {
        Self::of(Scheme::client_certificate(authenticator))
    }
}
