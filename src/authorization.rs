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
/// `Ok(None)` when the field is absent or names another scheme.
pub(crate) fn token68<'h>(
    headers: &'h HeaderMap,
    scheme: &str,
) -> Result<Option<&'h str>, AuthError> {
    let mut lines = headers.get_all(AUTHORIZATION).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(AuthErrorKind::AmbiguousCredentials.into());
    }
    let (name, rest) = split(line)?;
    if !name.eq_ignore_ascii_case(scheme) {
        return Ok(None);
    }
    match rest {
        Some(token) if is_token68(token) => Ok(Some(token)),
        Some(_) => Err(AuthError::unreadable("what follows the scheme is not one token68")),
        None => Err(AuthError::unreadable("nothing follows the scheme")),
    }
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

fn split(line: &HeaderValue) -> Result<(&str, Option<&str>), AuthError> {
    let text = line
        .to_str()
        .map_err(|_| AuthError::unreadable("the field holds bytes outside of visible ASCII"))?;
    let (name, rest) = match text.split_once(' ') {
        Some((name, rest)) => (name, Some(rest)),
        None => (text, None),
    };
    if is_token(name) {
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
