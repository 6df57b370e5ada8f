//! The value of a header field, read into DER.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderName};

use crate::error::{AuthError, AuthErrorKind};

/// Longer fields are refused.
const MAX_FIELD_BYTES: usize = 16 * 1024;
/// Longer chains are refused, the client's own certificate counted.
const MAX_CHAIN: usize = 8;

const WHITE_SPACE: [char; 4] = [' ', '\t', '\r', '\n'];

pub(super) type Der = Vec<u8>;
pub(super) type Parsed<T> = Result<T, &'static str>;

/// The one line of a field; `None` where it says in one of the usual ways that there is nothing.
pub(super) fn line<'h>(
    headers: &'h HeaderMap,
    name: &HeaderName,
) -> Result<Option<&'h str>, AuthError> {
    let mut lines = headers.get_all(name).iter();
    let line = match (lines.next(), lines.next()) {
        (None, _) => return Ok(None),
        (Some(line), None) => line,
        (Some(_), Some(_)) => {
            return Err(AuthError::new(AuthErrorKind::AmbiguousCredentials)
                .with_source("the field of the forwarded certificate occurs twice"));
        }
    };
    if line.len() > MAX_FIELD_BYTES {
        return Err(AuthError::unreadable("the field of the forwarded certificate is too long"));
    }
    let text = line
        .to_str()
        .map_err(|_| AuthError::unreadable("the field of the forwarded certificate is not ASCII"))?
        .trim_matches(WHITE_SPACE);
    Ok((!says_none(text)).then_some(text))
}

/// Proxies that are told to set a field whatever happens say "nothing" in many ways. None of these
/// can be a certificate.
fn says_none(text: &str) -> bool {
    matches!(text, "" | "-" | "(null)" | "NONE" | "::") || is_template(text)
}

/// Text that a proxy should have replaced: `%{NAME}s` (Apache), `%[ssl_c_der,base64]` (HAProxy),
/// `$name` and `${name}` (nginx).
fn is_template(text: &str) -> bool {
    let is_name = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    if let Some(name) = text.strip_prefix("%{") {
        return name.trim_end_matches(['s', 'e']).strip_suffix('}').is_some_and(is_name);
    }
    if let Some(sample) = text.strip_prefix("%[").and_then(|rest| rest.strip_suffix(']')) {
        return sample.split(',').all(is_name);
    }
    text.strip_prefix('$').is_some_and(|name| {
        is_name(name)
            || name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).is_some_and(is_name)
    })
}

/// `%XX` as bytes; everything else, `+` among it, stays.
pub(super) fn percent_decoded(text: &str) -> Parsed<String> {
    let digit = |byte: Option<u8>| {
        let digit = byte.and_then(|byte| char::from(byte).to_digit(16));
        digit.and_then(|digit| u8::try_from(digit).ok()).ok_or("an escape is damaged")
    };
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'%' => digit(bytes.next())? << 4 | digit(bytes.next())?,
            byte => byte,
        });
    }
    String::from_utf8(decoded).map_err(|_| "what was escaped is not text")
}

/// Certificates in PEM with nothing between them. Any white space may stand for a line's end.
pub(super) fn pem_chain(pem: &str) -> Parsed<Vec<Der>> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";

    let mut chain = Vec::new();
    let mut rest = pem.trim_matches(WHITE_SPACE);
    while !rest.is_empty() {
        let body = rest.strip_prefix(BEGIN).ok_or("not a certificate in PEM")?;
        let (body, after) = body.split_once(END).ok_or("a certificate in PEM has no end")?;
        chain.push(base64_der(&body.split(WHITE_SPACE).collect::<String>())?);
        rest = after.trim_start_matches(WHITE_SPACE);
    }
    bounded(chain)
}

/// One certificate in PEM.
pub(super) fn pem(pem: &str) -> Parsed<Der> {
    one(pem_chain(pem)?)
}

pub(super) fn one(chain: Vec<Der>) -> Parsed<Der> {
    let [der] = <[Der; 1]>::try_from(chain).map_err(|_| "more than one certificate")?;
    Ok(der)
}

/// At least one certificate, and not too many.
pub(super) fn bounded(chain: Vec<Der>) -> Parsed<Vec<Der>> {
    match chain.len() {
        0 => Err("there is no certificate in it"),
        1..=MAX_CHAIN => Ok(chain),
        _ => Err("the chain is too long"),
    }
}

pub(super) fn base64_der(text: &str) -> Parsed<Der> {
    match STANDARD.decode(text) {
        Ok(der) if !der.is_empty() => Ok(der),
        _ => Err("not a certificate in base64"),
    }
}

/// A byte sequence of RFC 8941, section 3.3.5.
pub(super) fn byte_sequence(text: &str) -> Parsed<Der> {
    let inner = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'));
    base64_der(inner.ok_or("not a byte sequence")?)
}

/// A list of byte sequences without parameters, and the certificate that they belong to before them
/// (RFC 9440, section 2.3).
pub(super) fn chain_after(leaf: Der, list: Option<&str>) -> Parsed<Vec<Der>> {
    let mut chain = vec![leaf];
    for member in list.into_iter().flat_map(|list| list.split(',')) {
        let der = byte_sequence(member.trim_matches([' ', '\t']))?;
        if chain.first() == Some(&der) {
            return Err("the client's own certificate is repeated in the chain");
        }
        chain.push(der);
    }
    bounded(chain)
}
