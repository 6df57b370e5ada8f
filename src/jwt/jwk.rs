//! JSON Web Keys (RFC 7517) and sets of them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::jwt::{
    Algorithm,
    json::{self, Json, Object},
    public_key::PublicKey,
};

/// Members of private and symmetric keys (RFC 7518, section 6).
const PRIVATE_MEMBERS: [&str; 8] = ["d", "dp", "dq", "k", "oth", "p", "q", "qi"];

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
    pub(super) fn parse_set(
        text: &[u8],
        max_keys: usize,
    ) -> Result<(Vec<Self>, Vec<String>), String> {
        let set = json::object(text)?;
        let Some(Json::Array(keys)) = set.get("keys") else {
            return Err("there is no array \"keys\"".into());
        };
        if keys.len() > max_keys {
            return Err(format!("{} keys: at most {max_keys} are accepted", keys.len()));
        }
        let (mut good, mut left_out) = (Vec::new(), Vec::new());
        for (position, jwk) in keys.iter().enumerate() {
            let read = match jwk {
                Json::Object(members) => Self::read(members),
                _ => Err("not an object".into()),
            };
            match read {
                Ok(jwk) => good.push(jwk),
                Err(reason) => left_out.push(format!("key {position}: {reason}")),
            }
        }
        Ok((good, left_out))
    }

    fn read(members: &Object<'_>) -> Result<Self, String> {
        if PRIVATE_MEMBERS.iter().any(|name| members.contains(name)) {
            return Err("it holds a private or symmetric key, which does not belong here".into());
        }
        if text(members, "use")?.is_some_and(|usage| usage != "sig") {
            return Err("its \"use\" is not \"sig\"".into());
        }
        if members.get("key_ops").is_some_and(|operations| !include_verify(operations)) {
            return Err("its \"key_ops\" do not include \"verify\"".into());
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

fn include_verify(operations: &Json<'_>) -> bool {
    match operations {
        Json::Array(all) => all.iter().any(|operation| operation.as_str() == Some("verify")),
        _ => false,
    }
}

fn public_key(members: &Object<'_>) -> Result<PublicKey, String> {
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
fn point(members: &Object<'_>, coordinate_bytes: usize) -> Result<Vec<u8>, String> {
    let (x, y) = (bytes(members, "x")?, bytes(members, "y")?);
    if x.len() != coordinate_bytes || y.len() != coordinate_bytes {
        return Err("a coordinate is not of the size that the curve has".into());
    }
    Ok([&[4], x.as_slice(), y.as_slice()].concat())
}

fn text<'m>(members: &'m Object<'_>, name: &str) -> Result<Option<&'m str>, String> {
    match members.get(name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("its {name:?} is not a string")),
    }
}

fn bytes(members: &Object<'_>, name: &str) -> Result<Vec<u8>, String> {
    let encoded = text(members, name)?.ok_or_else(|| format!("there is no {name:?}"))?;
    URL_SAFE_NO_PAD.decode(encoded).map_err(|_| format!("its {name:?} is not base64url"))
}
