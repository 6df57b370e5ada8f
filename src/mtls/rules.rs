//! [`CertificateRules`]: from a certificate to an identity.

use std::borrow::Cow;

use serde_json::Value;

use crate::{
    authenticator::{Answer, Authenticator},
    clock::Clock,
    error::AuthError,
    identity::Identity,
    mtls::ClientCertificate,
};

/// A kind of name in a certificate.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NameKind {
    /// A URI among the subject alternative names, such as a SPIFFE ID.
    Uri,
    /// A DNS name among the subject alternative names.
    DnsName,
    /// An e-mail address among the subject alternative names.
    Email,
    /// The common name of the subject. Only for authorities that put no name elsewhere: nothing
    /// types it, so a host and a person may share it (RFC 9525, section 2).
    CommonName,
    /// An organization of the subject.
    Organization,
    /// An organizational unit of the subject.
    OrganizationalUnit,
}

/// Makes identities of client certificates: an [`Authenticator`] of [`ClientCertificate`]
/// credentials.
///
/// The subject is one name of the certificate. Several names of the chosen kind are ambiguous and
/// refused, so that the order in which a certificate lists them never matters, and so is a wildcard.
/// That the certificate is still valid is checked on every request: connections live long.
///
/// # Claims
///
/// | Claim | Value |
/// |---|---|
/// | `uri`, `dns`, `email`, `ip` | arrays of subject alternative names |
/// | `cn`, `o`, `ou` | arrays of attributes of the subject |
/// | `serial`, `x5t#S256` | strings |
/// | those of [`with_claim`](Self::with_claim) | arrays of names |
///
/// The identity's issuer is the distinguished name of the certificate's issuer.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateRules, MtlsIdentityLayer, TenantLayer};
///
/// // The subject is a URI, else a DNS name, else an e-mail address; the tenant is the organization.
/// let auth = (MtlsIdentityLayer::new(CertificateRules::new()), TenantLayer::from_claim("o"));
/// # let _ = auth;
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CertificateRules {
    subject: Option<NameKind>,
    claims: Vec<(Cow<'static, str>, NameKind)>,
    clock: Clock,
}

impl CertificateRules {
    /// The subject is the subject alternative name of the first kind that is there: URI, DNS name,
    /// e-mail address.
    pub fn new() -> Self {
        Self::default()
    }

    /// The subject is the one name of this kind.
    pub fn subject_from(kind: NameKind) -> Self {
        Self { subject: Some(kind), ..Self::default() }
    }

    /// Adds a claim with all names of a kind, under a name that identities of other schemes use too:
    /// `with_claim("tenant", NameKind::Organization)`.
    pub fn with_claim(mut self, claim: impl Into<Cow<'static, str>>, kind: NameKind) -> Self {
        self.claims.push((claim.into(), kind));
        self
    }

    /// Reads the time of day elsewhere; for tests.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    fn judge(&self, certificate: &ClientCertificate) -> Result<Identity, AuthError> {
        if !certificate.is_for_client_auth() {
            return Err(AuthError::invalid("the certificate is not for client authentication"));
        }
        let now = self.clock.now();
        let Some(end) = certificate.not_after().filter(|end| now <= *end) else {
            return Err(AuthError::expired("the certificate has ended"));
        };
        if certificate.not_before().is_some_and(|start| now < start) {
            return Err(AuthError::invalid("the certificate is not valid yet"));
        }
        let subject = self.subject(certificate)?;
        let identity = Identity::new(subject).with_issuer(certificate.issuer()).with_expiry(end);
        let identity = with_claims(identity, certificate);
        Ok(self.claims.iter().fold(identity, |identity, (claim, kind)| {
            identity.with_claim(claim.as_ref(), names(certificate, *kind).to_vec())
        }))
    }

    fn subject<'c>(&self, certificate: &'c ClientCertificate) -> Result<&'c str, AuthError> {
        let names = match self.subject {
            Some(kind) => names(certificate, kind),
            None => [NameKind::Uri, NameKind::DnsName, NameKind::Email]
                .map(|kind| names(certificate, kind))
                .into_iter()
                .find(|names| !names.is_empty())
                .unwrap_or_default(),
        };
        match names {
            [name] if name.contains('*') => Err(AuthError::invalid("the name is a wildcard")),
            [name] => Ok(name),
            [] => Err(AuthError::invalid("the certificate has no name of the wanted kind")),
            _ => Err(AuthError::invalid("the certificate has several names of the wanted kind")),
        }
    }
}

impl Authenticator<ClientCertificate> for CertificateRules {
    async fn authenticate(&self, credentials: ClientCertificate) -> Result<Identity, AuthError> {
        self.judge(&credentials)
    }

    fn answer(&self, credentials: ClientCertificate) -> Answer<ClientCertificate> {
        Answer::Now(self.judge(&credentials))
    }
}

fn names(certificate: &ClientCertificate, kind: NameKind) -> &[String] {
    match kind {
        NameKind::Uri => certificate.uris(),
        NameKind::DnsName => certificate.dns_names(),
        NameKind::Email => certificate.emails(),
        NameKind::CommonName => certificate.common_names(),
        NameKind::Organization => certificate.organizations(),
        NameKind::OrganizationalUnit => certificate.organizational_units(),
    }
}

fn with_claims(identity: Identity, certificate: &ClientCertificate) -> Identity {
    let ip = certificate.ip_addresses().iter().map(ToString::to_string).collect();
    let lists = [
        ("uri", certificate.uris().to_vec()),
        ("dns", certificate.dns_names().to_vec()),
        ("email", certificate.emails().to_vec()),
        ("ip", ip),
        ("cn", certificate.common_names().to_vec()),
        ("o", certificate.organizations().to_vec()),
        ("ou", certificate.organizational_units().to_vec()),
    ];
    let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
    lists
        .fold(identity, |identity, (claim, names)| identity.with_claim(claim, Value::from(names)))
        .with_claim("serial", certificate.serial())
        .with_claim("x5t#S256", certificate.sha256_thumbprint())
}
