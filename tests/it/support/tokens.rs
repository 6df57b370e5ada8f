//! Tokens: valid ones, ones that are wrong in one place, and ones that nobody should ever send.
use std::{
    error::Error,
    sync::LazyLock,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Alg, EncodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use serde_json::{Map, Value, json};
use tower_auth::{
    Answer, Authenticator, Bearer, Clock, HmacAlgorithm, Identity, Issuer, JwtVerifier, Keys,
};

/// Where the clock of the tests stands.
pub(crate) const NOW: u64 = 1_800_000_000;
pub(crate) const ISSUER: &str = "https://login.example.com";
pub(crate) const AUDIENCE: &str = "orders-api";
pub(crate) const HMAC_SECRET: &str =
    "sixty-four bytes of a secret that is used in tests and only here";

pub(crate) const RSA_PEM: &str = include_str!("../../data/keys/rsa.pub.pem");
pub(crate) const P256_PEM: &str = include_str!("../../data/keys/p256.pub.pem");
pub(crate) const P384_PEM: &str = include_str!("../../data/keys/p384.pub.pem");
pub(crate) const ED25519_PEM: &str = include_str!("../../data/keys/ed25519.pub.pem");

/// A key that signs, with one algorithm.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Signing {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
    Hs256,
    Hs384,
    Hs512,
    /// RS256 with a key that no verifier of the tests knows.
    OtherRs256,
}

impl Signing {
    pub(crate) const ASYMMETRIC: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    pub(crate) const fn engine(self) -> Alg {
        match self {
            Self::Rs256 | Self::OtherRs256 => Alg::RS256,
            Self::Rs384 => Alg::RS384,
            Self::Rs512 => Alg::RS512,
            Self::Ps256 => Alg::PS256,
            Self::Ps384 => Alg::PS384,
            Self::Ps512 => Alg::PS512,
            Self::Es256 => Alg::ES256,
            Self::Es384 => Alg::ES384,
            Self::EdDsa => Alg::EdDSA,
            Self::Hs256 => Alg::HS256,
            Self::Hs384 => Alg::HS384,
            Self::Hs512 => Alg::HS512,
        }
    }

    /// The value of `alg`.
    pub(crate) fn alg(self) -> String {
        format!("{:?}", self.engine())
    }

    /// The name of the key in `tests/data/keys`.
    pub(crate) const fn key_name(self) -> &'static str {
        match self {
            Self::Es256 => "p256",
            Self::Es384 => "p384",
            Self::EdDsa => "ed25519",
            Self::OtherRs256 => "rsa-other",
            _ => "rsa",
        }
    }

    pub(crate) fn sign(self, message: &[u8]) -> Vec<u8> {
        static RSA: LazyLock<EncodingKey> =
            LazyLock::new(|| rsa(include_bytes!("../../data/keys/rsa.key.pem")));
        static OTHER: LazyLock<EncodingKey> =
            LazyLock::new(|| rsa(include_bytes!("../../data/keys/rsa-other.key.pem")));
        let key = match self {
            Self::Es256 => ec(include_bytes!("../../data/keys/p256.key.pem")),
            Self::Es384 => ec(include_bytes!("../../data/keys/p384.key.pem")),
            Self::EdDsa => {
                EncodingKey::from_ed_pem(include_bytes!("../../data/keys/ed25519.key.pem")).unwrap()
            }
            Self::Hs256 | Self::Hs384 | Self::Hs512 => {
                EncodingKey::from_secret(HMAC_SECRET.as_bytes())
            }
            Self::OtherRs256 => OTHER.clone(),
            _ => RSA.clone(),
        };
        sign_with(self.engine(), &key, message)
    }
}

fn rsa(pem: &[u8]) -> EncodingKey {
    EncodingKey::from_rsa_pem(pem).unwrap()
}

fn ec(pem: &[u8]) -> EncodingKey {
    EncodingKey::from_ec_pem(pem).unwrap()
}

/// Never by the provider of the process: where both back ends are compiled there is none.
pub(crate) fn sign_with(algorithm: Alg, key: &EncodingKey, message: &[u8]) -> Vec<u8> {
    (DEFAULT_PROVIDER.signer_factory)(&algorithm, key).unwrap().sign(message)
}

/// A token, valid unless something is changed.
#[derive(Clone)]
pub(crate) struct Token {
    header: Map<String, Value>,
    claims: Map<String, Value>,
    signing: Signing,
}

/// A valid token, signed with ES256.
pub(crate) fn token() -> Token {
    token_by(Signing::Es256)
}

pub(crate) fn token_by(signing: Signing) -> Token {
    let claims = json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "alice",
        "iat": NOW - 60, "nbf": NOW - 60, "exp": NOW + 600,
    });
    Token {
        header: members(&json!({ "alg": signing.alg(), "typ": "JWT" })),
        claims: members(&claims),
        signing,
    }
}

fn members(object: &Value) -> Map<String, Value> {
    object.as_object().unwrap().clone()
}

impl Token {
    pub(crate) fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without(mut self, claim: &str) -> Self {
        self.claims.remove(claim);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.header.insert(name.to_owned(), value.into());
        self
    }

    pub(crate) fn without_header(mut self, name: &str) -> Self {
        self.header.remove(name);
        self
    }

    pub(crate) fn expired(self) -> Self {
        self.claim("exp", NOW - 3600)
    }

    pub(crate) fn header_json(&self) -> String {
        Value::from(self.header.clone()).to_string()
    }

    pub(crate) fn claims_json(&self) -> String {
        Value::from(self.claims.clone()).to_string()
    }

    pub(crate) fn compact(&self) -> String {
        compact(self.signing, self.header_json(), self.claims_json())
    }

    /// Signed as it is, with this text in place of the header.
    pub(crate) fn with_header_text(&self, header: impl AsRef<[u8]>) -> String {
        compact(self.signing, header, self.claims_json())
    }

    /// Signed as it is, with this text in place of the claims.
    pub(crate) fn with_claims_text(&self, claims: impl AsRef<[u8]>) -> String {
        compact(self.signing, self.header_json(), claims)
    }
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs two texts, whatever they are.
pub(crate) fn compact(
    signing: Signing,
    header: impl AsRef<[u8]>,
    claims: impl AsRef<[u8]>,
) -> String {
    signed(signing, &format!("{}.{}", base64url(header), base64url(claims)))
}

/// Signs what stands before the second dot, whatever it is.
pub(crate) fn signed(signing: Signing, signed: &str) -> String {
    let signature = base64url(signing.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// The parts of a valid token: header, claims, signature.
pub(crate) fn parts(token: &str) -> [String; 3] {
    let parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    parts.try_into().expect("three parts")
}

pub(crate) fn clock() -> Clock {
    clock_at(NOW)
}

pub(crate) fn clock_at(seconds: u64) -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// The public key of a signing key as a JWK without `kid`, `alg` and `use`.
pub(crate) fn jwk(signing: Signing) -> Value {
    let all: Value = serde_json::from_str(include_str!("../../data/keys/public.jwk.json")).unwrap();
    all[signing.key_name()].clone()
}

/// A JWK with more members, or with others.
pub(crate) fn jwk_with(signing: Signing, more: &Value) -> Value {
    let mut jwk = jwk(signing);
    let members = jwk.as_object_mut().unwrap();
    for (name, value) in more.as_object().unwrap() {
        members.insert(name.clone(), value.clone());
    }
    jwk
}

/// A JWK Set as text.
pub(crate) fn jwks(keys: impl IntoIterator<Item = Value>) -> String {
    json!({ "keys": keys.into_iter().collect::<Vec<_>>() }).to_string()
}

/// One key for each algorithm, none with a `kid`.
pub(crate) fn all_keys() -> Keys {
    let named =
        Signing::ASYMMETRIC.map(|signing| jwk_with(signing, &json!({ "alg": signing.alg() })));
    Keys::from_jwks(jwks(named))
        .and(Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS256))
        .and(Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS384))
        .and(Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS512))
}

pub(crate) fn issuer(keys: Keys) -> Issuer {
    Issuer::new(ISSUER, AUDIENCE, keys)
}

pub(crate) fn verifier_of(issuer: Issuer) -> JwtVerifier {
    JwtVerifier::builder()
        .issuer(issuer)
        .with_clock(clock())
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// Knows all keys; its clock stands at [`NOW`].
pub(crate) fn verifier() -> &'static JwtVerifier {
    static VERIFIER: LazyLock<JwtVerifier> = LazyLock::new(|| verifier_of(issuer(all_keys())));
    &VERIFIER
}

/// The judgement, or the reason that goes to the log.
pub(crate) fn judge(verifier: &JwtVerifier, token: impl AsRef<str>) -> Result<Identity, String> {
    judge_credentials(verifier, Bearer::new(token.as_ref()))
}

pub(crate) fn judge_credentials(
    verifier: &JwtVerifier,
    credentials: Bearer,
) -> Result<Identity, String> {
    match verifier.answer(credentials) {
        Answer::Now(judgement) => judgement.map_err(|error| error.source().unwrap().to_string()),
        Answer::Later(_) => panic!("no waiting is needed"),
    }
}

#[track_caller]
pub(crate) fn assert_accepted(token: impl AsRef<str>) -> Identity {
    judge(verifier(), &token).unwrap_or_else(|reason| panic!("{reason}: {}", token.as_ref()))
}

/// Refused, and for this reason: a refusal for another one proves nothing about the guard.
#[track_caller]
pub(crate) fn assert_refused(token: impl AsRef<str>, reason: &str) {
    assert_refused_by(verifier(), token, reason);
}

#[track_caller]
pub(crate) fn assert_refused_by(verifier: &JwtVerifier, token: impl AsRef<str>, reason: &str) {
    let token = token.as_ref();
    let start: String = token.chars().take(200).collect();
    match judge(verifier, token) {
        Ok(identity) => panic!("accepted as {identity:?}: {start}"),
        Err(actual) => assert!(actual.contains(reason), "{actual:?}, not {reason:?}: {start}"),
    }
}
