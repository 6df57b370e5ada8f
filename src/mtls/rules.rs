//! [`CertificateRules`]: from a certificate to an identity.

use std::{borrow::Cow, sync::Arc};

use crate::{
    authenticator::{Answer, Authenticator},
    because,
    clock::Clock,
    config_error::{ConfigError, Problems},
    error::AuthError,
    identity::Identity,
    mtls::{
        CertificateFilters, CertificateList, ClientCertificate, NameKind, NameTemplate,
        naming::{ClaimSource, Naming, Subject},
        spiffe,
        standing::Standing,
        tls_hosts::TlsHosts,
    },
};

/// Makes identities of client certificates: an [`Authenticator`] of [`ClientCertificate`]
/// credentials.
///
/// The subject is one name of the certificate. Several names of the chosen kind are ambiguous and
/// refused, so that the order in which a certificate lists them never matters, and so is a wildcard.
/// That the certificate is still valid, and what the [lists](CertificateList) and the
/// [filters](CertificateFilters) say of it, is checked on every request: connections live long. All else is read once per connection.
///
/// # Claims
///
/// | Claim | Value |
/// |---|---|
/// | `uri`, `dns`, `email`, `ip` | arrays of subject alternative names |
/// | `cn`, `o`, `ou` | arrays of attributes of the subject |
/// | `serial`, `x5t#S256` | strings |
/// | `tls_host`, where the certificate was accepted by the own rules of a `TlsHost` | string |
/// | those of [`with_claim`](Self::with_claim) | arrays of names |
/// | those of [`subject_by`](Self::subject_by), [`with_claim_by`](Self::with_claim_by) | strings |
/// | with [`with_details`](Self::with_details): `subject_dn`, `issuer_dn`, `fingerprint` | strings |
/// | with [`with_details`](Self::with_details): `not_before`, `not_after` | seconds since 1970 |
///
/// The identity's issuer is the distinguished name of the certificate's issuer.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateRules, MtlsIdentityLayer, NameKind, NameTemplate, TenantLayer};
///
/// // The subject is a URI, else a DNS name, else an e-mail address; the tenant is the organization.
/// let auth = (MtlsIdentityLayer::new(CertificateRules::new()), TenantLayer::from_claim("o"));
/// # let _ = auth;
///
/// // Of alice.client.contoso.com the subject is alice, and the tenant the organizational unit.
/// let rules = CertificateRules::new()
///     .subject_by(NameTemplate::dns("{name}.client.contoso.com")?)
///     .with_claim("tenant", NameKind::OrganizationalUnit);
/// # let mut params = rcgen::CertificateParams::new(["alice.client.contoso.com".to_owned()])?;
/// # params.distinguished_name.push(rcgen::DnType::OrganizationalUnitName, "acme");
/// # let der = params.self_signed(&rcgen::KeyPair::generate()?)?.der().to_vec();
/// # use tower_auth::{Answer, Authenticator, ClientCertificate};
/// # let Answer::Now(judgement) = rules.answer(ClientCertificate::from_der(der)?) else { panic!() };
/// # let identity = judgement?;
/// assert_eq!(identity.subject(), "alice");
/// assert_eq!(identity.claims().get("tenant"), Some(&serde_json::json!(["acme"])));
///
/// let auth = (MtlsIdentityLayer::new(rules), TenantLayer::from_claim("tenant"));
/// # let _ = auth;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct CertificateRules {
    rules: Arc<Rules>,
    clock: Clock,
}

/// All but the clock. What judged certificates already is never changed, for they hold it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    naming: Naming,
    standing: Standing,
    hosts: TlsHosts,
}

impl CertificateRules {
    /// The subject is the subject alternative name of the first kind that is there: URI, DNS name,
    /// e-mail address.
    pub fn new() -> Self {
        Self::default()
    }

    /// The subject is the one name of this kind.
    ///
    /// With [`NameKind::SpiffeId`] that is a SPIFFE ID of any trust domain, and whoever is trusted to
    /// sign for one domain signs for all: [`spiffe`](Self::spiffe) names the domains.
    pub fn subject_from(kind: NameKind) -> Self {
        Self::new().with_subject(Subject::Kind(kind))
    }

    /// The subject is the SPIFFE ID of an X.509-SVID of one of these trust domains.
    ///
    /// Where there are several, the TLS stack must see to it that the authorities of one sign
    /// nothing for another (SPIFFE X509-SVID, section 5.1), by name constraints for example: which
    /// authority a certificate was verified with is not known here.
    ///
    /// # Errors
    ///
    /// No trust domain, or one that is not what the SPIFFE ID specification allows.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::CertificateRules;
    ///
    /// let rules = CertificateRules::spiffe(["example.org"])?;
    /// # let _ = rules;
    /// let error = CertificateRules::spiffe(["spiffe://example.org"]).unwrap_err();
    /// assert!(error.to_string().contains("trust domain"), "{error}");
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn spiffe<D: Into<String>>(
        trust_domains: impl IntoIterator<Item = D>,
    ) -> Result<Self, ConfigError> {
        let trust_domains: Vec<String> = trust_domains.into_iter().map(Into::into).collect();
        let mut problems = Problems::default();
        if trust_domains.is_empty() {
            problems.add("no trust domain: no SPIFFE ID would be accepted");
        }
        for domain in &trust_domains {
            if let Err(problem) = spiffe::check_trust_domain(domain) {
                problems.add(format!("{domain:?}: {problem}"));
            }
        }
        let mut rules = Self::subject_from(NameKind::SpiffeId);
        rules.rules_mut().naming.trust_domains = trust_domains;
        problems.finish(rules)
    }

    /// The subject is the part of a name that a template finds; other words in its braces become
    /// claims.
    pub fn subject_by(self, template: NameTemplate) -> Self {
        self.with_subject(Subject::Template(template))
    }

    /// Knows a certificate that has no subject alternative name at all by its common name.
    ///
    /// One that has any is never known by its common name (RFC 9525, section 2).
    pub fn allow_common_name(mut self) -> Self {
        self.rules_mut().naming.common_name = true;
        self
    }

    /// Adds a claim with all names of a kind, under a name that identities of other schemes use too:
    /// `with_claim("tenant", NameKind::Organization)`.
    ///
    /// Where [several](crate::TenantLayer::from_claim) would be ambiguous it is for whoever reads
    /// the claim to refuse them. Names that [must not be used](ClientCertificate::names) refuse the
    /// certificate.
    pub fn with_claim(self, claim: impl Into<Cow<'static, str>>, kind: NameKind) -> Self {
        self.with_claim_from(claim.into(), ClaimSource::Kind(kind))
    }

    /// Adds a claim with the part of a name that a template finds, and claims by the other words in
    /// its braces. A certificate without a name that fits is refused.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{CertificateRules, NameKind, NameTemplate};
    ///
    /// // The unit `tenant-acme` is the tenant acme.
    /// let template = NameTemplate::new(NameKind::OrganizationalUnit, "tenant-{name}")?;
    /// let rules = CertificateRules::new().with_claim_by("tenant", template);
    /// # let _ = rules;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn with_claim_by(
        self,
        claim: impl Into<Cow<'static, str>>,
        template: NameTemplate,
    ) -> Self {
        self.with_claim_from(claim.into(), ClaimSource::Template(template))
    }

    /// Adds claims about the certificate itself: `subject_dn`, `issuer_dn`, `fingerprint` (SHA-256 in
    /// hexadecimal), `not_before` and `not_after` (seconds since 1970).
    pub fn with_details(mut self) -> Self {
        self.rules_mut().naming.details = true;
        self
    }

    /// Refuses certificates that match none of these filters, as they are when the request comes.
    pub fn with_filters(mut self, filters: CertificateFilters) -> Self {
        self.rules_mut().standing.filters = Some(filters);
        self
    }

    /// Refuses certificates that are not on this list, as it is when the request comes. An empty
    /// list refuses all.
    pub fn with_allow_list(mut self, list: CertificateList) -> Self {
        self.rules_mut().standing.allowed = Some(list);
        self
    }

    /// Refuses certificates that are on this list, as it is when the request comes; also those on
    /// the list of [`with_allow_list`](Self::with_allow_list).
    pub fn with_deny_list(mut self, list: CertificateList) -> Self {
        self.rules_mut().standing.denied = Some(list);
        self
    }

    /// Accepts also certificates that a listener accepted by the own rules of this host, see `TlsHost`.
    ///
    /// Otherwise they are refused: a client chooses by the name that it asks for which rules it meets, and
    /// those of a host may be weaker than these rules expect.
    pub fn allow_tls_host(mut self, host: impl Into<String>) -> Self {
        self.rules_mut().hosts.allow(host.into());
        self
    }

    /// Accepts only certificates that a listener accepted by the own rules of this host, or of another
    /// one that is named here.
    pub fn require_tls_host(mut self, host: impl Into<String>) -> Self {
        self.rules_mut().hosts.leave_out_the_listener();
        self.allow_tls_host(host)
    }

    /// Reads the time of day elsewhere; for tests.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    fn with_subject(mut self, subject: Subject) -> Self {
        self.rules_mut().naming.subject = subject;
        self
    }

    fn with_claim_from(mut self, claim: Cow<'static, str>, source: ClaimSource) -> Self {
        self.rules_mut().naming.claims.push((claim, source));
        self
    }

    /// What has judged certificates already is left as it is.
    fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.rules)
    }

    fn judge(&self, certificate: &ClientCertificate) -> Result<Identity, AuthError> {
        if !certificate.is_for_client_auth() {
            return Err(because::invalid("the certificate is not for client authentication"));
        }
        if !self.rules.hosts.accept(certificate.tls_host()) {
            return Err(because::invalid(
                "the handshake was made by the rules of a host that these do not accept: see \
                 allow_tls_host",
            ));
        }
        let now = self.clock.now();
        if certificate.not_after().is_none_or(|end| now > end) {
            return Err(because::expired("the certificate has ended"));
        }
        if certificate.not_before().is_some_and(|start| now < start) {
            return Err(because::invalid("the certificate is not valid yet"));
        }
        self.rules.standing.check(certificate)?;
        certificate.identity(&self.rules)
    }
}

impl Rules {
    pub(super) fn identity(&self, certificate: &ClientCertificate) -> Result<Identity, AuthError> {
        let identity = self.naming.identity(certificate)?;
        if self.standing.is_fixed() {
            return Ok(identity);
        }
        let (standing, certificate) = (self.standing.clone(), certificate.without_identity());
        Ok(identity.with_recheck(move |_| standing.check(&certificate)))
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
