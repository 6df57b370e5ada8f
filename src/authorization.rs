//! The `Authorization` header field, read strictly (RFC 9110, section 11.6.2).

use http::{
    HeaderMap,
    header::{AUTHORIZATION, HeaderValue},
    request::Parts,
};

use crate::{
    error::{AuthError, AuthErrorKind},
    rejection::is_token,
};

/// The token68 that was sent under `scheme`, whose name is compared without case.
///
/// `Ok(None)` when the field is absent or names another scheme. An error names the scheme only where
/// the field does.
pub(crate) fn token68<'h>(
    headers: &'h HeaderMap,
    scheme: &'static str,
) -> Result<Option<&'h str>, AuthError> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(AuthErrorKind::AmbiguousCredentials.into());
    }
    let (name, rest) = split(line)?;
    if !name.eq_ignore_ascii_case(scheme.as_bytes()) {
        return Ok(None);
    }
    match rest.map(std::str::from_utf8) {
        Some(Ok(token)) if is_token68(token) => Ok(Some(token)),
        Some(_) => Err("what follows the scheme is not one token68"),
        None => Err("nothing follows the scheme"),
    }
    .map_err(|reason| AuthError::unreadable(reason).with_scheme(scheme))
}

/// Takes the header field out of a request.
pub(crate) fn remove(parts: &mut Parts) {
    parts.headers.remove(AUTHORIZATION);
}

/// Keeps the value of the header field out of `Debug` output and HPACK tables.
pub(crate) fn mark_sensitive(parts: &mut Parts) {
    if let Some(line) = parts.headers.get_mut(AUTHORIZATION) {
        line.set_sensitive(true);
    }
}

/// The name of the scheme, and what follows the first space.
fn split(line: &HeaderValue) -> Result<(&[u8], Option<&[u8]>), AuthError> {
    let bytes = line.as_bytes();
    let (name, rest) = match bytes.iter().position(|byte| *byte == b' ') {
        Some(space) => (&bytes[..space], Some(&bytes[space + 1..])),
        None => (bytes, None),
    };
    if std::str::from_utf8(name).is_ok_and(is_token) {
        Ok((name, rest))
    } else {
        Err(AuthError::unreadable("the field does not start with the name of a scheme"))
    }
}

/// RFC 9110, section 11.2; the same grammar as `b64token` (RFC 6750, section 2.1).
fn is_token68(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty()
        && body.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        })
}
