//! [`NameKind`]: which of a certificate's names is meant.

/// A kind of name in a certificate.
///
/// Kinds are never mixed: a URI is not looked for among DNS names, and an e-mail address among the
/// subject alternative names is not the attribute of the subject.
///
/// | Kind | Read from | Damage refuses |
/// |---|---|---|
/// | `Uri`, `SpiffeId`, `DnsName`, `Email`, `IpAddress` | subject alternative names | the certificate |
/// | `CommonName`, `Organization`, `OrganizationalUnit` | the subject | the certificate |
/// | `Country`, `State`, `Locality`, `SerialNumber`, `EmailAttribute` | the subject | whoever uses it |
///
/// Damage is a NUL or another control character, an empty name, an encoding that is not supported, or
/// among the subject alternative names one that has not the form of its kind: a DNS name is a DNS name,
/// a URI has a scheme, an e-mail address a host.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateRules, NameKind};
///
/// let rules = CertificateRules::subject_from(NameKind::SerialNumber)
///     .with_claim("tenant", NameKind::Organization);
/// # let _ = rules;
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum NameKind {
    /// The SPIFFE ID of an X.509-SVID: the only URI of the certificate, in the strict form of the
    /// SPIFFE ID specification, with a path, in a certificate that may sign neither certificates
    /// nor revocation lists.
    SpiffeId,
    /// A URI among the subject alternative names.
    Uri,
    /// A DNS name among the subject alternative names; as a subject in lower case (RFC 4343).
    DnsName,
    /// An e-mail address among the subject alternative names.
    Email,
    /// An IP address among the subject alternative names, as text.
    IpAddress,
    /// The common name of the subject (CN). Only for authorities that put no name elsewhere: nothing
    /// types it, so a host and a person may share it (RFC 9525, section 2), and it may look like any
    /// other kind of name.
    CommonName,
    /// An organization of the subject (O).
    Organization,
    /// An organizational unit of the subject (OU).
    OrganizationalUnit,
    /// A country of the subject (C).
    Country,
    /// A state or province of the subject (ST).
    State,
    /// A locality of the subject (L).
    Locality,
    /// The serial number of the subject itself, of a device for example; not of the certificate.
    SerialNumber,
    /// The attribute `emailAddress` of the subject, where old authorities put addresses.
    EmailAttribute,
}
