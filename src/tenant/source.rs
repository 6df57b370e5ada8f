//! Where in a request its tenant is named.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderName, header::HOST, request::Parts, uri::Authority};
use serde_json::Value;

use crate::{claims::ClaimPath, error::AuthError, identity::Identity, tenant::Tenant};

/// Finds the name of the tenant in a request by a rule of your own. Closures are resolvers.
///
/// The layer holds the name against the grammar of [`Tenant`] names and the identity against the
/// tenant; a resolver only finds it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot find the tenant of a request",
    note = "pass a closure `|parts: &Parts| -> Result<Option<String>, AuthError>`, or implement `TenantResolver`"
)]
pub trait TenantResolver: Send + Sync + 'static {
    /// The name of the tenant; `None` when the request names none.
    ///
    /// # Errors
    ///
    /// Why the request is refused.
    fn resolve(&self, parts: &Parts) -> Result<Option<String>, AuthError>;
}

impl<F> TenantResolver for F
where
    F: Fn(&Parts) -> Result<Option<String>, AuthError> + Send + Sync + 'static,
{
    fn resolve(&self, parts: &Parts) -> Result<Option<String>, AuthError> {
        self(parts)
    }
}

#[derive(Clone)]
pub(super) enum Source {
    Claim(Arc<ClaimPath>),
    Fixed(Tenant),
    Header(HeaderName),
    /// The domain that follows the tenant's label, in lower case.
    Host(String),
    /// The segments that come before the tenant's.
    Path(Vec<String>),
    Resolver(Arc<dyn TenantResolver>),
}

impl Source {
    /// The tenant that the request names; `None` when it names none.
    pub(super) fn find(
        &self,
        parts: &Parts,
        identity: Option<&Identity>,
    ) -> Result<Option<Tenant>, AuthError> {
        let name = match self {
            Self::Fixed(tenant) => return Ok(Some(tenant.clone())),
            Self::Claim(path) => claim(path, identity)?.map(Cow::Borrowed),
            Self::Header(name) => header(name, parts)?.map(Cow::Borrowed),
            Self::Host(domain) => label_before(domain, parts)?.map(Cow::Owned),
            Self::Path(prefix) => segment_after(prefix, parts.uri.path()).map(Cow::Borrowed),
            Self::Resolver(resolver) => resolver.resolve(parts)?.map(Cow::Owned),
        };
        let malformed = || AuthError::tenant_denied("what names the tenant is not a tenant's name");
        name.map(|name| Tenant::parse(&name).ok_or_else(malformed)).transpose()
    }
}

fn claim<'i>(
    path: &ClaimPath,
    identity: Option<&'i Identity>,
) -> Result<Option<&'i str>, AuthError> {
    let identity = identity.ok_or_else(|| {
        AuthError::misconfigured(
            "TenantLayer::from_claim must be inside of an authentication layer",
        )
    })?;
    match path.find(identity.claims()) {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name)),
        Some(Value::Array(names)) => match names.as_slice() {
            [Value::String(name)] => Ok(Some(name)),
            _ => Err(AuthError::tenant_denied("the claim names no tenant or several")),
        },
        Some(_) => Err(AuthError::tenant_denied("the claim is not a tenant's name")),
    }
}

/// Exactly one line: the first of several is as easily forged as the last.
fn header<'p>(name: &HeaderName, parts: &'p Parts) -> Result<Option<&'p str>, AuthError> {
    let mut lines = parts.headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Ok(None),
        (Some(line), None) => line
            .to_str()
            .map(Some)
            .map_err(|_| AuthError::tenant_denied("the header is not visible ASCII")),
        (Some(_), Some(_)) => Err(AuthError::tenant_denied("the header occurs twice")),
    }
}

/// The one label before the domain. A host is compared without case (RFC 9110, section 4.2.3), so
/// the label is read in lower case.
fn label_before(domain: &str, parts: &Parts) -> Result<Option<String>, AuthError> {
    let Some(host) = host(parts)? else {
        return Ok(None);
    };
    let label = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
    match label {
        Some(label) if !label.contains('.') => Ok(Some(label.to_owned())),
        _ => Err(AuthError::tenant_denied("the host is not a tenant's")),
    }
}

/// The host that the request is for. HTTP/2 sends it as the authority of the URI, HTTP/1.1 as one
/// header field; where both are there they must be equal.
fn host(parts: &Parts) -> Result<Option<String>, AuthError> {
    let damaged = || AuthError::tenant_denied("the host is damaged, doubled or contradictory");
    let mut lines = parts.headers.get_all(HOST).iter();
    let field = match (lines.next(), lines.next()) {
        (None, _) => None,
        (Some(line), None) => Some(Authority::try_from(line.as_bytes()).map_err(|_| damaged())?),
        (Some(_), Some(_)) => return Err(damaged()),
    };
    let host = match (parts.uri.authority(), &field) {
        (Some(authority), Some(field)) if authority != field => return Err(damaged()),
        (Some(authority), _) => authority,
        (None, Some(field)) => field,
        (None, None) => return Ok(None),
    };
    match host.as_str().strip_prefix(host.host()) {
        Some("") => Ok(Some(host.host().to_ascii_lowercase())),
        Some(_) if host.port_u16().is_some() => Ok(Some(host.host().to_ascii_lowercase())),
        // User information before the host, or a port that is no number.
        _ => Err(damaged()),
    }
}

/// The segment after the prefix, as it was sent: a name holds nothing that could be escaped.
fn segment_after<'p>(prefix: &[String], path: &'p str) -> Option<&'p str> {
    let mut segments = path.strip_prefix('/')?.split('/');
    for expected in prefix {
        segments.next().filter(|segment| segment == expected)?;
    }
    segments.next().filter(|segment| !segment.is_empty())
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Claim(path) => f.debug_tuple("Claim").field(path).finish(),
            Self::Fixed(tenant) => f.debug_tuple("Fixed").field(tenant).finish(),
            Self::Header(name) => f.debug_tuple("Header").field(name).finish(),
            Self::Host(domain) => f.debug_tuple("Host").field(domain).finish(),
            Self::Path(prefix) => f.debug_tuple("Path").field(prefix).finish(),
            Self::Resolver(_) => f.write_str("Resolver(..)"),
        }
    }
}
