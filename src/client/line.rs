//! The value of an `Authorization` field that is sent.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::HeaderValue;
use zeroize::Zeroizing;

/// `Bearer` and a token, where the token is one (RFC 6750, section 2.1: `b64token`).
pub(super) fn bearer(token: &[u8], max_bytes: usize) -> Result<HeaderValue, &'static str> {
    if token.len() > max_bytes {
        return Err("the token is too long");
    }
    let padding = token.iter().rev().take_while(|byte| **byte == b'=').count();
    let text = &token[..token.len() - padding];
    if text.is_empty() || !text.iter().all(|byte| is_token68(*byte)) {
        return Err("the token is not made of the characters that tokens are made of");
    }
    Ok(value("Bearer ", token))
}

/// `Basic`, user-id and password (RFC 7617, section 2), in UTF-8.
pub(super) fn basic(user: &str, password: &[u8]) -> HeaderValue {
    value("Basic ", encoded_pair(user, password).as_bytes())
}

/// User-id, colon and password, in base64.
pub(super) fn encoded_pair(user: &str, password: &[u8]) -> Zeroizing<String> {
    let mut pair = Zeroizing::new(Vec::with_capacity(user.len() + 1 + password.len()));
    pair.extend_from_slice(user.as_bytes());
    pair.push(b':');
    pair.extend_from_slice(password);
    Zeroizing::new(STANDARD.encode(&*pair))
}

/// What RFC 7617, section 2, allows in neither of the two.
pub(super) fn has_control_characters(text: &str) -> bool {
    text.chars().any(char::is_control)
}

const fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
}

fn value(scheme: &str, rest: &[u8]) -> HeaderValue {
    let mut line = Zeroizing::new(Vec::with_capacity(scheme.len() + rest.len()));
    line.extend_from_slice(scheme.as_bytes());
    line.extend_from_slice(rest);
    let mut value =
        HeaderValue::from_bytes(&line).expect("the scheme and token68 are visible ASCII");
    value.set_sensitive(true);
    value
}
