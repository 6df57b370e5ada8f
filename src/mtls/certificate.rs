//! [`ClientCertificate`]: the leaf that the client showed, parsed once per connection.

use std::{
    fmt,
    net::IpAddr,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{Extensions, request::Parts};
use sha2::{Digest, Sha256};

use crate::{
    because,
    credentials::Credentials,
    error::AuthError,
    identity::Identity,
    mtls::{NameKind, PeerCertificates, forwarded::Forwarded, parse, rules::Rules},
};

/// The client's own certificate, as the TLS stack verified it, or a proxy in front.
///
/// Names are typed: a DNS name is never a URI, and an e-mail address is neither. A certificate with
/// control characters in a name, with a name that has not the form of its type, or with one in an
/// encoding that is not understood, is refused as a whole; so is one of more than 64 KiB.
///
/// A clone costs one reference count.
#[derive(Clone)]
pub struct ClientCertificate {
    parsed: Arc<Parsed>,
    forwarded: bool,
}

struct Parsed {
    read: Arc<Read>,
    /// The identity that the first rules made of it: the requests of a connection share it.
    identity: OnceLock<(Arc<Rules>, Identity)>,
}

/// What is known of the certificate itself.
struct Read {
    der: Vec<u8>,
    fingerprint: [u8; 32],
    thumbprint: String,
    fields: parse::Fields,
    host: Option<Arc<str>>,
    /// The fingerprint of the other certificate that can be written of this one.
    twin: OnceLock<Option<[u8; 32]>>,
}

impl ClientCertificate {
    /// Parses a certificate in DER. It knows of no [host](Self::tls_host).
    ///
    /// # Errors
    ///
    /// `UnreadableCredentials` when it is not one certificate and nothing else, or has a name that
    /// is never accepted.
    pub fn from_der(der: impl Into<Vec<u8>>) -> Result<Self, AuthError> {
        Self::of_host(der.into(), None)
    }

    /// One that was accepted by the own rules of a host, or by those of the listener.
    pub(super) fn of_host(der: Vec<u8>, host: Option<Arc<str>>) -> Result<Self, AuthError> {
        let fields = parse::certificate(&der).map_err(AuthError::unreadable)?;
        let fingerprint = Sha256::digest(&der).into();
        let thumbprint = URL_SAFE_NO_PAD.encode(fingerprint);
        let twin = OnceLock::new();
        let read = Arc::new(Read { der, fingerprint, thumbprint, fields, host, twin });
        Ok(Self { parsed: Arc::new(Parsed { read, identity: OnceLock::new() }), forwarded: false })
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

    /// The host that the client asked for in the handshake, where that has rules for clients of its own
    /// (`TlsHost`); `None` where the certificate was accepted by the rules of the listener, and by TLS
    /// stacks that are not this crate's.
    #[must_use]
    pub fn tls_host(&self) -> Option<&str> {
        self.parsed.read.host.as_deref()
    }

    /// The certificate in DER.
    #[must_use]
    pub fn der(&self) -> &[u8] {
        &self.parsed.read.der
    }

    /// The SHA-256 of the DER in base64url, as `x5t#S256` has it (RFC 8705, section 3.1).
    #[must_use]
    pub fn sha256_thumbprint(&self) -> &str {
        &self.parsed.read.thumbprint
    }

    /// The SHA-256 of the DER in hexadecimal, as `openssl x509 -fingerprint -sha256` has it, in lower
    /// case and without colons.
    #[must_use]
    pub fn sha256_fingerprint(&self) -> String {
        hex(&self.parsed.read.fingerprint)
    }

    /// The subject's distinguished name as text: for people, not for decisions. What is no letter, digit or
    /// plain ASCII in it is escaped, and so is what could be taken for a separator.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.parsed.read.fields.subject
    }

    /// The issuer's distinguished name as text: for people, not for decisions. What is no letter, digit or
    /// plain ASCII in it is escaped, and so is what could be taken for a separator.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.parsed.read.fields.issuer
    }

    /// The serial number in hexadecimal, bytes separated by colons.
    #[must_use]
    pub fn serial(&self) -> &str {
        &self.parsed.read.fields.serial
    }

    /// When the certificate begins to be valid; `None` before 1970.
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        self.parsed.read.fields.not_before
    }

    /// When the certificate ends to be valid; `None` before 1970.
    #[must_use]
    pub fn not_after(&self) -> Option<SystemTime> {
        self.parsed.read.fields.not_after
    }

    /// Whether it is an end-entity certificate that may be used by a client: without extended key
    /// usages, or with `clientAuth` among them (RFC 5280, section 4.2.1.12), and without key usages, or
    /// with `digitalSignature` among them (RFC 8446, section 4.4.2.2).
    #[must_use]
    pub fn is_for_client_auth(&self) -> bool {
        self.parsed.read.fields.for_client_auth
    }

    /// The common names of the subject.
    #[must_use]
    pub fn common_names(&self) -> &[String] {
        &self.parsed.read.fields.common_names
    }

    /// The organizations of the subject.
    #[must_use]
    pub fn organizations(&self) -> &[String] {
        &self.parsed.read.fields.organizations
    }

    /// The organizational units of the subject.
    #[must_use]
    pub fn organizational_units(&self) -> &[String] {
        &self.parsed.read.fields.organizational_units
    }

    /// The DNS names among the subject alternative names.
    #[must_use]
    pub fn dns_names(&self) -> &[String] {
        &self.parsed.read.fields.dns_names
    }

    /// The URIs among the subject alternative names, SPIFFE IDs among them.
    #[must_use]
    pub fn uris(&self) -> &[String] {
        &self.parsed.read.fields.uris
    }

    /// The e-mail addresses among the subject alternative names.
    #[must_use]
    pub fn emails(&self) -> &[String] {
        &self.parsed.read.fields.emails
    }

    /// The IP addresses among the subject alternative names.
    #[must_use]
    pub fn ip_addresses(&self) -> &[IpAddr] {
        &self.parsed.read.fields.ip_addresses
    }
}

impl ClientCertificate {
    /// All names of a kind, in the order of the certificate; none is an empty slice.
    ///
    /// # Errors
    ///
    /// `InvalidCredentials` for names that must not be used: an attribute with control characters or
    /// in an encoding that is not supported, or for [`NameKind::SpiffeId`] whatever keeps the
    /// certificate from being an X.509-SVID, such as a second URI.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClientCertificate, NameKind};
    ///
    /// # let mut params = rcgen::CertificateParams::new(["alice.example".to_owned()])?;
    /// # params.distinguished_name.push(rcgen::DnType::LocalityName, "Bonn");
    /// # let der = params.self_signed(&rcgen::KeyPair::generate()?)?.der().to_vec();
    /// let certificate = ClientCertificate::from_der(der)?;
    /// assert_eq!(certificate.names(NameKind::DnsName)?, ["alice.example"]);
    /// assert_eq!(certificate.names(NameKind::Locality)?, ["Bonn"]);
    /// assert!(certificate.names(NameKind::SpiffeId)?.is_empty());
    /// assert_eq!(certificate.sha256_fingerprint().len(), 64);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn names(&self, kind: NameKind) -> Result<&[String], AuthError> {
        let fields = &self.parsed.read.fields;
        match kind {
            NameKind::SpiffeId => {
                fields.svid.map(|()| fields.uris.as_slice()).map_err(because::invalid)
            }
            NameKind::Uri => Ok(&fields.uris),
            NameKind::DnsName => Ok(&fields.dns_names),
            NameKind::Email => Ok(&fields.emails),
            NameKind::CommonName => Ok(&fields.common_names),
            NameKind::Organization => Ok(&fields.organizations),
            NameKind::OrganizationalUnit => Ok(&fields.organizational_units),
            NameKind::IpAddress
            | NameKind::Country
            | NameKind::State
            | NameKind::Locality
            | NameKind::SerialNumber
            | NameKind::EmailAttribute => {
                match fields.rare.iter().find(|(rare, _)| *rare == kind) {
                    Some((_, Ok(names))) => Ok(names),
                    Some((_, Err(reason))) => Err(because::invalid(reason)),
                    None => Ok(&[]),
                }
            }
        }
    }

    pub(super) fn has_alternative_names(&self) -> bool {
        self.parsed.read.fields.has_alternatives
    }

    pub(super) fn fingerprint(&self) -> [u8; 32] {
        self.parsed.read.fingerprint
    }

    pub(super) fn fingerprint_of_twin(&self) -> Option<[u8; 32]> {
        let fingerprint = |twin: Vec<u8>| Sha256::digest(twin).into();
        *self.parsed.read.twin.get_or_init(|| parse::twin(&self.parsed.read.der).map(fingerprint))
    }

    pub(super) fn issuer_and_serial(&self) -> [u8; 32] {
        self.parsed.read.fields.issuer_and_serial
    }

    /// The identity by these rules, made once where they are the only ones that judge the connection.
    pub(super) fn identity(&self, rules: &Arc<Rules>) -> Result<Identity, AuthError> {
        let kept = self.parsed.identity.get();
        // What is kept holds its rules, so no others can be at their address.
        if let Some((_, identity)) = kept.filter(|(made_by, _)| Arc::ptr_eq(made_by, rules)) {
            return Ok(identity.clone());
        }
        let identity = rules.identity(self)?.established_by(Self::NAME);
        if kept.is_none() {
            // Fails where another request was faster.
            let _ = self.parsed.identity.set((Arc::clone(rules), identity.clone()));
        }
        Ok(identity)
    }

    /// The same without the identity that was made of it, which may hold this and so must not be held by it.
    pub(super) fn without_identity(&self) -> Self {
        let (read, identity) = (Arc::clone(&self.parsed.read), OnceLock::new());
        Self { parsed: Arc::new(Parsed { read, identity }), forwarded: self.forwarded }
    }
}

/// Lower case, without colons.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}

/// Two are the same where their DER is, and where they come from.
impl PartialEq for ClientCertificate {
    fn eq(&self, other: &Self) -> bool {
        self.parsed.read.der == other.parsed.read.der && self.forwarded == other.forwarded
    }
}

impl Eq for ClientCertificate {}

impl Credentials for ClientCertificate {
    const NAME: &'static str = "ClientCertificate";
    const OF_CONNECTION: bool = true;

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
            .field("subject", &self.parsed.read.fields.subject)
            .field("serial", &self.parsed.read.fields.serial)
            .field("x5t#S256", &self.parsed.read.thumbprint)
            .finish_non_exhaustive()
    }
}
