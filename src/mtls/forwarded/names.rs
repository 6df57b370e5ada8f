//! The header fields that stop at the layer, whoever sent them.

use http::{HeaderMap, HeaderName};

/// Fields in which proxies forward client certificates or what they found out about them, in lower
/// case with dashes. Those that go on with a dash and more are meant too.
const FAMILIES: [&str; 15] = [
    "client-cert",
    "client-certificate",
    "ssl-client",
    "ssl-cert",
    "x-amzn-mtls-clientcert",
    "x-arr-clientcert",
    "x-client-cert",
    "x-client-certificate",
    "x-client-dn",
    "x-client-verify",
    "x-forwarded-client-cert",
    "x-forwarded-tls-client-cert",
    "x-ssl-cert",
    "x-ssl-client",
    "x-tls-client",
];

/// Removes all of them, and those that are named like one of `others`; tells whether there were any.
pub(super) fn strip(headers: &mut HeaderMap, others: &[HeaderName]) -> bool {
    let found: Vec<HeaderName> = headers
        .keys()
        .filter(|name| {
            let is_like = |other: &str| is_like(name.as_str(), other);
            others.iter().any(|other| is_like(other.as_str()) == Some(true))
                || FAMILIES.into_iter().any(|family| is_like(family).is_some())
        })
        .cloned()
        .collect();
    for name in &found {
        headers.remove(name);
    }
    !found.is_empty()
}

/// Whether a name begins with another one, a dash and an underscore being the same, as they are to
/// CGI and its heirs: `Some(true)` where that is all of it, `Some(false)` where a dash follows.
fn is_like(name: &str, other: &str) -> Option<bool> {
    let dashed = |byte: u8| if byte == b'_' { b'-' } else { byte };
    let (start, rest) = name.as_bytes().split_at_checked(other.len())?;
    let same = start.iter().zip(other.bytes()).all(|(&a, b)| dashed(a) == dashed(b));
    match rest.first() {
        None if same => Some(true),
        Some(&next) if same && dashed(next) == b'-' => Some(false),
        _ => None,
    }
}
