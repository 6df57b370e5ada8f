//! Tokens, by the modes of the target `token`.

use serde_json::{Value, json};

use crate::{
    Seed,
    support::tokens::{NOW, Signing, Token, jwk, token, token_by},
};

const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

pub(crate) fn seeds() -> Vec<Seed> {
    [whole(), changed(), encoded(), by_header(), by_claims(), by_text()].concat()
}

fn whole() -> Vec<Seed> {
    let es256 = include_str!("../../../tests/data/tokens/es256.txt");
    let hs256 = token_by(Signing::Hs256).compact();
    let other = token_by(Signing::OtherRs256).compact();
    vec![
        ("whole-hs256", format!("t{hs256}").into_bytes()),
        ("whole-es256", format!("t{es256}").into_bytes()),
        ("whole-rs256", format!("t{}", token_by(Signing::Rs256).compact()).into_bytes()),
        ("whole-unknown-key", format!("t{other}").into_bytes()),
        ("whole-dots", b"t....".to_vec()),
        ("whole-none", b"teyJhbGciOiJub25lIn0.e30.".to_vec()),
        ("whole-long", format!("t{hs256}{}", "A".repeat(8000)).into_bytes()),
        ("whole-not-ascii", b"t\xff\xfe.\x00.\xc3\xa9".to_vec()),
    ]
}

fn changed() -> Vec<Seed> {
    vec![
        ("changed-not-hs256", b"H".to_vec()),
        ("changed-not-es256", b"E".to_vec()),
        ("changed-not-rs256", b"R".to_vec()),
        ("changed-flip-hs256", b"H\x03\x00\x40\x01".to_vec()),
        ("changed-stray-bit-es256", b"E\x03\x01\x54\x00".to_vec()),
        ("changed-cut-rs256", b"R\x05\x00\xf0\x00".to_vec()),
        ("changed-tail", b"E\x06\x01\x00\x00\x07\x00\x00=".to_vec()),
    ]
}

fn encoded() -> Vec<Seed> {
    let claims = token().claims_json();
    vec![
        ("encoded-none", format!("p{{\"alg\":\"none\"}}\n{claims}\n").into_bytes()),
        ("encoded-short-signature", format!("p{HS256}\n{claims}\nabc").into_bytes()),
        ("encoded-wrong-mac", format!("p{HS256}\n{claims}\n{}", "x".repeat(32)).into_bytes()),
    ]
}

/// A valid token with this text as its claims, signed in the way of the mode.
fn signed(mode: char, header: &str, claims: impl AsRef<[u8]>) -> Vec<u8> {
    [format!("{mode}{header}\n").as_bytes(), claims.as_ref()].concat()
}

fn by_header() -> Vec<Seed> {
    let with = |name: &str, value: Value| {
        let token = token_by(Signing::Hs256).header(name, value);
        signed('h', &token.header_json(), token.claims_json())
    };
    let es256 = token().header("kid", "es");
    let strict = strict();
    vec![
        ("header-kid", with("kid", json!("hs"))),
        ("header-unknown-kid", with("kid", json!("es"))),
        ("header-kid-number", with("kid", json!(7))),
        ("header-access-token", with("typ", json!("application/AT+jwt"))),
        ("header-other-typ", with("typ", json!("dpop+jwt"))),
        ("header-nested", with("cty", json!("JWT"))),
        ("header-crit", with("crit", json!(["exp"]))),
        ("header-b64", with("b64", json!(false))),
        ("header-jwk", with("jwk", jwk(Signing::Es256))),
        ("header-other-alg", with("alg", json!("HS512"))),
        ("header-confused-alg", with("alg", json!("RS256"))),
        ("header-twice", signed('h', r#"{"alg":"HS256","alg":"none"}"#, token().claims_json())),
        ("header-es256", signed('e', &es256.header_json(), es256.claims_json())),
        ("header-rs256", signed('r', r#"{"alg":"RS256"}"#, token().claims_json())),
        ("strict", signed('h', &strict.header_json(), strict.claims_json())),
    ]
}

/// One that the strictest rules accept.
fn strict() -> Token {
    let token = token_by(Signing::Hs256).header("typ", "at+jwt").claim("jti", "1");
    token.claim("client_id", "shop").claim("scope", "orders:read")
}

fn by_claims() -> Vec<Seed> {
    let with =
        |name: &str, value: Value| signed('h', HS256, token().claim(name, value).claims_json());
    let without = |name: &str| signed('h', HS256, token().without(name).claims_json());
    vec![
        ("claims-expired", with("exp", json!(NOW - 30))),
        ("claims-just-good", with("exp", json!(NOW - 29))),
        ("claims-fraction", with("exp", json!(1_800_000_600.75))),
        ("claims-exp-text", with("exp", json!("1800000600"))),
        ("claims-exp-huge", with("exp", json!(1e300))),
        ("claims-year-9999", with("exp", json!(253_402_300_799_u64))),
        ("claims-not-yet", with("nbf", json!(NOW + 31))),
        ("claims-audiences", with("aud", json!(["other", "orders-api"]))),
        ("claims-audience-spoiled", with("aud", json!(["orders-api", 1]))),
        ("claims-other-issuer", with("iss", json!("https://login.example.com/"))),
        ("claims-issuers", with("iss", json!(["https://login.example.com"]))),
        ("claims-no-subject", with("sub", json!(""))),
        ("claims-bound", with("cnf", json!({ "x5t#S256": "AAAA" }))),
        ("claims-bound-oddly", with("cnf", json!({ "jkt": "AAAA" }))),
        ("claims-id-token", with("nonce", json!("n-0S6_WzA2Mj"))),
        ("claims-without-exp", without("exp")),
    ]
}

/// JSON that other readers take for something else.
fn by_text() -> Vec<Seed> {
    let valid = token().claims_json();
    let more = |member: &str| signed('h', HS256, format!("{{{member},{}", &valid[1..]));
    let nested = |depth: usize| format!(r#""deep":{}{}"#, "[".repeat(depth), "]".repeat(depth));
    let many: Vec<String> = (0..80).map(|number| format!("\"n{number}\":{number}")).collect();
    vec![
        ("text-twice", more(r#""sub":"mallory""#)),
        ("text-twice-escaped", more(r#""s\u0075b":"mallory""#)),
        ("text-depth-31", more(&nested(31))),
        ("text-depth-32", more(&nested(32))),
        ("text-depth-200", more(&nested(200))),
        ("text-numbers", more(r#""n":[-0,0.1,1e2,18446744073709551616,-9223372036854775808]"#)),
        ("text-escapes", more(r#""t":"\ud83d\ude00\u0000\"\\\/""#)),
        ("text-lone-surrogate", more(r#""t":"\ud83d""#)),
        ("text-many-members", more(&many.join(","))),
        ("text-mark", signed('h', HS256, format!("\u{feff}{valid}"))),
        ("text-not-utf8", signed('h', HS256, b"{\"sub\":\"\xff\"}")),
    ]
}
