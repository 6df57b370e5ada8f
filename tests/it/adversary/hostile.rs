//! A table of what has broken other systems.

use serde_json::json;

use super::*;

/// Values of `Authorization` that must never let anybody in.
fn values() -> Vec<String> {
    let good = good_token();
    let [header, claims, signature] = parts(&good);
    let mut values: Vec<String> = [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Bearer  ",
        "Bearer\t",
        "Basic",
        "Basic ",
        "Basic =",
        "Basic ====",
        "Basic OnBhc3M=",
        "Basic YWxpY2U6",
        "Basic YWxpY2U=",
        "Basic YWxpY2U6d29uZGVybGFuZA",
        "Basic YWxpY2U6d29uZGVybGFuZB==",
        "Basic YWxpY2U6d29uZGVybGFuZA==,",
        "Negotiate AAAA",
        "Digest username=\"alice\"",
        "alice:wonderland",
        "null",
        "undefined",
        "Bearer null",
        "Bearer undefined",
        "Bearer ..",
        "Bearer ...",
        "Bearer ....",
        "Bearer =",
        "Bearer a",
        "Bearer a.b.c",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer \u{ff21}",
        ", ",
        ":",
        "\u{e9}",
    ]
    .map(str::to_owned)
    .to_vec();
    values.extend([
        format!("Bearer  {good}"),
        format!("Bearer {good} "),
        format!(" Bearer {good}"),
        format!("Bearer\t{good}"),
        format!("Bearer,{good}"),
        format!("Bearer {good},"),
        format!("Bearer {good}, {BASIC}"),
        format!("Bearer {good} {good}"),
        format!("Bearer \"{good}\""),
        format!("Bearer {good}="),
        format!("Bearer:{good}"),
        format!("Token {good}"),
        format!("JWT {good}"),
        format!("DPoP {good}"),
        format!("Basic {good}"),
        good.clone(),
        format!("Bearer {header}.{claims}."),
        format!("Bearer {header}.{claims}"),
        format!("Bearer {claims}.{header}.{signature}"),
        format!("Bearer {}", ".".repeat(3_000_000)),
        format!("Bearer {}", "a".repeat(64 * 1024)),
        format!("Bearer {}", "A".repeat(8 * 1024 + 1)),
        format!("Bearer {good}{}", "=".repeat(64 * 1024)),
        format!("Basic {}", "A".repeat(64 * 1024)),
        format!("{} {good}", "B".repeat(64 * 1024)),
        " ".repeat(64 * 1024),
        format!("Bearer {}.{claims}.{signature}", base64url("[".repeat(5000))),
        format!("Bearer {}.{claims}.{signature}", base64url("{\"a\":".repeat(1000))),
    ]);
    values.extend(tokens().into_iter().map(|token| format!("Bearer {token}")));
    values
}

/// Tokens that are signed well enough to be read, and are wrong.
fn tokens() -> Vec<String> {
    let ours = || token().claim("tenant", "acme").claim("scope", "orders:read");
    let forged = |kid: &str| {
        let forged =
            token_by(Signing::OtherRs256).claim("tenant", "acme").claim("scope", "orders:read");
        forged.header("kid", kid).compact()
    };
    let mut tokens: Vec<String> = [
        "a\0b",
        "../../../../dev/null",
        "/proc/self/environ",
        "' OR 1=1 --",
        "*)(uid=*",
        "\r\nX: y",
        "http://localhost/keys",
        "%00",
        "",
        "\u{202e}\u{feff}",
    ]
    .map(forged)
    .to_vec();
    tokens.extend([
        ours().expired().compact(),
        ours().without("exp").compact(),
        ours().without("aud").compact(),
        ours().without("sub").compact(),
        ours().claim("iss", "https://evil.example").compact(),
        ours().claim("tenant", "globex").compact(),
        ours().claim("tenant", json!(["globex", "umbrella"])).compact(),
        ours().claim("tenant", json!({ "acme": true })).compact(),
        ours().claim("tenant", "ACME").compact(),
        ours().claim("tenant", 1).compact(),
        ours().without("tenant").compact(),
        ours().claim("scope", "").compact(),
        ours().claim("scope", "orders:readx orders:rea Orders:read").compact(),
        ours().claim("scope", "orders:write").compact(),
        ours().claim("scope", json!({ "orders:read": true })).compact(),
        ours().claim("scope", json!([["orders:read"]])).compact(),
        ours().claim("scope", true).compact(),
        ours().without("scope").compact(),
        ours().claim("cnf", json!({ "x5t#S256": "AAAA" })).compact(),
        ours().claim("sub", "a".repeat(9000)).compact(),
        ours().header("alg", "none").compact(),
        ours().header("crit", json!(["exp"])).compact(),
        ours().header("jwk", crate::support::tokens::jwk(Signing::Es256)).compact(),
        compact(Signing::Es256, "{}", "{}"),
        compact(Signing::Es256, [0xFF; 40], [0xFE; 40]),
        compact(Signing::Es256, "", ""),
    ]);
    tokens
}

#[tokio::test]
async fn no_hostile_value_lets_anybody_in() {
    let app = header_app();
    let mut sent = 0;
    for value in values() {
        if let Some(request) = with_authorization(&value) {
            assert_refused(status(&app, request).await, &value);
            sent += 1;
        }
    }
    assert!(sent > 80, "{sent}");
}

#[tokio::test]
async fn two_sets_of_credentials_are_ambiguous_even_if_both_are_good() {
    let app = header_app();
    let good = good_bearer();
    for pair in [[good.as_str(), BASIC], [BASIC, &good], [&good, &good], [BASIC, ""], ["", &good]] {
        let mut request = request();
        for value in pair {
            request.headers_mut().append(AUTHORIZATION, value.parse().unwrap());
        }
        assert_eq!(status(&app, request).await, StatusCode::BAD_REQUEST, "{pair:?}");
    }
    let alice = Authority::new("authority").client("spiffe://example/alice").der();
    for value in [good.as_str(), BASIC] {
        let mut request = with_authorization(value).unwrap();
        request.extensions_mut().insert(PeerCertificates::from_der([alice.clone()]));
        assert_eq!(status(&app, request).await, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_bad_certificate_does_not_fall_through_to_a_good_token() {
    let app = header_app();
    let mallory = Authority::new("authority").client("spiffe://example/mallory").der();
    for shown in [b"garbage".to_vec(), Vec::new(), mallory] {
        let mut request = with_authorization(good_bearer()).unwrap();
        request.extensions_mut().insert(PeerCertificates::from_der([shown]));
        assert_refused(status(&app, request).await, "a bad certificate");
    }
}

#[tokio::test]
async fn no_header_makes_an_identity() {
    let app = header_app();
    for name in [
        "x-user",
        "x-remote-user",
        "remote-user",
        "x-forwarded-user",
        "x-forwarded-client-cert",
        "client-cert",
        "x-ssl-client-cert",
        "x-auth-request-user",
        "proxy-authorization",
        "cookie",
        "x-authorization",
        "x-original-authorization",
        "x-forwarded-authorization",
    ] {
        let mut request = request();
        let value = HeaderValue::from_str(&good_bearer()).unwrap();
        request.headers_mut().insert(HeaderName::from_static(name), value);
        assert_eq!(status(&app, request).await, StatusCode::UNAUTHORIZED, "{name}");
    }
}
