//! [`ClientCertificate`]: the leaf that the client showed, parsed once per connection.

use std::{fmt, net::IpAddr, sync::Arc, time::SystemTime};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Extensions, request::Parts};
use sha2::{Digest, Sha256};

use crate::{
    credentials::Credentials,
    error::AuthError,
    mtls::{PeerCertificates, forwarded::Forwarded, parse},
};

/// The client's own certificate, as the TLS stack verified it, or a proxy in front.
///
/// Names are typed: a DNS name is never a URI, and an e-mail address is neither. A certificate with
/// control characters in a name, or with a name in an encoding that is not understood, is refused
/// as a whole.
///
/// A clone costs one reference count.
#[derive(Clone, Eq, PartialEq)]
pub struct ClientCertificate {
    fields: Arc<parse::Fields>,
    forwarded: bool,
}

impl ClientCertificate {
    /// Parses a certificate in DER.
    ///
    /// # Errors
    ///
    /// `UnreadableCredentials` when it is not one certificate and nothing else, or has a name that
    /// is never accepted.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, AuthError> {
        let der = der.into();
        let mut fields = parse::certificate(&der).map_err(AuthError::unreadable)?;
        fields.thumbprint = URL_SAFE_NO_PAD.encode(Sha256::digest(&der));
        fields.der = der;
        Ok(Self { fields: Arc::new(fields), forwarded: false })
    }

    /// What the server knows about the connection of a request.
    pub(crate) fn of_connection(extensions: &Extensions) -> Result<PeerCertificates, AuthError> {
        PeerCertificates::of_connection(extensions).ok_or_else(|| {
            AuthError::misconfigured(
                "the request says nothing about its connection: serve with TlsListener and \
                 into_make_service_with_connect_info::<TlsPeer>(), or insert PeerCertificates",
            )
        })
    }

    pub(super) fn forwarded(self) -> Self {
        Self { forwarded: true, ..self }
    }

    /// Whether a proxy says that the client showed it, see
    /// [`ForwardedCertificatesLayer`](crate::ForwardedCertificatesLayer), and not this connection's own
    /// handshake.
    #[must_use]
    pub const fn is_forwarded(&self) -> bool {
        self.forwarded
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.fields.der
    }

    /// The SHA-256 of the DER in base64url, as `x5t#S256` has it (RFC 8705, section 3.1).
    #[must_use]
    pub fn sha256_thumbprint(&self) -> &str {
        &self.fields.thumbprint
    }

    /// The subject's distinguished name as text: for people, not for decisions.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.fields.subject
    }

    /// The issuer's distinguished name as text: for people, not for decisions.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.fields.issuer
    }

    /// The serial number in hexadecimal, bytes separated by colons.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.fields.serial
    }

    /// When the certificate begins to be valid; `None` before 1970.
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        self.fields.not_before
    }

    /// When the certificate ends to be valid; `None` before 1970.
    #[must_use]
    pub fn not_after(&self) -> Option<SystemTime> {
        self.fields.not_after
    }

    /// Whether it is an end-entity certificate that may be used by a client: without extended key
    /// usages, or with `clientAuth` among them (RFC 5280, section 4.2.1.12).
    #[must_use]
    pub fn is_for_client_auth(&self) -> bool {
        self.fields.for_client_auth
    }

    /// The common names of the subject.
    #[must_use]
    pub fn common_names(&self) -> &[String] {
        &self.fields.common_names
    }

    /// The organizations of the subject.
    #[must_use]
    pub fn organizations(&self) -> &[String] {
        &self.fields.organizations
    }

    /// The organizational units of the subject.
    #[must_use]
    pub fn organizational_units(&self) -> &[String] {
        &self.fields.organizational_units
    }

    /// The DNS names among the subject alternative names.
    #[must_use]
    pub fn dns_names(&self) -> &[String] {
        &self.fields.dns_names
    }

    /// The URIs among the subject alternative names, SPIFFE IDs among them.
    #[must_use]
    pub fn uris(&self) -> &[String] {
        &self.fields.uris
    }

    /// The e-mail addresses among the subject alternative names.
    #[must_use]
    pub fn emails(&self) -> &[String] {
        &self.fields.emails
    }

    /// The IP addresses among the subject alternative names.
    #[must_use]
    pub fn ip_addresses(&self) -> &[IpAddr] {
        &self.fields.ip_addresses
    }
}

impl Credentials for ClientCertificate {
    const NAME: &'static str = "ClientCertificate";

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let leaf = match parts.extensions.get::<Forwarded>() {
            Some(Forwarded(certificates)) => certificates.leaf(),
            None => Self::of_connection(&parts.extensions)?.leaf(),
        };
        leaf.map_err(|error| error.with_scheme(Self::NAME))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("subject", &self.fields.subject)
            .field("serial", &self.fields.serial)
            .field("x5t#S256", &self.fields.thumbprint)
            .finish_non_exhaustive()
    }
}
