//! [`CertificateFilter`]: which certificates of a trusted authority are wanted, as in Temporal Cloud.

use serde::Deserialize;

use crate::{
    config_error::{ConfigError, Problems},
    mtls::ClientCertificate,
};

/// What a certificate must be like: all fields that are given must match.
///
/// A value is compared without the case of ASCII letters, and as a whole, or with one `*` at its
/// start or its end that stands for anything. Of several organizations, units and subject alternative
/// names any may match; several common names match nothing. The subject alternative names are all
/// those of a known type: DNS names, URIs, e-mail and IP addresses.
///
/// These are the certificate filters of Temporal Cloud, also in JSON:
///
/// ```
/// use tower_auth::CertificateFilter;
///
/// let filter: CertificateFilter = serde_json::from_str(
///     r#"{ "organization": "Contoso", "subjectAlternativeName": "*.client.contoso.com" }"#,
/// )?;
/// let same = CertificateFilter::new()
///     .with_organization("Contoso")
///     .with_subject_alternative_name("*.client.contoso.com");
/// assert_eq!(filter, same);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[must_use]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct CertificateFilter {
    common_name: Option<String>,
    organization: Option<String>,
    organizational_unit: Option<String>,
    subject_alternative_name: Option<String>,
}

impl CertificateFilter {
    /// A filter without fields, which [`CertificateFilters`] do not take: give it one at least.
    pub fn new() -> Self {
        Self::default()
    }

    /// What the common name must be.
    pub fn with_common_name(mut self, value: impl Into<String>) -> Self {
        self.common_name = Some(value.into());
        self
    }

    /// What an organization must be.
    pub fn with_organization(mut self, value: impl Into<String>) -> Self {
        self.organization = Some(value.into());
        self
    }

    /// What an organizational unit must be.
    pub fn with_organizational_unit(mut self, value: impl Into<String>) -> Self {
        self.organizational_unit = Some(value.into());
        self
    }

    /// What a subject alternative name must be.
    pub fn with_subject_alternative_name(mut self, value: impl Into<String>) -> Self {
        self.subject_alternative_name = Some(value.into());
        self
    }

    fn fields(self) -> impl Iterator<Item = (Field, String)> {
        let fields = [
            (Field::CommonName, self.common_name),
            (Field::Organization, self.organization),
            (Field::OrganizationalUnit, self.organizational_unit),
            (Field::SubjectAlternativeName, self.subject_alternative_name),
        ];
        fields.into_iter().filter_map(|(field, value)| Some((field, value?)))
    }
}

/// Filters of which one must match, for
/// [`CertificateRules::with_filters`](crate::CertificateRules::with_filters).
///
/// Without any, all certificates match that the authority has signed.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateFilter, CertificateFilters, CertificateRules};
///
/// let filters = CertificateFilters::new([
///     CertificateFilter::new().with_common_name("worker-*").with_organization("Contoso"),
///     CertificateFilter::new().with_subject_alternative_name("admin.contoso.com"),
/// ])?;
/// let rules = CertificateRules::new().with_filters(filters);
/// # let _ = rules;
///
/// let error = CertificateFilters::new([
///     CertificateFilter::new().with_common_name("a*b"),
///     CertificateFilter::new(),
/// ]);
/// assert_eq!(error.unwrap_err().problems().count(), 2);
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
pub struct CertificateFilters(Vec<Vec<(Field, Pattern)>>);

#[derive(Clone, Copy, Debug)]
enum Field {
    CommonName,
    Organization,
    OrganizationalUnit,
    SubjectAlternativeName,
}

#[derive(Clone, Debug)]
enum Pattern {
    Whole(String),
    StartsWith(String),
    EndsWith(String),
}

impl CertificateFilters {
    /// More than these are a configuration error.
    pub const MAX: usize = 25;

    /// Filters of which any one suffices.
    ///
    /// # Errors
    ///
    /// All that is wrong: too many, one without a field, an empty value, a `*` that is alone, in the
    /// middle, or one of two.
    pub fn new(filters: impl IntoIterator<Item = CertificateFilter>) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut read = Vec::new();
        for (filter, number) in filters.into_iter().zip(1..) {
            if filter == CertificateFilter::new() {
                problems.add(format!("filter {number}: no field, so it would match everything"));
            }
            let mut patterns = Vec::new();
            for (field, value) in filter.fields() {
                match Pattern::of(&value) {
                    Ok(pattern) => patterns.push((field, pattern)),
                    Err(problem) => problems
                        .add(format!("filter {number}: {}: {value:?} {problem}", field.name())),
                }
            }
            read.push(patterns);
        }
        if read.len() > Self::MAX {
            problems.add(format!("{} filters: at most {}", read.len(), Self::MAX));
        }
        problems.finish(Self(read))
    }

    /// Whether a certificate matches one of the filters, or there is none.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{CertificateFilter, CertificateFilters, ClientCertificate};
    ///
    /// # let params = rcgen::CertificateParams::new(["alice.contoso.com".to_owned()])?;
    /// # let der = params.self_signed(&rcgen::KeyPair::generate()?)?.der().to_vec();
    /// let certificate = ClientCertificate::from_der(der)?; // of alice.contoso.com
    /// let filter = |name| CertificateFilter::new().with_subject_alternative_name(name);
    /// assert!(CertificateFilters::new([filter("*.CONTOSO.com")])?.matches(&certificate));
    /// assert!(!CertificateFilters::new([filter("contoso.com")])?.matches(&certificate));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn matches(&self, certificate: &ClientCertificate) -> bool {
        let all = |filter: &Vec<(Field, Pattern)>| {
            filter.iter().all(|(field, pattern)| field.has(certificate, pattern))
        };
        self.0.is_empty() || self.0.iter().any(all)
    }
}

impl Field {
    const fn name(self) -> &'static str {
        match self {
            Self::CommonName => "commonName",
            Self::Organization => "organization",
            Self::OrganizationalUnit => "organizationalUnit",
            Self::SubjectAlternativeName => "subjectAlternativeName",
        }
    }

    fn has(self, certificate: &ClientCertificate, pattern: &Pattern) -> bool {
        let any = |names: &[String]| names.iter().any(|name| pattern.matches(name));
        match self {
            // Of several nobody knows which one is meant.
            Self::CommonName => {
                certificate.common_names().len() == 1 && any(certificate.common_names())
            }
            Self::Organization => any(certificate.organizations()),
            Self::OrganizationalUnit => any(certificate.organizational_units()),
            Self::SubjectAlternativeName => {
                any(certificate.dns_names())
                    || any(certificate.uris())
                    || any(certificate.emails())
                    || certificate.ip_addresses().iter().any(|ip| pattern.matches(&ip.to_string()))
            }
        }
    }
}

impl Pattern {
    fn of(value: &str) -> Result<Self, &'static str> {
        let pattern = match (value.strip_prefix('*'), value.strip_suffix('*')) {
            (Some(""), _) => return Err("would match everything"),
            (Some(end), None) => Self::EndsWith(end.to_owned()),
            (None, Some(start)) => Self::StartsWith(start.to_owned()),
            (None, None) if value.is_empty() => return Err("is empty"),
            (None, None) => Self::Whole(value.to_owned()),
            (Some(_), Some(_)) => return Err("has a * at both ends"),
        };
        let (Self::Whole(text) | Self::StartsWith(text) | Self::EndsWith(text)) = &pattern;
        if text.contains('*') {
            return Err("has a * that is not at its start or its end, or more than one");
        }
        Ok(pattern)
    }

    /// Only ASCII letters have two cases here: by Unicode's rules the Kelvin sign is a `k`.
    fn matches(&self, name: &str) -> bool {
        let name = name.as_bytes();
        let (part, text) = match self {
            Self::Whole(text) => (Some(name), text),
            Self::StartsWith(text) => (name.get(..text.len()), text),
            Self::EndsWith(text) => {
                let start = name.len().checked_sub(text.len());
                (start.map(|start| &name[start..]), text)
            }
        };
        part.is_some_and(|part| part.eq_ignore_ascii_case(text.as_bytes()))
    }
}
