//! JSON Web Keys (RFC 7517) and sets of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use crate::jwt::{Algorithm, json, public_key::PublicKey};

type Members = Map<String, Value>;

/// A public key from a JWK, with what the JWK says about its use.
#[derive(Debug)]
pub(super) struct Jwk {
    pub(super) kid: Option<String>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) key: PublicKey,
}

impl Jwk {
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        Self::read(&json::object(text)?)
    }

    /// The keys of a set, and why the others of the set are left out (RFC 7517, section 5).
    #[cfg(feature = "jwks")]
    pub(super) fn parse_set(text: &[u8]) -> Result<(Vec<Self>, Vec<String>), String> {
        let set = json::object(text)?;
        let keys = set.get("keys").and_then(Value::as_array).ok_or("there is no array \"keys\"")?;
        let (mut good, mut left_out) = (Vec::new(), Vec::new());
        for (position, jwk) in keys.iter().enumerate() {
            match jwk.as_object().ok_or("not an object".to_owned()).and_then(Self::read) {
                Ok(jwk) => good.push(jwk),
                Err(reason) => left_out.push(format!("key {position}: {reason}")),
            }
        }
        Ok((good, left_out))
    }

    fn read(members: &Members) -> Result<Self, String> {
        if members.contains_key("d") || members.contains_key("k") {
            return Err("it holds a private or symmetric key, which does not belong here".into());
        }
        if text(members, "use")?.is_some_and(|usage| usage != "sig") {
            return Err("its \"use\" is not \"sig\"".into());
        }
        if let Some(operations) = members.get("key_ops") {
            let verify = |all: &Vec<Value>| all.iter().any(|operation| operation == "verify");
            if !operations.as_array().is_some_and(verify) {
                return Err("its \"key_ops\" do not include \"verify\"".into());
            }
        }
        let key = public_key(members)?;
        let algorithm = match text(members, "alg")? {
            None => None,
            Some(alg) => Some(Algorithm::named(alg).ok_or("its \"alg\" is not supported")?),
        };
        if algorithm.is_some_and(|algorithm| !key.fits(algorithm)) {
            return Err("its \"alg\" does not fit its \"kty\"".into());
        }
        Ok(Self { kid: text(members, "kid")?.map(str::to_owned), algorithm, key })
    }
}

fn public_key(members: &Members) -> Result<PublicKey, String> {
    let kty = text(members, "kty")?.ok_or("there is no \"kty\"")?;
    match (kty, text(members, "crv")?) {
        ("RSA", _) => PublicKey::rsa(bytes(members, "n")?, bytes(members, "e")?),
        ("EC", Some("P-256")) => PublicKey::P256(point(members, 32)?).checked(),
        ("EC", Some("P-384")) => PublicKey::P384(point(members, 48)?).checked(),
        ("OKP", Some("Ed25519")) => PublicKey::Ed25519(bytes(members, "x")?).checked(),
        _ => Err("its \"kty\" or \"crv\" is not supported".into()),
    }
}

/// The uncompressed point; coordinates have the full size of the field (RFC 7518, section 6.2.1.2).
fn point(members: &Members, coordinate_bytes: usize) -> Result<Vec<u8>, String> {
    let (x, y) = (bytes(members, "x")?, bytes(members, "y")?);
    if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
        return Err("a coordinate is not of the size that the curve has".into());
    }
    Ok([&[4], x.as_slice(), y.as_slice()].concat())
}

fn text<'m>(members: &'m Members, name: &str) -> Result<Option<&'m str>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("its {name:?} is not a string")),
    }
}

fn bytes(members: &Members, name: &str) -> Result<Vec<u8>, String> {
    let encoded = text(members, name)?.ok_or_else(|| format!("there is no {name:?}"))?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| format!("its {name:?} is not base64url"))
}
