//! The form of SPIFFE IDs, as the specification has it and no more.

/// SPIFFE ID, section 2.3.
const MAX_BYTES: usize = 2048;
/// SPIFFE ID, section 2.1.
const MAX_TRUST_DOMAIN_BYTES: usize = 255;

/// Whether a URI is the SPIFFE ID of a workload: one with a path.
pub(super) fn check(uri: &str) -> Result<(), &'static str> {
    let Some(name) = uri.strip_prefix("spiffe://") else {
        return Err("the URI is not a SPIFFE ID");
    };
    if uri.len() > MAX_BYTES {
        return Err("the SPIFFE ID is too long");
    }
    let Some((trust_domain, path)) = name.split_once('/') else {
        return Err("the SPIFFE ID has no path: it names a trust domain and no workload");
    };
    check_trust_domain(trust_domain)?;
    if path.split('/').all(is_segment) {
        Ok(())
    } else {
        Err("the path of the SPIFFE ID is not one that the specification allows")
    }
}

pub(super) fn check_trust_domain(name: &str) -> Result<(), &'static str> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b'_');
    if !name.is_empty() && name.len() <= MAX_TRUST_DOMAIN_BYTES && name.bytes().all(allowed) {
        Ok(())
    } else {
        Err("the trust domain is not one that the specification allows")
    }
}

/// The trust domain of a SPIFFE ID that has been checked.
pub(super) fn trust_domain(id: &str) -> Option<&str> {
    id.strip_prefix("spiffe://")?.split('/').next()
}

/// Percent signs are among what is not allowed, so that no segment has two spellings.
fn is_segment(segment: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !matches!(segment, "" | "." | "..") && segment.bytes().all(allowed)
}
