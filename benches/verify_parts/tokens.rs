//! Tokens of about 650 bytes with eight permissions, and verifiers for them.

use std::{
    hint::black_box,
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{self, ParsedPublicKey, VerificationAlgorithm};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use criterion::Criterion;
use jsonwebtoken::{
    Algorithm as Alg, DecodingKey, EncodingKey, Header, crypto::aws_lc::DEFAULT_PROVIDER,
};
use serde_json::{Value, json};
use tower_auth::{Algorithm, HmacAlgorithm, Issuer, JwtVerifier, JwtVerifierBuilder, Keys};

pub(crate) const ISSUER: &str = "https://login.example.com/realms/acme";
pub(crate) const AUDIENCE: &str = "orders-api";
const SECRET: &str = "thirty-two bytes, used in benchmarks";

/// What a handler would want to know.
#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "read to be paid for")]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    exp: u64,
    tenant: String,
    scope: String,
    permissions: Vec<String>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Key {
    Rs256,
    Es256,
    EdDsa,
    Hs256,
}

impl Key {
    pub(crate) const ALL: [Self; 4] = [Self::Rs256, Self::Es256, Self::EdDsa, Self::Hs256];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "rs256",
            Self::Es256 => "es256",
            Self::EdDsa => "eddsa",
            Self::Hs256 => "hs256",
        }
    }

    pub(crate) const fn engine(self) -> Alg {
        match self {
            Self::Rs256 => Alg::RS256,
            Self::Es256 => Alg::ES256,
            Self::EdDsa => Alg::EdDSA,
            Self::Hs256 => Alg::HS256,
        }
    }

    const fn public_pem(self) -> &'static str {
        match self {
            Self::Rs256 => include_str!("../../tests/data/keys/rsa.pub.pem"),
            Self::Es256 => include_str!("../../tests/data/keys/p256.pub.pem"),
            _ => include_str!("../../tests/data/keys/ed25519.pub.pem"),
        }
    }

    fn encoding_key(self) -> EncodingKey {
        let key = match self {
            Self::Rs256 => {
                EncodingKey::from_rsa_pem(include_bytes!("../../tests/data/keys/rsa.key.pem"))
            }
            Self::Es256 => {
                EncodingKey::from_ec_pem(include_bytes!("../../tests/data/keys/p256.key.pem"))
            }
            Self::EdDsa => {
                EncodingKey::from_ed_pem(include_bytes!("../../tests/data/keys/ed25519.key.pem"))
            }
            Self::Hs256 => Ok(EncodingKey::from_secret(SECRET.as_bytes())),
        };
        key.expect("a key of the tests")
    }

    pub(crate) fn decoding_key(self) -> DecodingKey {
        let pem = self.public_pem().as_bytes();
        let key = match self {
            Self::Rs256 => DecodingKey::from_rsa_pem(pem),
            Self::Es256 => DecodingKey::from_ec_pem(pem),
            Self::EdDsa => DecodingKey::from_ed_pem(pem),
            Self::Hs256 => Ok(DecodingKey::from_secret(SECRET.as_bytes())),
        };
        key.expect("a key of the tests")
    }

    fn keys(self) -> Keys {
        let keys = match self {
            Self::Rs256 => Keys::from_pem(self.public_pem(), Algorithm::RS256),
            Self::Es256 => Keys::from_pem(self.public_pem(), Algorithm::ES256),
            Self::EdDsa => Keys::from_pem(self.public_pem(), Algorithm::EdDSA),
            Self::Hs256 => Keys::from_hmac_secret(SECRET, HmacAlgorithm::HS256),
        };
        keys.with_kid(self.name())
    }
}

/// `jsonwebtoken` needs one for the whole process.
pub(crate) fn install_engine() {
    DEFAULT_PROVIDER.install_default().expect("nobody else installs one");
}

pub(crate) fn builder(keys: &[Key], issuers: usize) -> JwtVerifierBuilder {
    let all = || keys.iter().map(|key| key.keys()).reduce(Keys::and).expect("at least one key");
    let others = (1..issuers).map(|number| format!("https://login.example.com/realms/{number}"));
    let names = others.chain([ISSUER.to_owned()]);
    names.fold(JwtVerifier::builder(), |builder, name| {
        builder.issuer(Issuer::new(name, AUDIENCE, all()))
    })
}

pub(crate) fn verifier(keys: &[Key], issuers: usize) -> JwtVerifier {
    builder(keys, issuers).build().expect("a good configuration")
}

pub(crate) fn claims(subject: &str) -> Value {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock after 1970").as_secs();
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": subject, "jti": "6f1d2c0a-8a57-4f6e",
        "iat": now - 60, "nbf": now - 60, "exp": now + 36_000,
        "azp": "shop", "tenant": "acme", "scope": "openid profile",
        "permissions": [
            "orders:read", "orders:write", "stock:read", "stock:write",
            "users:read", "bills:read", "bills:write", "audit:read",
        ],
    })
}

pub(crate) fn sign(key: Key, claims: &Value) -> String {
    let mut header = Header::new(key.engine());
    header.kid = Some(key.name().to_owned());
    jsonwebtoken::encode(&header, claims, &key.encoding_key()).expect("a token")
}

pub(crate) fn token(key: Key) -> String {
    sign(key, &claims("8d7b3c4e-alice"))
}

/// A token with the signature of another one.
pub(crate) fn forged(key: Key) -> String {
    let (good, other) = (token(key), sign(key, &claims("8d7b3c4e-mallory")));
    let (signed, _) = good.rsplit_once('.').expect("a dot");
    let (_, signature) = other.rsplit_once('.').expect("a dot");
    format!("{signed}.{signature}")
}

/// Tokens that are refused before any key is asked.
pub(crate) fn refused_early() -> [(&'static str, String); 4] {
    let changed = |name: &str, value: Value| {
        let mut claims = claims("8d7b3c4e-alice");
        claims[name] = value;
        sign(Key::Es256, &claims)
    };
    let good = token(Key::Es256);
    let (_, rest) = good.split_once('.').expect("a dot");
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"es256","typ":"JWT"}"#);
    [
        ("iss", changed("iss", "https://login.example.com/realms/other".into())),
        ("alg", format!("{header}.{rest}")),
        ("expired", changed("exp", 1_700_000_000.into())),
        ("garbage", good.replace('.', "-")),
    ]
}

/// The signature alone, good or bad, with a key that stays parsed: what no verifier can be faster than.
/// Nothing for a secret.
pub(crate) fn signature_check(key: Key, token: &str) -> Option<impl Fn() -> bool> {
    let algorithm: &'static dyn VerificationAlgorithm = match key {
        Key::Rs256 => &signature::RSA_PKCS1_2048_8192_SHA256,
        Key::Es256 => &signature::ECDSA_P256_SHA256_FIXED,
        Key::EdDsa => &signature::ED25519,
        Key::Hs256 => return None,
    };
    let parsed = ParsedPublicKey::new(algorithm, spki(key)).expect("a key of the tests");
    let (signed, signature) = token.rsplit_once('.').expect("a dot");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let signed = signed.as_bytes().to_vec();
    Some(move || parsed.verify_sig(black_box(&signed), &signature).is_ok())
}

pub(crate) fn verify_alone(criterion: &mut Criterion, name: &str, key: Key, token: &str) {
    if let Some(verify) = signature_check(key, token) {
        criterion.bench_function(name, |bencher| bencher.iter(&verify));
    }
}

/// The `SubjectPublicKeyInfo` inside of the PEM.
fn spki(key: Key) -> Vec<u8> {
    let lines = key.public_pem().lines().filter(|line| !line.starts_with("-----"));
    base64::engine::general_purpose::STANDARD
        .decode(lines.collect::<String>())
        .expect("base64 in PEM")
}
