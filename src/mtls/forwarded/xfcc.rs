//! Envoy's `x-forwarded-client-cert`: parsed strictly, and the element that counts.

use sha2::{Digest, Sha256};

use super::read::{Der, Parsed, pem, pem_chain, percent_decoded};
use crate::mtls::parse;

/// Which element of the field is about the client.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    /// Counted from the right: 0 is what the nearest proxy appended.
    FromRight(usize),
    /// The one by this proxy.
    By(String),
}

/// What is read of an element. Other keys are parsed and passed over.
#[derive(Debug, Default)]
struct Element<'h> {
    by: Vec<&'h str>,
    uris: Vec<&'h str>,
    /// Whether there are names of the certificate beside it.
    names: bool,
    hash: Option<&'h str>,
    cert: Option<&'h str>,
    chain: Option<&'h str>,
}

/// The chain of the chosen element; `None` where the proxy that was named saw no certificate.
pub(super) fn chain(field: &str, choice: &Choice) -> Parsed<Option<Vec<Der>>> {
    let elements = split(field, b',')?;
    let elements = elements.into_iter().map(element).collect::<Parsed<Vec<_>>>()?;
    elements.iter().try_for_each(Element::hold_names)?;
    let chosen = match choice {
        Choice::FromRight(hops) => elements.iter().rev().nth(*hops),
        Choice::By(proxy) => by(&elements, proxy)?,
    };
    chosen.map(Element::certificates).transpose()
}

/// The element by a proxy that is the nearest one, or the one that the nearest saw as its peer.
///
/// Who reaches the nearest proxy directly can write any `By`, and whole rows of elements that fit
/// together; but the right-most element is the nearest proxy's own, and so is whom it names as its peer.
fn by<'e, 'h>(elements: &'e [Element<'h>], proxy: &str) -> Parsed<Option<&'e Element<'h>>> {
    let mut found = elements.iter().filter(|element| element.by.contains(&proxy));
    let element = match (found.next(), found.next()) {
        (None, _) => return Ok(None),
        (Some(element), None) => element,
        (Some(_), Some(_)) => return Err("two elements are by the proxy that was named"),
    };
    match elements {
        [.., last] if last.by.contains(&proxy) => Ok(Some(element)),
        [.., outer, last] if outer.by.contains(&proxy) && last.is_about(proxy)? => {
            Ok(Some(element))
        }
        _ => Err("the nearest proxy did not have the one that was named as its peer"),
    }
}

impl Element<'_> {
    /// Envoy writes URIs and DNS names as they are, without quotes. One that holds a separator ends its
    /// value early and goes on as another pair or another element, about whomever it likes. Envoy
    /// writes `Cert` before them, so the certificate of the element that was cut is there to see.
    fn hold_names(&self) -> Parsed<()> {
        if !self.names {
            return Ok(());
        }
        let Some(fields) = self.fields()? else {
            return Ok(());
        };
        let is_separator = |char: char| matches!(char, ',' | ';' | '"');
        if fields.uris.iter().chain(&fields.dns_names).any(|name| name.contains(is_separator)) {
            return Err("a name of a certificate holds a separator");
        }
        Ok(())
    }

    /// Whether the certificate is that of a proxy, by its word and by the certificate.
    fn is_about(&self, proxy: &str) -> Parsed<bool> {
        let fields =
            self.fields()?.ok_or("the nearest proxy forwards no certificate of its peer")?;
        Ok(self.uris.contains(&proxy) && fields.uris.iter().any(|uri| uri == proxy))
    }

    fn fields(&self) -> Parsed<Option<parse::Fields>> {
        let cert = self.cert.map(|cert| pem(&percent_decoded(cert)?)).transpose()?;
        cert.map(|cert| parse::certificate(&cert)).transpose()
    }

    fn certificates(&self) -> Parsed<Vec<Der>> {
        let cert = self.cert.ok_or("the proxy forwards no certificate: let it add Cert")?;
        let cert = pem(&percent_decoded(cert)?)?;
        if let Some(hash) = self.hash {
            let digest = Sha256::digest(&cert);
            let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
            if !hash.eq_ignore_ascii_case(&digest) {
                return Err("Hash is not that of Cert");
            }
        }
        let Some(chain) = self.chain else {
            return Ok(vec![cert]);
        };
        let chain = pem_chain(&percent_decoded(chain)?)?;
        if chain.first() == Some(&cert) { Ok(chain) } else { Err("Chain does not begin with Cert") }
    }
}

fn element(text: &str) -> Parsed<Element<'_>> {
    let mut element = Element::default();
    for pair in split(text, b';')? {
        let (key, value) = pair.split_once('=').ok_or("a pair has no value")?;
        let value = unquoted(value)?;
        match key.to_ascii_lowercase().as_str() {
            "by" => element.by.push(plain(value)?),
            "uri" => {
                element.names = true;
                element.uris.push(plain(value)?);
            }
            "dns" => element.names = true,
            "hash" => once(&mut element.hash, value)?,
            "cert" => once(&mut element.cert, value)?,
            "chain" => once(&mut element.chain, value)?,
            _ if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {}
            _ => return Err("a key is damaged"),
        }
    }
    Ok(element)
}

fn once<'h>(place: &mut Option<&'h str>, value: &'h str) -> Parsed<()> {
    match place.replace(plain(value)?) {
        None => Ok(()),
        Some(_) => Err("a key occurs twice"),
    }
}

/// A value without escapes: those that are read never need one.
fn plain(value: &str) -> Parsed<&str> {
    if value.contains('\\') { Err("a value is escaped that must not be") } else { Ok(value) }
}

fn unquoted(value: &str) -> Parsed<&str> {
    match value.strip_prefix('"') {
        // That the quotes are balanced has been seen when the text was split.
        Some(rest) => match rest.strip_suffix('"') {
            Some(inner) if ends_at_last(inner) => Ok(inner),
            _ => Err("something follows a quoted value"),
        },
        None if value.contains('"') => Err("a quote is in the middle of a value"),
        None => Ok(value),
    }
}

/// Whether no quote within ends the value early, and no escape takes its last quote.
fn ends_at_last(inner: &str) -> bool {
    let mut bytes = inner.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return false,
            b'\\' if bytes.next().is_none() => return false,
            _ => {}
        }
    }
    true
}

/// The parts between separators that are outside of quotes. A backslash in quotes takes the next
/// character with it, as in names by RFC 2253.
fn split(text: &str, separator: u8) -> Parsed<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut start, mut quoted) = (0, false);
    let mut bytes = text.bytes().enumerate();
    while let Some((position, byte)) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' if quoted => drop(bytes.next()),
            _ if byte == separator && !quoted => {
                parts.push(text[start..position].trim_matches([' ', '\t']));
                start = position + 1;
            }
            _ => {}
        }
    }
    if quoted {
        return Err("a quote has no end");
    }
    parts.push(text[start..].trim_matches([' ', '\t']));
    if parts.iter().any(|part| part.is_empty()) { Err("a part is empty") } else { Ok(parts) }
}
