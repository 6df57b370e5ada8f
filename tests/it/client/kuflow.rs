//! `POST /authentications`, as `KuFlow`'s own client sends it.

use std::time::{Duration, SystemTime};

use tower_auth::{
    AuthorizationLayer, ClientAuthErrorKind as Kind, Clock, KuflowTokens, KuflowTokensBuilder,
    Renewal, TokenSource,
};

use super::{
    endpoints::Endpoint,
    issuer::{ORIGIN, pass},
    server::{Server, request, send},
};

const URL: &str = "https://api.kuflow.com/v2024-06-14";

/// 2026-01-01T00:00:00Z.
fn new_year() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn answer(token: &str, expired_at: &str) -> String {
    serde_json::json!({
        "id": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "type": "ENGINE_TOKEN",
        "engineToken": { "token": token, "expiredAt": expired_at },
    })
    .to_string()
}

fn tokens(endpoint: &Endpoint) -> KuflowTokensBuilder {
    KuflowTokens::new(URL, "CLIENT_ID", "CLIENT_SECRET").with_client(endpoint.clone())
}

#[tokio::test]
async fn kf_t1_kf_t2_kf_t3_the_question() {
    let endpoint = Endpoint::answering(200, answer("t", "2026-01-01T01:00:00Z"));
    tokens(&endpoint).with_bearer_password().build().unwrap().token().await.map(drop).unwrap();
    let sent = endpoint.last_header("authorization").unwrap();
    assert_eq!(sent, "Bearer Q0xJRU5UX0lEOkNMSUVOVF9TRUNSRVQ=");
    assert_eq!(endpoint.last_body(), r#"{"type":"ENGINE_TOKEN"}"#);
    assert_eq!(endpoint.last().uri().to_string(), format!("{URL}/authentications"));
    assert_eq!(endpoint.last_header("content-type").unwrap(), "application/json");

    let source = KuflowTokens::new(format!("{URL}/"), "worker01", "password");
    let source = source.with_tenant("a \"tenant\"").with_client(endpoint.clone()).build().unwrap();
    source.token().await.map(drop).unwrap();
    assert_eq!(endpoint.last_header("authorization").unwrap(), "Basic d29ya2VyMDE6cGFzc3dvcmQ=");
    assert_eq!(endpoint.last_body(), r#"{"type":"ENGINE_TOKEN","tenantId":"a \"tenant\""}"#);
    assert_eq!(endpoint.last().uri().to_string(), format!("{URL}/authentications"));
}

#[tokio::test(start_paused = true)]
async fn kf_t5_kf_13_it_is_asked_when_kuflows_client_asks() {
    let endpoint = Endpoint::answering(200, answer("t-1", "2026-01-01T01:00:00Z"));
    let layer = AuthorizationLayer::tokens(tokens(&endpoint).build().unwrap())
        .for_origin(ORIGIN)
        .with_renewal(Renewal::kuflow())
        .with_clock(Clock::manual(new_year()))
        .build()
        .unwrap();
    let server = Server::accepting_all();
    for (wait, asked) in [(0, 1), (359, 1), (2, 2)] {
        pass(Duration::from_secs(wait)).await;
        send(&layer, &server, request()).await.unwrap();
        pass(Duration::ZERO).await;
        assert_eq!(endpoint.asked(), asked);
    }
    assert_eq!(server.seen(), ["Bearer t-1"; 3]);
}

#[tokio::test(start_paused = true)]
async fn ends_are_read_whatever_their_offset() {
    let endpoint = Endpoint::answering(200, "");
    for (end, seconds) in [
        ("2026-01-01T01:00:00Z", 3600),
        ("2026-01-01T01:00:00.123456789Z", 3600),
        ("2026-01-01T02:00:00+01:00", 3600),
        ("2025-12-31T19:30:00-05:30", 3600),
        ("2026-01-01T01:00:00.5+00:00", 3600),
    ] {
        endpoint.answer(200, answer("t", end));
        let layer = AuthorizationLayer::tokens(tokens(&endpoint).build().unwrap())
            .for_origin(ORIGIN)
            .with_clock(Clock::manual(new_year()))
            .build()
            .unwrap();
        layer.warm_up().await.unwrap();
        assert_eq!(layer.token_status().unwrap().ends_in.unwrap().as_secs(), seconds, "{end}");
    }
}

#[tokio::test]
async fn answers_that_are_none() {
    for body in [
        answer("t", "soon"),
        answer("t", ""),
        answer("t", "2026-01-01"),
        answer("t", "2026-01-01T01:00:00"),
        answer("t", "2026-01-01T01:00:00+1:00"),
        answer("t", "2026-01-01T01:00:00+24:00"),
        answer("t", "2026-01-01T01:00:00+00:60"),
        answer("t", "2026-13-01T01:00:00Z"),
        answer("t", "äääääääääää"),
        answer("t t", "2026-01-01T01:00:00Z"),
        r#"{"type":"ENGINE_TOKEN"}"#.to_owned(),
        r#"{"engineToken":{"token":"t"}}"#.to_owned(),
    ] {
        let source = tokens(&Endpoint::answering(200, body.as_str())).build().unwrap();
        assert_eq!(source.token().await.unwrap_err().kind(), Kind::TokenUnusable, "{body}");
    }
    let refusal = r#"{"timestamp":"2026-01-01T00:00:00Z","status":401,"message":"Unauthorized"}"#;
    let source = tokens(&Endpoint::answering(401, refusal)).build().unwrap();
    assert_eq!(source.token().await.unwrap_err().kind(), Kind::TokenRefused);
}

#[test]
fn kf_t10_plain_text_is_refused_before_a_byte_is_sent() {
    let built = KuflowTokens::new("http://api.kuflow.com", "worker01", "password").build();
    let told = built.unwrap_err().to_string();
    assert!(told.contains("whoever is on the way could read the secret"), "{told}");
    for (identifier, token) in [("", "t"), ("a", ""), ("a:b", "t"), ("a\n", "t")] {
        assert!(KuflowTokens::new(URL, identifier, token).build().is_err(), "{identifier:?}");
    }
}
