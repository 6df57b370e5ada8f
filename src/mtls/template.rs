//! [`NameTemplate`]: a part of a name that matters.

use crate::{
    because,
    config_error::{ConfigError, Problems},
    error::AuthError,
    mtls::{ClientCertificate, NameKind},
};

/// The form of a name of which a part is the caller, the tenant or a claim.
///
/// `{name}` is what the template is for. Any other `{word}` becomes a claim of that name. The rest
/// must be there letter by letter, so what stands around the braces is what the authority promises.
/// Names of the kind that have another form are passed over; two that fit are ambiguous and refused.
///
/// # What a word in braces finds
///
/// | Kind | Found | Compared |
/// |---|---|---|
/// | DNS name | within one label: letters, digits, `-`, `_` | without case; what is found is in lower case |
/// | URI, SPIFFE ID | within one segment of the path: letters, digits, `-`, `_`, `.`, `~`; never `.` or `..` | byte by byte |
/// | e-mail address | no `@`, no quoted form | byte by byte |
/// | attribute of the subject | anything without `*` and without spaces at the ends | byte by byte |
///
/// It ends where the character that follows it in the template occurs first, so that there is one
/// way to read a name: `{name}-{zone}` finds no `name` with a dash.
///
/// # Examples
///
/// ```
/// use tower_auth::{CertificateRules, NameTemplate};
///
/// // alice.client.contoso.com is alice.
/// let rules = CertificateRules::new().subject_by(NameTemplate::dns("{name}.client.contoso.com")?);
/// // spiffe://example.org/ns/acme/sa/billing is billing, with the claim `tenant`: acme.
/// let template = NameTemplate::uri("spiffe://example.org/ns/{tenant}/sa/{name}")?;
/// let rules = CertificateRules::spiffe(["example.org"])?.subject_by(template);
/// # let _ = rules;
///
/// let error = NameTemplate::dns("{user}{zone}.contoso.com").unwrap_err();
/// assert_eq!(error.problems().count(), 2, "{error}");
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NameTemplate {
    kind: NameKind,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Literal(String),
    Word(String),
}

impl Part {
    /// Words stay what they are: they name claims.
    fn make_lower_case(&mut self) {
        if let Self::Literal(literal) = self {
            literal.make_ascii_lowercase();
        }
    }
}

/// What a template found in a certificate.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) others: Vec<(String, String)>,
}

impl NameTemplate {
    const NAME: &'static str = "name";

    /// A template for names of a kind.
    ///
    /// # Errors
    ///
    /// All that is wrong with it: no `{name}`, a word that occurs twice or is none, braces that are
    /// not closed, two words with nothing between them.
    pub fn new(kind: NameKind, template: &str) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut parts = parts(template, &mut problems);
        if kind == NameKind::DnsName {
            parts.iter_mut().for_each(Part::make_lower_case);
        }
        check(&parts, &mut problems);
        if kind == NameKind::IpAddress {
            problems.add("a template for IP addresses: they have no parts that name anybody");
        }
        problems.finish(Self { kind, parts })
    }

    /// A template for DNS names among the subject alternative names.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn dns(template: &str) -> Result<Self, ConfigError> {
        Self::new(NameKind::DnsName, template)
    }

    /// A template for URIs among the subject alternative names.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn uri(template: &str) -> Result<Self, ConfigError> {
        Self::new(NameKind::Uri, template)
    }

    /// A template for e-mail addresses among the subject alternative names.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn email(template: &str) -> Result<Self, ConfigError> {
        Self::new(NameKind::Email, template)
    }

    pub(super) fn find(&self, certificate: &ClientCertificate) -> Result<Found, AuthError> {
        let none = || because::invalid("no name of the certificate fits the template");
        self.fitting(certificate)?.ok_or_else(none)
    }

    /// What `{name}` is, where a name of the certificate fits.
    pub(crate) fn find_name(
        &self,
        certificate: &ClientCertificate,
    ) -> Result<Option<String>, AuthError> {
        Ok(self.fitting(certificate)?.map(|found| found.name))
    }

    fn fitting(&self, certificate: &ClientCertificate) -> Result<Option<Found>, AuthError> {
        let mut fitting = certificate.names(self.kind)?.iter().filter_map(|name| self.read(name));
        match (fitting.next(), fitting.next()) {
            (found, None) => Ok(found),
            _ => Err(because::invalid("several names of the certificate fit the template")),
        }
    }

    fn read(&self, name: &str) -> Option<Found> {
        let lower_case = (self.kind == NameKind::DnsName).then(|| name.to_ascii_lowercase());
        let mut rest = lower_case.as_deref().unwrap_or(name);
        let mut found = Found { name: String::new(), others: Vec::new() };
        for (position, part) in self.parts.iter().enumerate() {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(literal.as_str())?,
                Part::Word(word) => {
                    let end = self.end_of_word(rest, position);
                    let (value, after) = rest.split_at(end);
                    rest = after;
                    if !is_value(self.kind, value) {
                        return None;
                    }
                    match word.as_str() {
                        Self::NAME => value.clone_into(&mut found.name),
                        word => found.others.push((word.to_owned(), value.to_owned())),
                    }
                }
            }
        }
        rest.is_empty().then_some(found)
    }

    fn end_of_word(&self, rest: &str, position: usize) -> usize {
        let stop = match self.parts.get(position + 1) {
            Some(Part::Literal(literal)) => literal.chars().next(),
            _ => None,
        };
        stop.and_then(|stop| rest.find(stop)).unwrap_or(rest.len())
    }
}

fn is_value(kind: NameKind, value: &str) -> bool {
    let all = |allowed: fn(u8) -> bool| value.bytes().all(allowed);
    !value.is_empty()
        && match kind {
            NameKind::DnsName => {
                all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            }
            NameKind::Uri | NameKind::SpiffeId => {
                let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
                !matches!(value, "." | "..") && value.bytes().all(unreserved)
            }
            NameKind::Email => all(|byte| byte.is_ascii_graphic() && !b"@\"\\*".contains(&byte)),
            _ => !value.contains('*') && value.trim() == value,
        }
}

fn parts(template: &str, problems: &mut Problems) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((word, after)) = after.split_once('}') else {
            problems.add(format!("the template {template:?}: a brace is not closed"));
            return parts;
        };
        if !literal.is_empty() {
            parts.push(Part::Literal(literal.to_owned()));
        }
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if word.is_empty() || !word.bytes().all(is_word) {
            problems.add(format!("the template {template:?}: {{{word}}} is not a word"));
        }
        parts.push(Part::Word(word.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Literal(rest.to_owned()));
    }
    parts
}

fn check(parts: &[Part], problems: &mut Problems) {
    let words: Vec<&str> = parts
        .iter()
        .filter_map(|part| match part {
            Part::Word(word) => Some(word.as_str()),
            Part::Literal(_) => None,
        })
        .collect();
    if !words.contains(&NameTemplate::NAME) {
        problems.add("a template needs {name}: the part that it is for");
    }
    for (position, word) in words.iter().enumerate() {
        if words[..position].contains(word) {
            problems.add(format!("a template has {{{word}}} twice"));
        }
    }
    for pair in parts.windows(2) {
        if let [Part::Word(first), Part::Word(second)] = pair {
            problems.add(format!("a template has nothing between {{{first}}} and {{{second}}}"));
        }
    }
    let has_stray_brace = |part: &Part| matches!(part, Part::Literal(text) if text.contains('}'));
    if parts.iter().any(has_stray_brace) {
        problems.add("a template has a brace that was not opened");
    }
}
