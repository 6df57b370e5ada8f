//! [`CertificateFilter`]: which certificates of a trusted authority are wanted, as in Temporal Cloud.

use serde::Deserialize;

use crate::{
    config_error::Problems,
    mtls::{ClientCertificate, NameKind},
};

/// What a certificate must be like: all fields that are given must match.
///
/// A value is compared without the case of ASCII letters, and as a whole, or with one `*` at its
/// start or its end that stands for anything. Of several organizations, units and subject alternative
/// names any may match; several common names match nothing. The subject alternative names are all
/// those of a known type: DNS names, URIs, e-mail and IP addresses. So `*.contoso.com` is also the end of
/// an address or of a URI, and `*contoso.com` the end of `evilcontoso.com`.
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
    /// A filter without fields, which [`CertificateFilters`](crate::CertificateFilters) do not take: give it one at least.
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

    /// What is demanded of which field, and what is wrong with that.
    pub(super) fn read(self, number: usize, problems: &mut Problems) -> Demands {
        if self == Self::new() {
            problems.add(format!("filter {number}: no field, so it would match everything"));
        }
        let mut demands = Vec::new();
        for (field, value) in self.fields() {
            match Pattern::of(&value) {
                Ok(pattern) => demands.push((field, pattern)),
                Err(problem) => {
                    problems.add(format!("filter {number}: {}: {value:?} {problem}", field.name()));
                }
            }
        }
        Demands(demands)
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

/// A filter that has been read.
#[derive(Debug)]
pub(super) struct Demands(Vec<(Field, Pattern)>);

impl Demands {
    pub(super) fn are_met_by(&self, certificate: &ClientCertificate) -> bool {
        self.0.iter().all(|(field, pattern)| field.has(certificate, pattern))
    }
}

#[derive(Clone, Copy, Debug)]
enum Field {
    CommonName,
    Organization,
    OrganizationalUnit,
    SubjectAlternativeName,
}

#[derive(Debug)]
enum Pattern {
    Whole(String),
    StartsWith(String),
    EndsWith(String),
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
                let kinds =
                    [NameKind::DnsName, NameKind::Uri, NameKind::Email, NameKind::IpAddress];
                kinds.into_iter().any(|kind| certificate.names(kind).is_ok_and(any))
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
