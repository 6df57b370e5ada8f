//! Whatever is given to a verifier as a token: it never panics, and what it accepts was signed.
//!
//! `jsonwebtoken::decode` cannot be the judge that this is held against: it reads the system's clock,
//! demands types of header members that mean nothing, and wants one engine for the whole process,
//! which a build with both back ends does not have. So its engine is asked about the signature, and
//! the rules are written out here once more, over what `serde_json` reads.

use std::{error::Error, sync::LazyLock, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{DecodingKey, crypto::aws_lc::DEFAULT_PROVIDER};
use serde_json::{Map, Value, json};
use tower_auth::{
    Algorithm, Answer, Authenticator, Bearer, CacheLimits, Claims, Clock, HmacAlgorithm, Identity,
    Issuer, JwtVerifier, Keys,
};

use super::change::{change, members, text_and_rest};
use crate::support::tokens::{
    AUDIENCE, HMAC_SECRET, ISSUER, NOW, P256_PEM, RSA_PEM, Signing, base64url, clock, clock_at,
    compact, issuer, jwk_with, jwks, parts, signed, token_by,
};

/// A valid token by ES256, whose signatures are different each time and cannot be computed again.
const ES256: &str = include_str!("../../data/tokens/es256.txt");

const LEEWAY: f64 = 30.0;

/// Accepted tokens that are not changed: what is changed must be refused.
static VALID: LazyLock<[String; 3]> = LazyLock::new(|| {
    [token_by(Signing::Hs256).compact(), ES256.to_owned(), token_by(Signing::Rs256).compact()]
});

static PLAIN: LazyLock<JwtVerifier> = LazyLock::new(|| verifier(rules(), None, clock()));

/// Small, so that entries make room for others.
static CACHED: LazyLock<JwtVerifier> =
    LazyLock::new(|| verifier(rules(), Some(CacheLimits::new().with_max_entries(64)), clock()));

/// Demands more than the others: what it accepts, they accept.
static STRICT: LazyLock<JwtVerifier> = LazyLock::new(|| {
    let rules = rules()
        .rfc9068()
        .with_authorized_parties(["shop"])
        .with_max_age(Duration::from_secs(600))
        .with_max_lifetime(Duration::from_secs(3600))
        .with_required_value("scope", "orders:read");
    verifier(rules, None, clock())
});

/// The first byte says how the rest becomes a token:
///
/// - `h`, `e`, `r`: a line that is the header and a rest that is the claims, signed;
/// - `H`, `E`, `R`: changes of a valid token, see [`change`];
/// - `p`: lines that are header, claims and signature, encoded;
/// - any other: the token itself.
pub(crate) fn run(data: &[u8]) {
    let Some((mode, rest)) = data.split_first() else {
        return;
    };
    let (token, made) = match mode {
        b'h' => sign(Signing::Hs256, rest),
        b'e' => sign(Signing::Es256, rest),
        b'r' => sign(Signing::Rs256, rest),
        b'H' => (change(VALID[0].as_bytes(), rest), None),
        b'E' => (change(VALID[1].as_bytes(), rest), None),
        b'R' => (change(VALID[2].as_bytes(), rest), None),
        b'p' => (encode(rest), None),
        _ => (rest.to_vec(), None),
    };
    judge_everywhere(&token, made.as_deref());
}

fn sign(signing: Signing, texts: &[u8]) -> (Vec<u8>, Option<String>) {
    let (header, claims) = text_and_rest(texts);
    let token = compact(signing, header, claims);
    (token.clone().into_bytes(), Some(token))
}

fn encode(texts: &[u8]) -> Vec<u8> {
    let (header, rest) = text_and_rest(texts);
    let (claims, signature) = text_and_rest(rest);
    [header, claims, signature].map(base64url).join(".").into_bytes()
}

fn keys() -> Keys {
    let es256 = jwk_with(Signing::Es256, &json!({ "alg": "ES256", "kid": "es" }));
    Keys::from_jwks(jwks([es256]))
        .and(Keys::from_hmac_secret(HMAC_SECRET, HmacAlgorithm::HS256).with_kid("hs"))
        .and(Keys::from_pem(RSA_PEM, Algorithm::RS256))
}

fn rules() -> Issuer {
    issuer(keys())
}

fn verifier(rules: Issuer, cache: Option<CacheLimits>, clock: Clock) -> JwtVerifier {
    let builder = JwtVerifier::builder().issuer(rules).with_clock(clock);
    let builder = match cache {
        Some(limits) => builder.with_cache(limits),
        None => builder,
    };
    builder.build().expect("the keys are good")
}

fn judge(verifier: &JwtVerifier, token: &[u8]) -> Result<Identity, String> {
    match verifier.answer(Bearer::new(token.to_vec())) {
        Answer::Now(judgement) => judgement.map_err(|error| {
            let reason = error.source().map(ToString::to_string);
            format!("{:?}: {reason:?}", error.kind())
        }),
        Answer::Later(_) => panic!("keys that are at hand need no waiting"),
    }
}

/// Holds the judgements of all verifiers against each other, and an acceptance against the rules.
fn judge_everywhere(token: &[u8], made: Option<&str>) {
    let judgement = judge(&PLAIN, token);
    for visit in ["first", "second"] {
        assert_same(&judgement, &judge(&CACHED, token), visit);
    }
    if let strict @ Ok(_) = judge(&STRICT, token) {
        assert_same(&judgement, &strict, "strict");
    }
    if let Ok(identity) = judgement {
        let text = std::str::from_utf8(token).expect("an accepted token is ASCII");
        assert_accepted_rightly(text, made, &identity);
        assert_expires(token, &identity);
    }
}

fn assert_same(one: &Result<Identity, String>, other: &Result<Identity, String>, what: &str) {
    match (one, other) {
        (Ok(one), Ok(other)) => {
            assert_eq!(one.subject(), other.subject(), "{what}");
            assert_eq!(one.issuer(), other.issuer(), "{what}");
            assert_eq!(one.expires_at(), other.expires_at(), "{what}");
            assert_eq!(claims_of(one.claims()), claims_of(other.claims()), "{what}");
        }
        (Err(one), Err(other)) => assert_eq!(one, other, "{what}"),
        _ => panic!("{what}: {one:?}, but {other:?}"),
    }
}

fn claims_of(claims: &Claims) -> Map<String, Value> {
    claims.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
}

fn assert_accepted_rightly(token: &str, made: Option<&str>, identity: &Identity) {
    assert!(token.len() <= JwtVerifier::DEFAULT_MAX_TOKEN_BYTES);
    assert_eq!(token.split('.').count(), 3, "{token}");
    let [header, payload, signature] = parts(token).map(|part| decode(&part));
    let (header, claims) = (members(&header), members(&payload));
    assert_signed(token, made, &header, &signature);
    assert_header(&header);
    assert_claims(&claims);
    assert_eq!(claims_of(identity.claims()), claims, "the identity has the claims of the token");
    assert_eq!(identity.subject(), claims["sub"], "{token}");
    assert_eq!(identity.issuer(), Some(ISSUER), "{token}");
}

/// One text, one token: what is decoded and encoded again must be the same.
fn decode(part: &str) -> Vec<u8> {
    let bytes = URL_SAFE_NO_PAD.decode(part).expect("an accepted token is strict base64url");
    assert_eq!(base64url(&bytes), part);
    bytes
}

/// The token is one that was signed, and another engine says so too.
fn assert_signed(token: &str, made: Option<&str>, header: &Map<String, Value>, signature: &[u8]) {
    static HS: LazyLock<DecodingKey> =
        LazyLock::new(|| DecodingKey::from_secret(HMAC_SECRET.as_bytes()));
    static ES: LazyLock<DecodingKey> =
        LazyLock::new(|| DecodingKey::from_ec_pem(P256_PEM.as_bytes()).unwrap());
    static RS: LazyLock<DecodingKey> =
        LazyLock::new(|| DecodingKey::from_rsa_pem(RSA_PEM.as_bytes()).unwrap());

    let (signing, key) = match header["alg"].as_str() {
        Some("HS256") => (Signing::Hs256, &*HS),
        Some("ES256") => (Signing::Es256, &*ES),
        Some("RS256") => (Signing::Rs256, &*RS),
        other => panic!("no key has the alg {other:?}"),
    };
    let (message, _) = token.rsplit_once('.').expect("three parts");
    let engine = (DEFAULT_PROVIDER.verifier_factory)(&signing.engine(), key).unwrap();
    let verified = engine.verify(message.as_bytes(), &signature.to_vec());
    assert!(verified.is_ok(), "the engine refuses {token}");
    if signing == Signing::Es256 {
        assert!(made == Some(token) || token == ES256, "never signed: {token}");
    } else {
        assert_eq!(signed(signing, message), token, "never signed");
    }
}

fn assert_header(header: &Map<String, Value>) {
    for name in ["b64", "crit", "jku", "jwk", "x5c", "x5u"] {
        assert!(!header.contains_key(name), "{name} is accepted");
    }
    for name in ["cty", "kid", "typ"] {
        assert!(header.get(name).is_none_or(Value::is_string), "{name} is not a string");
    }
    if let Some(typ) = header.get("typ").and_then(Value::as_str) {
        let typ = typ.to_ascii_lowercase();
        let bare = typ.strip_prefix("application/").unwrap_or(&typ);
        assert!(["jwt", "at+jwt"].contains(&bare), "{typ:?} is accepted");
    }
}

fn assert_claims(claims: &Map<String, Value>) {
    let now = Duration::from_secs(NOW).as_secs_f64();
    let date = |name| claims.get(name).map(|date| date.as_f64().expect("a date is a number"));
    assert_eq!(claims["iss"], ISSUER);
    let is_ours = |audience: &Value| audience == AUDIENCE;
    assert!(match &claims["aud"] {
        Value::Array(all) => all.iter().all(Value::is_string) && all.iter().any(is_ours),
        one => is_ours(one),
    });
    assert!(claims["sub"].as_str().is_some_and(|subject| !subject.is_empty()));
    assert!(date("exp").expect("an exp") > now - LEEWAY, "expired");
    assert!(date("nbf").is_none_or(|start| start <= now + LEEWAY), "not valid yet");
    assert!(date("iat").is_none_or(|issued| issued >= 0.0), "the iat is not a date");
    assert!(!claims.contains_key("cnf"), "bound, and there is no connection");
}

/// A token that is remembered ends when it says.
fn assert_expires(token: &[u8], identity: &Identity) {
    let clock = clock_at(NOW);
    let long = CacheLimits::new().with_max_age(Duration::from_secs(400_000_000_000));
    let verifier = verifier(rules(), Some(long), clock.clone());
    assert!(judge(&verifier, token).is_ok());
    let end = identity.expires_at().expect("an exp") + Duration::from_secs(30);
    let left = end.duration_since(clock.now()).expect("it is still good");
    clock.advance(left + Duration::from_millis(1));
    let late = judge(&verifier, token);
    assert!(late.as_ref().is_err_and(|reason| reason.contains("Expired")), "{late:?}");
}
