//! Client credentials (RFC 6749, section 4.4): what is asked, and what answers mean.

use std::time::Duration;

use tower_auth::{
    AuthorizationLayer, ClientAuthErrorKind as Kind, ClientCredentials, ClientCredentialsBuilder,
    TokenSource,
};

use super::{
    endpoints::{Endpoint, TOKEN},
    issuer::ORIGIN,
};

const URL: &str = "https://login.example.com/token";

fn basic() -> ClientCredentialsBuilder {
    ClientCredentials::with_basic(URL, "billing", "s3cr3t")
}

async fn kind(endpoint: &Endpoint) -> Option<Kind> {
    let source = basic().with_client(endpoint.clone()).build().unwrap();
    source.token().await.err().map(|error| error.kind())
}

#[tokio::test]
async fn rfc_6749_2_3_1_identifier_and_secret_are_form_encoded_before_basic() {
    for (id, secret, header) in [
        ("s6BhdRkqt3", "gX1fBat3bV", "Basic czZCaGRSa3F0MzpnWDFmQmF0M2JW"),
        // "a%3Ab:c+d%2B%25%26%3D"
        ("a:b", "c d+%&=", "Basic YSUzQWI6YytkJTJCJTI1JTI2JTNE"),
        // "%C3%A4:-._*%7E"
        ("ä", "-._*~", "Basic JUMzJUE0Oi0uXyolN0U="),
    ] {
        let endpoint = Endpoint::answering(200, TOKEN);
        let source = ClientCredentials::with_basic(URL, id, secret).with_client(endpoint.clone());
        source.build().unwrap().token().await.map(drop).unwrap();
        assert_eq!(endpoint.last_header("authorization").as_deref(), Some(header));
        assert!(endpoint.last().headers()["authorization"].is_sensitive());
        assert_eq!(endpoint.last_body(), "grant_type=client_credentials");
    }
}

#[tokio::test]
async fn rfc_6749_4_4_2_the_question_is_a_form() {
    let endpoint = Endpoint::answering(200, TOKEN);
    let source = ClientCredentials::with_post(URL, "bil ling", "s&3=cr\u{e4}t")
        .with_scope("orders:read orders:write")
        .with_parameter("audience", "https://orders.example.com/")
        .with_resource("urn:a")
        .with_resource("urn:b")
        .with_client(endpoint.clone())
        .build()
        .unwrap();
    source.token().await.map(drop).unwrap();
    let request = endpoint.last();
    assert_eq!((request.method().as_str(), request.uri().to_string().as_str()), ("POST", URL));
    assert_eq!(request.headers()["content-type"], "application/x-www-form-urlencoded");
    assert_eq!(request.headers()["accept"], "application/json");
    assert!(!request.headers().contains_key("authorization"));
    assert_eq!(
        endpoint.last_body(),
        "grant_type=client_credentials&scope=orders%3Aread+orders%3Awrite\
         &audience=https%3A%2F%2Forders.example.com%2F&resource=urn%3Aa&resource=urn%3Ab\
         &client_id=bil+ling&client_secret=s%263%3Dcr%C3%A4t"
    );
}

#[tokio::test]
async fn rfc_8705_2_a_certificate_goes_with_the_identifier() {
    let endpoint = Endpoint::answering(200, TOKEN);
    let source = ClientCredentials::with_certificate(URL, "billing").with_client(endpoint.clone());
    source.build().unwrap().token().await.map(drop).unwrap();
    assert_eq!(endpoint.last_body(), "grant_type=client_credentials&client_id=billing");
    assert!(endpoint.last_header("authorization").is_none());
    let without = ClientCredentials::with_certificate(URL, "billing").build().unwrap_err();
    assert!(without.to_string().contains("that presents the certificate"), "{without}");
}

#[tokio::test(start_paused = true)]
async fn rfc_6749_5_1_answers_of_success() {
    let hour = Some(3600);
    for (answer, life) in [
        (r#"{"access_token":"t","token_type":"Bearer","expires_in":3600}"#, hour),
        (r#"{"access_token":"t","token_type":"bearer","expires_in":3600,"scope":"a"}"#, hour),
        (r#"{"access_token":"t","token_type":"BEARER","expires_in":"3600"}"#, hour),
        (r#"{"access_token":"t","token_type":"Bearer","expires_in":3600.9}"#, hour),
        (r#"{"access_token":"t","token_type":"Bearer"}"#, Some(300)),
        (r#"{"access_token":"t","token_type":"Bearer","expires_in":null}"#, Some(300)),
        (r#"{"access_token":"t","token_type":"Bearer","expires_in":18446744073709551616}"#, None),
        (r#"{"access_token":"t","token_type":"Bearer","expires_in":1e300}"#, None),
    ] {
        let endpoint = Endpoint::answering(200, answer);
        let source = basic().with_client(endpoint).build().unwrap();
        let layer = AuthorizationLayer::tokens(source).for_origin(ORIGIN).build().unwrap();
        layer.warm_up().await.unwrap();
        let ends_in = layer.token_status().unwrap().ends_in.unwrap();
        match life {
            Some(life) => assert_eq!(ends_in.as_secs(), life, "{answer}"),
            None => assert!(ends_in > Duration::from_secs(3_000_000_000), "{answer}"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_of_success_that_are_none() {
    for answer in [
        "",
        "{}",
        "[]",
        "<html>",
        r#"{"access_token":"t"}"#,
        r#"{"token_type":"Bearer"}"#,
        r#"{"access_token":7,"token_type":"Bearer"}"#,
        r#"{"access_token":null,"token_type":"Bearer"}"#,
        r#"{"access_token":"","token_type":"Bearer"}"#,
        r#"{"access_token":"t","token_type":"DPoP"}"#,
        r#"{"access_token":"t","token_type":"mac"}"#,
        r#"{"access_token":"t","token_type":""}"#,
        r#"{"access_token":"t\r\nx-admin: 1","token_type":"Bearer"}"#,
        r#"{"access_token":"t t","token_type":"Bearer"}"#,
        r#"{"access_token":"a","access_token":"b","token_type":"Bearer"}"#,
        r#"{"access_token":"t","token_type":"Bearer","expires_in":true}"#,
        r#"{"access_token":"t","token_type":"Bearer","expires_in":"soon"}"#,
        r#"{"access_token":"t","token_type":"Bearer","expires_in":""}"#,
        r#"{"access_token":"t","token_type":"Bearer","expires_in":"-1"}"#,
        r#"{"access_token":"t","token_type":"Bearer"} x"#,
        r#"{"error":"invalid_client"}"#,
    ] {
        let endpoint = Endpoint::answering(200, answer);
        assert_eq!(kind(&endpoint).await, Some(Kind::TokenUnusable), "{answer}");
    }
    for ended in ["0", "-1", "-9223372036854775809", "0.5", "\"0\"", "-1e300"] {
        let answer =
            format!(r#"{{"access_token":"t","token_type":"Bearer","expires_in":{ended}}}"#);
        let source = basic().with_client(Endpoint::answering(200, answer)).build().unwrap();
        let layer = AuthorizationLayer::tokens(source).for_origin(ORIGIN).build().unwrap();
        let refused = layer.warm_up().await.unwrap_err().kind();
        assert_eq!(refused, Kind::TokenUnusable, "{ended}");
    }
    let long =
        format!(r#"{{"access_token":"{}","token_type":"Bearer"}}"#, "t".repeat(16 * 1024 + 1));
    assert_eq!(kind(&Endpoint::answering(200, long)).await, Some(Kind::TokenUnusable));
    let too_long = vec![b' '; 64 * 1024 + 1];
    assert_eq!(kind(&Endpoint::answering(200, too_long)).await, Some(Kind::TokenUnavailable));
}

#[tokio::test]
async fn rfc_6749_5_2_refusals_are_told_apart() {
    let error = |code: &str| format!(r#"{{"error":"{code}","error_description":"s3cr3t"}}"#);
    for (status, body, expected, code) in [
        (401, error("invalid_client"), Kind::TokenRefused, Some("invalid_client")),
        (400, error("invalid_client"), Kind::TokenRefused, Some("invalid_client")),
        (400, error("unauthorized_client"), Kind::TokenRefused, Some("unauthorized_client")),
        (400, error("invalid_scope"), Kind::TokenRefused, Some("invalid_scope")),
        (400, error("invalid_target"), Kind::TokenRefused, Some("invalid_target")),
        (
            400,
            error("temporarily_unavailable"),
            Kind::TokenUnavailable,
            Some("temporarily_unavailable"),
        ),
        (400, error("s3cr3t"), Kind::TokenRefused, None),
        (400, "<html>s3cr3t".to_owned(), Kind::TokenRefused, None),
        (403, String::new(), Kind::TokenRefused, None),
        (404, error("invalid_client"), Kind::TokenUnavailable, None),
        (429, error("invalid_client"), Kind::TokenUnavailable, None),
        (500, TOKEN.to_owned(), Kind::TokenUnavailable, None),
        (503, "<html>".to_owned(), Kind::TokenUnavailable, None),
        (201, TOKEN.to_owned(), Kind::TokenUnavailable, None),
        (204, String::new(), Kind::TokenUnavailable, None),
        (302, String::new(), Kind::TokenUnavailable, None),
    ] {
        let endpoint = Endpoint::answering(status, body.as_str());
        let source = basic().with_client(endpoint).build().unwrap();
        let error = source.token().await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (expected, code), "{status} {body}");
        assert!(!format!("{error:?}").contains("s3cr3t"), "{error:?}");
    }
}

#[test]
fn mistakes_are_found_when_building() {
    let built = |builder: ClientCredentialsBuilder| builder.build().map(drop);
    let at = |url: &str| ClientCredentials::with_basic(url, "billing", "s3cr3t");
    for url in [
        "http://login.example.com/token",
        "ftp://login.example.com",
        "/token",
        "https://billing:s3cr3t@login.example.com/",
    ] {
        let told = built(at(url)).unwrap_err().to_string();
        assert!(told.starts_with("token endpoint: ") && !told.contains("s3cr3t"), "{told}");
    }
    for url in [URL, "http://127.0.0.1:1/", "http://localhost/token", "http://[::1]/"] {
        built(at(url)).unwrap();
    }
    built(at("http://login.example.com/token").allow_plain_http()).unwrap();
    for builder in [
        ClientCredentials::with_basic(URL, "", "s3cr3t"),
        ClientCredentials::with_post(URL, "billing", ""),
        basic().with_parameter("grant_type", "password"),
        basic().with_parameter("client_id", "somebody else"),
        basic().with_scope("a").with_scope("b"),
    ] {
        assert!(built(builder).is_err());
    }
}
