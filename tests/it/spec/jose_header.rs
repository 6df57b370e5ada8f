//! Members of the header (RFC 7515, section 4; RFC 7797): rows JOSE-05 to 09 and 25.

use serde_json::{Value, json};

use crate::support::tokens::{
    Signing, assert_accepted, assert_refused, base64url, compact, jwk, parts, token, token_by,
};

const NEVER: &str = "a member that is never accepted";
const WRONG_TYPE: &str = "of the wrong type";

#[test]
fn jose_05_alg_is_there_and_a_string() {
    assert_refused(token().without_header("alg").compact(), "names no alg");
    for alg in [Value::Null, json!(1), json!(true), json!(["ES256"]), json!({ "alg": "ES256" })] {
        assert_refused(token().header("alg", alg).compact(), "names no alg");
    }
}

#[test]
fn jose_05_alg_is_written_exactly() {
    for alg in [
        "",
        "es256",
        "Es256",
        "ES256 ",
        " ES256",
        "ES256\0",
        "ES-256",
        "ES512",
        "ES521",
        "ES256K",
        "RS1",
        "RSA1_5",
        "HS1",
        "HS",
        "MLDSA44",
        "EDDSA",
        "eddsa",
        "A128KW",
        "dir",
        "PBES2-HS256+A128KW",
    ] {
        assert_refused(token().header("alg", alg).compact(), "alg is not supported");
    }
}

#[test]
fn jose_05_none_is_refused_in_every_casing() {
    for casing in 0_u32..16 {
        let letter = |(at, letter): (usize, char)| match casing >> at & 1 {
            1 => letter.to_ascii_uppercase(),
            _ => letter,
        };
        let none: String = "none".chars().enumerate().map(letter).collect();
        let [header, claims, signature] = parts(&token().header("alg", none.as_str()).compact());
        assert_refused(format!("{header}.{claims}.{signature}"), "alg is not supported");
        assert_refused(format!("{header}.{claims}."), "not signed");
        assert_refused(format!("{header}.{claims}.AA"), "alg is not supported");
    }
    for near in ["none ", " none", "none\0", "n\u{f6}ne", "\u{ff4e}one", "null", "undefined"] {
        assert_refused(token().header("alg", near).compact(), "alg is not supported");
    }
}

#[test]
fn jose_06_crit_is_refused() {
    for crit in [
        json!(["exp"]),
        json!(["b64"]),
        json!(["alg"]),
        json!([]),
        json!(["x", "x"]),
        json!("exp"),
        json!({}),
        json!(null),
        json!([1]),
        json!(["http://example.com/unknown"]),
    ] {
        let token = token().header("crit", crit).header("exp", 1).header("x", true);
        assert_refused(token.compact(), NEVER);
    }
}

#[test]
fn jose_07_b64_is_refused() {
    for b64 in [json!(false), json!(true), json!("false"), json!(null)] {
        assert_refused(token().header("b64", b64).compact(), NEVER);
    }
    // RFC 7797: the claims as they are, with what a verifier of detached payloads would sign over.
    let header = base64url(r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#);
    let claims = token().claims_json().replace('.', "%2E");
    let signature = base64url(Signing::Es256.sign(format!("{header}.{claims}").as_bytes()));
    assert_refused(format!("{header}.{}.{signature}", base64url(&claims)), NEVER);
    assert_refused(format!("{header}..{signature}"), NEVER);
}

#[test]
fn jose_08_a_key_in_the_header_is_refused() {
    // Signed by the attacker's own key, which the token brings along.
    let token = token_by(Signing::OtherRs256);
    let key = jwk(Signing::OtherRs256);
    let url = "https://attacker.example/keys.json";
    for (name, value) in
        [("jwk", key.clone()), ("jku", json!(url)), ("x5u", json!(url)), ("x5c", json!(["MIIB"]))]
    {
        assert_refused(token.clone().header(name, value.clone()).compact(), NEVER);
        assert_refused(token.clone().header(name, value).header("kid", "a").compact(), NEVER);
        assert_refused(token.clone().header(name, Value::Null).compact(), NEVER);
    }
    assert_refused(token.compact(), "signature");
    // Even the right key does not belong there.
    let ours = crate::support::tokens::token().header("jwk", jwk(Signing::Es256));
    assert_refused(ours.compact(), NEVER);
    let escaped = r#"{"alg":"ES256","\u006awk":{}}"#;
    assert_refused(crate::support::tokens::token().with_header_text(escaped), NEVER);
}

#[test]
fn jose_09_kid_is_a_string() {
    for kid in [json!(1), Value::Null, json!(true), json!(["a"]), json!({ "kid": "a" })] {
        assert_refused(token().header("kid", kid).compact(), WRONG_TYPE);
    }
}

#[test]
fn jose_09_and_bcp_12_a_hostile_kid_is_just_an_unknown_name() {
    // All keys here are nameless, so an unknown name chooses by the algorithm alone.
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "a\0b",
        "x' OR '1'='1",
        "x'; DROP TABLE keys; --",
        "*)(uid=*))(|(uid=*",
        "http://169.254.169.254/latest",
        "file:///proc/self/environ",
        "$(id)",
        "\u{202e}",
        "%00",
        "\r\nSet-Cookie: a=b",
    ] {
        assert_accepted(token().header("kid", kid).compact());
        let forged = token_by(Signing::OtherRs256).header("kid", kid);
        assert_refused(forged.compact(), "signature");
    }
    assert_refused(token().header("kid", "k".repeat(64 * 1024)).compact(), "too long");
}

#[test]
fn jose_25_a_token_inside_of_a_token_is_refused() {
    for cty in ["JWT", "jwt", "Jwt"] {
        assert_refused(token().header("cty", cty).compact(), "token inside");
    }
    let inner = token().compact();
    assert_refused(
        compact(Signing::Es256, r#"{"alg":"ES256","cty":"JWT"}"#, &inner),
        "token inside",
    );
    for cty in [json!(1), Value::Null, json!(["JWT"])] {
        assert_refused(token().header("cty", cty).compact(), WRONG_TYPE);
    }
}

#[test]
fn jose_25_the_long_form_of_the_media_type_counts_too() {
    // RFC 7515, section 4.1.10: `application/` may be left out, and case does not count.
    for cty in ["application/jwt", "application/JWT", "APPLICATION/jwt"] {
        assert_refused(token().header("cty", cty).compact(), "token inside");
    }
}
