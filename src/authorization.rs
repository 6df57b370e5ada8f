//! The `Authorization` header field, read strictly (RFC 9110, section 11.6.2).

use http::{
    HeaderMap,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
    request::Parts,
};

use crate::{
    because, credentials,
    error::{AuthError, AuthErrorKind},
    rejection::is_token,
};

/// A token68 in the field line that it came in.
#[derive(Debug)]
pub(crate) struct Token68<'h> {
    pub(crate) line: &'h HeaderValue,
    pub(crate) start: usize,
}

impl<'h> Token68<'h> {
    pub(crate) fn bytes(&self) -> &'h [u8] {
        &self.line.as_bytes()[self.start..]
    }
}

/// The token68 that was sent under `scheme`, whose name is compared without case.
///
/// `Ok(None)` when the field is absent or names another scheme. An error names the scheme only where
/// the field does.
pub(crate) fn token68<'h>(
    headers: &'h HeaderMap,
    field: &HeaderName,
    scheme: &'static str,
) -> Result<Option<Token68<'h>>, AuthError> {
    let mut lines = headers.get_all(field).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(AuthErrorKind::AmbiguousCredentials.into());
    }
    let (name, start) = split(line)?;
    if !name.eq_ignore_ascii_case(scheme.as_bytes()) {
        return Ok(None);
    }
    let reason = match start.map(|start| Token68 { line, start }) {
        Some(token) if is_token68(token.bytes()) => return Ok(Some(token)),
        Some(_) => "what follows the scheme is not one token68",
        None => "nothing follows the scheme",
    };
    Err(because::unreadable(reason).with_scheme(scheme))
}

/// Takes the header field out of a request.
pub(crate) fn remove(parts: &mut Parts) {
    parts.headers.remove(AUTHORIZATION);
}

/// Keeps the value of the header field out of `Debug` output and HPACK tables.
pub(crate) fn mark_sensitive(parts: &mut Parts) {
    credentials::mark_sensitive(&mut parts.headers, &AUTHORIZATION);
}

/// The name of the scheme, and where after the first space the rest starts.
fn split(line: &HeaderValue) -> Result<(&[u8], Option<usize>), AuthError> {
    let bytes = line.as_bytes();
    let (name, start) = match bytes.iter().position(|byte| *byte == b' ') {
        Some(space) => (&bytes[..space], Some(space + 1)),
        None => (bytes, None),
    };
    if std::str::from_utf8(name).is_ok_and(is_token) {
        Ok((name, start))
    } else {
        Err(because::unreadable("the field does not start with the name of a scheme"))
    }
}

/// RFC 9110, section 11.2; the same grammar as `b64token` (RFC 6750, section 2.1).
pub(crate) fn is_token68(text: &[u8]) -> bool {
    let padding = text.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &text[..text.len() - padding];
    // Without a branch for each byte, and with few comparisons, so that many bytes are looked at in few
    // instructions: `+` to `9` are all allowed but the comma.
    let is_allowed = |byte: u8| {
        ((byte | 0x20).wrapping_sub(b'a') < 26)
            | ((byte.wrapping_sub(b'+') < 15) & (byte != b','))
            | (byte == b'_')
            | (byte == b'~')
    };
    !body.is_empty() && body.iter().fold(true, |all, byte| all & is_allowed(*byte))
}
