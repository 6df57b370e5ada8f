//! [`Naming`]: what a certificate's names say about the caller.

use std::{borrow::Cow, time::SystemTime};

use serde_json::Value;

use crate::{
    because,
    error::AuthError,
    identity::Identity,
    mtls::{ClientCertificate, NameKind, NameTemplate, spiffe},
};

/// The part of [`CertificateRules`](crate::CertificateRules) whose answer about a certificate is
/// always the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Naming {
    pub(super) subject: Subject,
    /// Whether a certificate without subject alternative names is known by its common name.
    pub(super) common_name: bool,
    pub(super) claims: Vec<(Cow<'static, str>, ClaimSource)>,
    pub(super) details: bool,
    /// Where not empty, a SPIFFE ID must be of one of these.
    pub(super) trust_domains: Vec<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) enum Subject {
    /// The first kind that is there, of URI, DNS name, e-mail address.
    #[default]
    FirstThere,
    Kind(NameKind),
    Template(NameTemplate),
}

#[derive(Clone, Debug)]
pub(super) enum ClaimSource {
    Kind(NameKind),
    Template(NameTemplate),
}

impl Naming {
    pub(super) fn identity(&self, certificate: &ClientCertificate) -> Result<Identity, AuthError> {
        self.check_trust_domain(certificate)?;
        let (subject, found) = self.subject(certificate)?;
        let identity = Identity::new(subject).with_issuer(certificate.issuer());
        let mut identity = with_names(identity, certificate);
        if let Some(host) = certificate.tls_host() {
            identity = identity.with_claim("tls_host", host);
        }
        if self.details {
            identity = with_details(identity, certificate);
        }
        for (claim, value) in found {
            identity = identity.with_claim(claim, value);
        }
        for (claim, source) in &self.claims {
            identity = source.add_to(identity, claim, certificate)?;
        }
        Ok(match certificate.not_after() {
            Some(end) => identity.with_expiry(end),
            None => identity,
        })
    }

    /// The authorities of one trust domain may sign nothing for another (SPIFFE X509-SVID,
    /// section 5.1); which of them signed is known to the TLS stack alone.
    fn check_trust_domain(&self, certificate: &ClientCertificate) -> Result<(), AuthError> {
        if self.trust_domains.is_empty() {
            return Ok(());
        }
        let id = one(certificate.names(NameKind::SpiffeId)?)?;
        match spiffe::trust_domain(id) {
            Some(domain) if self.trust_domains.iter().any(|known| known == domain) => Ok(()),
            _ => Err(because::invalid("the SPIFFE ID is of another trust domain")),
        }
    }

    /// The subject, and claims that were found with it.
    fn subject(
        &self,
        certificate: &ClientCertificate,
    ) -> Result<(String, Vec<(String, String)>), AuthError> {
        let kind = match &self.subject {
            _ if self.common_name && !certificate.has_alternative_names() => NameKind::CommonName,
            Subject::Template(template) => {
                let found = template.find(certificate)?;
                return Ok((found.name, found.others));
            }
            Subject::Kind(kind) => *kind,
            Subject::FirstThere => first_there(certificate),
        };
        let name = one(certificate.names(kind)?)?;
        if name.contains('*') {
            return Err(because::invalid("the name is a wildcard"));
        }
        let subject = match kind {
            // RFC 4343: case does not count, so two spellings are not two callers.
            NameKind::DnsName => name.to_ascii_lowercase(),
            _ => name.to_owned(),
        };
        Ok((subject, Vec::new()))
    }
}

impl ClaimSource {
    fn add_to(
        &self,
        identity: Identity,
        claim: &str,
        certificate: &ClientCertificate,
    ) -> Result<Identity, AuthError> {
        match self {
            Self::Kind(kind) => Ok(identity.with_claim(claim, certificate.names(*kind)?.to_vec())),
            Self::Template(template) => {
                let found = template.find(certificate)?;
                let with_others = |identity: Identity, (claim, value): (String, String)| {
                    identity.with_claim(claim, value)
                };
                let identity = found.others.into_iter().fold(identity, with_others);
                Ok(identity.with_claim(claim, found.name))
            }
        }
    }
}

fn first_there(certificate: &ClientCertificate) -> NameKind {
    if !certificate.uris().is_empty() {
        NameKind::Uri
    } else if !certificate.dns_names().is_empty() {
        NameKind::DnsName
    } else {
        NameKind::Email
    }
}

fn one(names: &[String]) -> Result<&str, AuthError> {
    match names {
        [name] => Ok(name),
        [] => Err(because::invalid("the certificate has no name of the wanted kind")),
        _ => Err(because::invalid("the certificate has several names of the wanted kind")),
    }
}

fn with_names(identity: Identity, certificate: &ClientCertificate) -> Identity {
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

fn with_details(identity: Identity, certificate: &ClientCertificate) -> Identity {
    let since_epoch =
        |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seconds = |time: Option<SystemTime>| Value::from(time.map(|t| since_epoch(t).as_secs()));
    identity
        .with_claim("subject_dn", certificate.subject())
        .with_claim("issuer_dn", certificate.issuer())
        .with_claim("fingerprint", certificate.sha256_fingerprint())
        .with_claim("not_before", seconds(certificate.not_before()))
        .with_claim("not_after", seconds(certificate.not_after()))
}
