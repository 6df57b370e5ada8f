//! A compact JWS, taken apart (RFC 7515, section 7.1). Nothing here is believed yet.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::{error::AuthError, jwt::json};

/// Header members that name or supply a key, or change what is signed. A token that carries one is
/// refused: keys come from the configuration, and there is one way to sign.
const REFUSED_MEMBERS: [&str; 6] = ["b64", "crit", "jku", "jwk", "x5c", "x5u"];

/// A token whose signature has not been checked.
#[derive(Debug)]
pub(super) struct Unverified<'t> {
    pub(super) header: Header,
    pub(super) claims: Map<String, Value>,
    /// What the signature is over: the received bytes, never re-encoded ones.
    pub(super) signed: &'t [u8],
    pub(super) signature: Vec<u8>,
}

/// The members of a JOSE header that matter here.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) algorithm: jsonwebtoken::Algorithm,
    pub(super) kid: Option<String>,
    pub(super) typ: Option<String>,
}

impl<'t> Unverified<'t> {
    /// Takes a token apart. No error quotes any of it.
    pub(super) fn parse(token: &'t [u8], max_bytes: usize) -> Result<Self, AuthError> {
        parse(token, max_bytes).map_err(AuthError::unreadable)
    }
}

fn parse(token: &[u8], max_bytes: usize) -> Result<Unverified<'_>, &'static str> {
    if token.len() > max_bytes {
        return Err("the token is too long");
    }
    let [header_end, payload_end] = dots(token)?;
    let (signed, signature) = (&token[..payload_end], &token[payload_end + 1..]);
    let (header, payload) = (&signed[..header_end], &signed[header_end + 1..]);
    if signature.is_empty() {
        return Err("the token is not signed");
    }
    Ok(Unverified {
        header: Header::read(&json::object(&decode(header)?)?)?,
        claims: json::object(&decode(payload)?)?,
        signed,
        signature: decode(signature)?,
    })
}

/// The places of the two dots, found without allocating: a token may consist of nothing but dots.
fn dots(token: &[u8]) -> Result<[usize; 2], &'static str> {
    let mut dots = token.iter().enumerate().filter(|(_, byte)| **byte == b'.').map(|(at, _)| at);
    match (dots.next(), dots.next(), dots.next(), dots.next(), dots.next()) {
        (Some(first), Some(second), None, ..) => Ok([first, second]),
        (.., Some(_), None) => Err("the token is encrypted (JWE), which is not supported"),
        _ => Err("the token is not of three parts"),
    }
}

/// base64url without padding, without other characters and without stray bits (RFC 7515, section 2).
fn decode(part: &[u8]) -> Result<Vec<u8>, &'static str> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| "a part of the token is not strict base64url")
}

impl Header {
    fn read(members: &Map<String, Value>) -> Result<Self, &'static str> {
        if REFUSED_MEMBERS.iter().any(|name| members.contains_key(*name)) {
            return Err("the header has a member that is never accepted");
        }
        let alg = members.get("alg").and_then(Value::as_str).ok_or("the header names no alg")?;
        let cty = string(members, "cty")?;
        if cty.is_some_and(|cty| bare_media_type(cty).eq_ignore_ascii_case("JWT")) {
            return Err("a token inside of a token is not supported");
        }
        Ok(Self {
            algorithm: super::algorithm::of_token(alg).ok_or("the alg is not supported")?,
            kid: string(members, "kid")?.map(str::to_owned),
            typ: string(members, "typ")?.map(str::to_owned),
        })
    }
}

/// RFC 7515, section 4.1.9: `application/` may be left out.
pub(super) fn bare_media_type(name: &str) -> &str {
    match name.split_once('/') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("application") => rest,
        _ => name,
    }
}

/// A member that must be a string where it is there.
fn string<'m>(
    members: &'m Map<String, Value>,
    name: &str,
) -> Result<Option<&'m str>, &'static str> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err("a member of the header is of the wrong type"),
    }
}
