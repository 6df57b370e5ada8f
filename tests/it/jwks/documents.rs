//! What the provider answers, and what is made of it.

use std::time::Duration;

use serde_json::{Value, json};
use tower_auth::{AuthErrorKind, Fetch, HttpFetch};

use super::provider::{
    Play, Provider, at_once, builder, judge, kind, pass, remote, set, token_of, verifier,
};
use crate::support::tokens::{Signing, jwk_with, jwks, token};

/// Answers that are failed fetches: the last good set stays.
fn failures() -> Vec<(&'static str, Play)> {
    let text = |status, body: &str| Play::Answer(status, body.as_bytes().to_vec());
    let many = (0..101).map(|number| {
        jwk_with(Signing::Es256, &json!({ "kid": format!("{number}"), "alg": "ES256" }))
    });
    vec![
        ("500 with HTML", text(500, "<html>oops</html>")),
        ("HTML", text(200, "<html>log in</html>")),
        ("redirect", Play::Answer(302, set(&["b"]))),
        ("no content", text(204, "")),
        ("partial", Play::Answer(206, set(&["b"]))),
        ("not modified", text(304, "")),
        ("empty", text(200, "")),
        ("empty set", text(200, r#"{"keys":[]}"#)),
        ("an error object", text(200, r#"{"error":"rate limited"}"#)),
        ("keys that are no array", text(200, r#"{"keys":{}}"#)),
        ("keys twice", text(200, r#"{"keys":[],"keys":[]}"#)),
        ("an array", text(200, "[]")),
        ("cut off", Play::Answer(200, set(&["b"])[..100].to_vec())),
        ("something after it", Play::Answer(200, [set(&["b"]), b"{}".to_vec()].concat())),
        ("50 MB", Play::Answer(200, vec![b' '; 50_000_000])),
        ("101 keys", Play::Answer(200, jwks(many).into_bytes())),
        ("not UTF-8", Play::Answer(200, b"{\"keys\":[{\"kid\":\"\xff\"}]}".to_vec())),
        ("nothing usable", text(200, r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#)),
        ("no answer", Play::Fail),
    ]
}

#[tokio::test(start_paused = true)]
async fn what_is_no_good_set_leaves_the_old_one_in_use() {
    for (name, play) in failures() {
        let provider = Provider::of_kids(&["a"]);
        let verifier = verifier(&provider);
        judge(&verifier, &token_of("a")).await.unwrap();
        provider.play(play);
        let refusal = kind(&verifier, &token_of("b")).await;
        assert_eq!(refusal, Some(AuthErrorKind::Unavailable), "{name}");
        at_once(&verifier, &token_of("a")).unwrap_or_else(|error| panic!("{name}: {error:?}"));
        assert!(verifier.key_status()[0].last_error.is_some(), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_good_set_is_503_where_there_is_no_old_one() {
    for (name, play) in failures() {
        let provider = Provider::new(play);
        let refusal = kind(&verifier(&provider), &token_of("a")).await;
        assert_eq!(refusal, Some(AuthErrorKind::Unavailable), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn b03_tk_t13_tk_t16_one_exotic_key_never_spoils_the_set() {
    let exotic: Vec<Value> = vec![
        json!({ "kty": "oct", "k": "AAAA", "kid": "oct" }),
        json!({ "kty": "OKP", "crv": "X25519", "x": "AAAA", "use": "enc" }),
        json!({ "kty": "OKP", "crv": "Ed448", "x": "AAAA" }),
        json!({ "kty": "EC", "crv": "secp256k1", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA" }),
        json!({ "kty": "new", "kid": 7 }),
        json!({ "kid": "nothing else" }),
        json!("not an object"),
        json!(null),
        jwk_with(Signing::Rs256, &json!({ "d": "AAAA" })),
        jwk_with(Signing::Rs256, &json!({ "use": "enc" })),
        jwk_with(Signing::Rs256, &json!({ "key_ops": ["encrypt"] })),
        jwk_with(Signing::Rs256, &json!({ "alg": "RSA-OAEP" })),
    ];
    let count = exotic.len();
    let good = jwk_with(Signing::Es256, &json!({ "kid": "a", "x5c": ["not base64"] }));
    let nameless = jwk_with(Signing::EdDsa, &json!({}));
    let all = exotic.into_iter().chain([good, nameless]);
    let provider = Provider::new(Play::Answer(200, jwks(all).into_bytes()));
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    judge(&verifier, &token().compact()).await.unwrap();
    assert_eq!(verifier.key_status()[0].left_out.len(), count);
}

#[tokio::test(start_paused = true)]
async fn limits_can_be_set() {
    let size = set(&["a", "b"]).len();
    let provider = Provider::of_kids(&["a", "b"]);
    let works = async |keys: tower_auth::RemoteKeys| {
        judge(&builder(keys).build().unwrap(), &token_of("a")).await.is_ok()
    };
    assert!(works(remote(&provider).with_max_bytes(size)).await);
    assert!(!works(remote(&provider).with_max_bytes(size - 1)).await);
    assert!(works(remote(&provider).with_max_keys(2)).await);
    assert!(!works(remote(&provider).with_max_keys(1)).await);
}

/// Serves one raw HTTP/1.1 answer for each connection.
async fn raw_server(answer: &'static [u8], endless: bool) -> std::net::SocketAddr {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = socket.accept().await {
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(answer).await;
                while endless && stream.write_all(&[b' '; 8192]).await.is_ok() {}
            });
        }
    });
    address
}

#[tokio::test]
async fn the_ready_client_follows_no_redirect() {
    let answer =
        b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
    let url = format!("http://{}/", raw_server(answer, false).await).parse().unwrap();
    let response = HttpFetch::new().get(&url, 1000).await.unwrap();
    assert_eq!(response.status(), 302);
}

#[tokio::test]
async fn the_ready_client_stops_reading_a_body_without_an_end() {
    let answer = b"HTTP/1.1 200 OK\r\n\r\n";
    let url = format!("http://{}/", raw_server(answer, true).await).parse().unwrap();
    let error = HttpFetch::new().get(&url, 100_000).await.unwrap_err();
    assert!(error.to_string().contains("more than 100000 bytes"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_good_set_after_a_bad_one_is_used() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.play(Play::Answer(200, b"{}".to_vec()));
    judge(&verifier, &token_of("b")).await.unwrap_err();
    provider.serve(&["b"]);
    pass(Duration::from_secs(31)).await;
    judge(&verifier, &token_of("b")).await.unwrap();
    assert!(judge(&verifier, &token_of("a")).await.is_err());
}
