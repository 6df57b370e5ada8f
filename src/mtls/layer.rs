//! [`MtlsIdentityLayer`]: who are you, by client certificate?

use crate::{
    auth::{Scheme, named_layer},
    authenticator::Authenticator,
    mtls::ClientCertificate,
};

named_layer! {
    /// Authenticates callers by the certificate they showed in the TLS handshake.
    ///
    /// # Rejections
    ///
    /// | When | HTTP | gRPC |
    /// |---|---|---|
    /// | the client showed no certificate | 401 | `UNAUTHENTICATED` |
    /// | the certificate cannot be read, or is not for client authentication | 401 | `UNAUTHENTICATED` |
    /// | the certificate has ended, even on a connection from before | 401 | `UNAUTHENTICATED` |
    /// | it holds no name of the wanted kind, or several | 401 | `UNAUTHENTICATED` |
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
