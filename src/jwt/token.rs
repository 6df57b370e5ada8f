//! A compact JWS, taken apart (RFC 7515, section 7.1). Nothing here is believed yet.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::jwt::{
    algorithm,
    json::{self, Json, Object},
};

/// Header members that name or supply a key, or change what is signed. A token that carries one is
/// refused: keys come from the configuration, and there is one way to sign.
const REFUSED_MEMBERS: [&str; 6] = ["b64", "crit", "jku", "jwk", "x5c", "x5u"];

const NOT_THREE_PARTS: &str = "the token is not of three parts";

/// The parts of a token, decoded: one buffer that [`Unverified`] borrows from.
#[derive(Debug)]
pub(super) struct Decoded<'t> {
    /// What the signature is over: the received bytes, never re-encoded ones.
    signed: &'t [u8],
    bytes: Vec<u8>,
    header_end: usize,
    payload_end: usize,
}

/// A token whose signature has not been checked.
#[derive(Debug)]
pub(super) struct Unverified<'d> {
    pub(super) header: Header<'d>,
    pub(super) claims: Object<'d>,
    /// The text that the claims were read from.
    pub(super) payload: &'d [u8],
    pub(super) signed: &'d [u8],
    pub(super) signature: &'d [u8],
}

/// The members of a JOSE header that matter here.
#[derive(Debug)]
pub(super) struct Header<'d> {
    pub(super) algorithm: jsonwebtoken::Algorithm,
    members: Object<'d>,
}

impl<'t> Decoded<'t> {
    /// Splits a token and decodes its parts. No error quotes any of it.
    pub(super) fn of(token: &'t [u8], max_bytes: usize) -> Result<Self, &'static str> {
        if token.len() > max_bytes {
            return Err("the token is too long");
        }
        let [first_dot, second_dot] = dots(token)?;
        let (signed, signature) = (&token[..second_dot], &token[second_dot + 1..]);
        if signature.is_empty() && count_dots(token) == 2 {
            return Err("the token is not signed");
        }
        let not_decodable = |_| not_decodable(token);
        let mut bytes = Vec::with_capacity(token.len());
        decode(&signed[..first_dot], &mut bytes).map_err(not_decodable)?;
        let header_end = bytes.len();
        decode(&signed[first_dot + 1..], &mut bytes).map_err(not_decodable)?;
        let payload_end = bytes.len();
        decode(signature, &mut bytes).map_err(not_decodable)?;
        Ok(Self { signed, bytes, header_end, payload_end })
    }

    /// Reads header and claims.
    pub(super) fn read(&self) -> Result<Unverified<'_>, &'static str> {
        let payload = &self.bytes[self.header_end..self.payload_end];
        Ok(Unverified {
            header: self.header()?,
            claims: json::object(payload)?,
            payload,
            signed: self.signed,
            signature: &self.bytes[self.payload_end..],
        })
    }

    fn header(&self) -> Result<Header<'_>, &'static str> {
        Header::read(json::object(&self.bytes[..self.header_end])?)
    }

    /// The token with no claims, for vectors whose payload is anything.
    #[cfg(test)]
    pub(super) fn read_without_claims(&self) -> Result<Unverified<'_>, &'static str> {
        Ok(Unverified {
            header: self.header()?,
            claims: json::object(b"{}")?,
            payload: b"{}",
            signed: self.signed,
            signature: &self.bytes[self.payload_end..],
        })
    }
}

/// The places of the first dot and of the last, which are the only ones in a token of three parts:
/// no other dot gets through the decoding. They are two places, or it is not one.
fn dots(token: &[u8]) -> Result<[usize; 2], &'static str> {
    match (memchr::memchr(b'.', token), memchr::memrchr(b'.', token)) {
        (Some(first), Some(last)) if first != last => Ok([first, last]),
        _ => Err(NOT_THREE_PARTS),
    }
}

/// Nothing is allocated for it: a token may consist of nothing but dots.
fn count_dots(token: &[u8]) -> usize {
    memchr::memchr_iter(b'.', token).count()
}

fn not_decodable(token: &[u8]) -> &'static str {
    match count_dots(token) {
        2 => "a part of the token is not strict base64url",
        4 => "the token is encrypted (JWE), which is not supported",
        _ => NOT_THREE_PARTS,
    }
}

/// base64url without padding, without other characters and without stray bits (RFC 7515, section 2).
fn decode(part: &[u8], onto: &mut Vec<u8>) -> Result<(), base64::DecodeSliceError> {
    let start = onto.len();
    // No more bytes can come out than went in.
    onto.resize(start + part.len(), 0);
    let length = URL_SAFE_NO_PAD.decode_slice(part, &mut onto[start..])?;
    onto.truncate(start + length);
    Ok(())
}

impl<'d> Header<'d> {
    fn read(members: Object<'d>) -> Result<Self, &'static str> {
        if REFUSED_MEMBERS.iter().any(|name| members.contains(name)) {
            return Err("the header has a member that is never accepted");
        }
        let wrong_type = |name| members.get(name).is_some_and(|member| !member.is_string());
        if ["cty", "kid", "typ"].into_iter().any(wrong_type) {
            return Err("a member of the header is of the wrong type");
        }
        let is_token = |cty| bare_media_type(cty).eq_ignore_ascii_case("JWT");
        if members.str("cty").is_some_and(is_token) {
            return Err("a token inside of a token is not supported");
        }
        let alg = members.get("alg").and_then(Json::as_str).ok_or("the header names no alg")?;
        let algorithm = algorithm::of_token(alg).ok_or("the alg is not supported")?;
        Ok(Self { algorithm, members })
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.members.str("kid")
    }

    pub(super) fn typ(&self) -> Option<&str> {
        self.members.str("typ")
    }
}

/// RFC 7515, section 4.1.9: `application/` may be left out.
pub(super) fn bare_media_type(name: &str) -> &str {
    match name.split_once('/') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("application") => rest,
        _ => name,
    }
}
