//! What the places of a request that may name a tenant say: a name, nothing, or an error for what is
//! there and cannot be one.

use std::net::IpAddr;

use http::{HeaderName, header::HOST, request::Parts, uri::Authority};
use serde_json::Value;

use crate::{claims::ClaimPath, error::AuthError, identity::Identity};

pub(super) fn claim<'i>(
    path: &ClaimPath,
    identity: Option<&'i Identity>,
) -> Result<Option<&'i str>, AuthError> {
    let identity = identity.ok_or_else(|| {
        AuthError::misconfigured(
            "a TenantLayer that reads a claim must be inside of an authentication layer",
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
pub(super) fn header<'p>(
    name: &HeaderName,
    parts: &'p Parts,
) -> Result<Option<&'p str>, AuthError> {
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

/// The one label before the domain; the domain itself names no tenant. A host is compared without
/// case (RFC 9110, section 4.2.3), so the label is read in lower case.
pub(super) fn label_before(domain: &str, parts: &Parts) -> Result<Option<String>, AuthError> {
    let Some(host) = host(parts)? else {
        return Ok(None);
    };
    if host == domain {
        return Ok(None);
    }
    let label = host.strip_suffix(domain).and_then(|rest| rest.strip_suffix('.'));
    match label {
        Some(label) if !label.contains('.') => Ok(Some(label.to_owned())),
        _ => Err(AuthError::tenant_denied("the host is not a tenant's")),
    }
}

/// The first label, whatever domain follows; in lower case.
pub(super) fn first_label(parts: &Parts) -> Result<Option<String>, AuthError> {
    let Some(host) = host(parts)? else {
        return Ok(None);
    };
    let is_address = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
    match host.split_once('.') {
        Some((label, domain)) if !is_address && !domain.is_empty() => Ok(Some(label.to_owned())),
        _ => Err(AuthError::tenant_denied("the host has no label before a domain")),
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

/// The segment after the prefix, as it was sent: a name holds nothing that could be escaped. An empty
/// one with more behind it is damage, and not the absence of a name.
pub(super) fn segment_after<'p>(prefix: &[String], path: &'p str) -> Option<&'p str> {
    let mut segments = path.strip_prefix('/')?.split('/');
    for expected in prefix {
        segments.next().filter(|segment| segment == expected)?;
    }
    let segment = segments.next()?;
    let is_the_end = segment.is_empty() && segments.next().is_none();
    (!is_the_end).then_some(segment)
}
