//! `application/x-www-form-urlencoded`, as token endpoints read it (RFC 6749, appendix B).

use zeroize::Zeroizing;

pub(super) const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// Names and values, in their order.
pub(super) fn encode<'p>(
    pairs: impl IntoIterator<Item = (&'p str, &'p [u8])>,
) -> Zeroizing<String> {
    let mut form = Zeroizing::new(String::new());
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push('&');
        }
        push(&mut form, name.as_bytes());
        form.push('=');
        push(&mut form, value);
    }
    form
}

/// One name or value.
pub(super) fn encoded(value: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::new());
    push(&mut text, value);
    text
}

fn push(form: &mut String, value: &[u8]) {
    const HEXADECIMAL: &[u8; 16] = b"0123456789ABCDEF";

    // All at once, so that no copy of a secret is left behind in memory.
    form.reserve_exact(value.len() * 3 + 1);
    for &byte in value {
        match byte {
            b' ' => form.push('+'),
            b'*' | b'-' | b'.' | b'_' => form.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => form.push(char::from(byte)),
            _ => {
                form.push('%');
                form.push(char::from(HEXADECIMAL[usize::from(byte >> 4)]));
                form.push(char::from(HEXADECIMAL[usize::from(byte & 15)]));
            }
        }
    }
}
