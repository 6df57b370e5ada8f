//! No secret in any text.

use tower_auth::{
    AccessToken, AuthorizationLayer, ClientCredentials, HttpFetch, Issuer, JwtVerifier, Keys,
    KuflowTokens, TokenSource,
};

use super::{
    endpoints::Endpoint,
    issuer::ORIGIN,
    server::{Server, request, send},
};
use crate::support::events::Events;

const SECRET: &str = "s3cr3t";

/// The secret, and what it looks like in `Authorization`.
fn assert_silent(text: &str) {
    for shape in [SECRET, "czNjcjN0", "MzY3IzdA", "zM2NyM3"] {
        assert!(!text.contains(shape), "{text}");
    }
}

#[test]
fn debug_says_nothing() {
    let endpoint = || Endpoint::answering(200, "");
    let credentials = || {
        ClientCredentials::with_post("https://login.example.com/", "id", SECRET)
            .with_client(endpoint())
    };
    let kuflow =
        || KuflowTokens::new("https://api.kuflow.com/", "id", SECRET).with_client(endpoint());
    assert_silent(&format!("{:?} {:?}", credentials(), credentials().build().unwrap()));
    assert_silent(&format!("{:?} {:?}", kuflow(), kuflow().build().unwrap()));
    assert_silent(&format!("{:?}", HttpFetch::builder().with_client_certificate(SECRET)));
    let bad = HttpFetch::builder().with_client_certificate(SECRET).build().unwrap_err();
    assert_silent(&bad.to_string());
    for builder in [
        || AuthorizationLayer::basic("id", SECRET).for_origin(ORIGIN),
        || AuthorizationLayer::bearer(SECRET).for_origin(ORIGIN),
    ] {
        assert_silent(&format!("{:?} {:?}", builder(), builder().build().unwrap()));
    }
    let token = AccessToken::new(SECRET).unwrap();
    assert_silent(&format!("{token:?}"));
    let bad = AuthorizationLayer::bearer(format!("{SECRET} "));
    assert_silent(&bad.for_origin(ORIGIN).build().unwrap_err().to_string());
}

#[tokio::test(start_paused = true)]
async fn requests_futures_and_events_say_nothing() {
    let events = Events::record();
    let answer = format!(r#"{{"access_token":"{SECRET}","token_type":"Bearer"}}"#);
    let endpoint = Endpoint::answering(200, answer);
    let source = ClientCredentials::with_basic("https://login.example.com/", "id", SECRET);
    let source = source.with_client(endpoint.clone()).build().unwrap();
    let layer = AuthorizationLayer::tokens(source).for_origin(ORIGIN).build().unwrap();
    let server = Server::accepting(|_| false);
    send(&layer, &server, request()).await.unwrap();
    endpoint.answer(400, format!(r#"{{"error":"{SECRET}"}}"#));
    send(&layer, &server, request()).await.unwrap();
    super::issuer::settle().await;
    assert_silent(&format!("{layer:?} {:?} {:?}", server.requests(), layer.token_status()));
    let told = events.take();
    assert!(told.iter().any(|event| event.field("message") == "a token was given"));
    assert_silent(&format!("{told:?}"));
}

#[tokio::test]
async fn errors_about_answers_quote_nothing_of_them() {
    for (status, answer) in [
        (200, format!(r#"{{"access_token":"{SECRET}","token_type":7}}"#)),
        (200, format!(r#"{{"access_token":"{SECRET}","token_type":"{SECRET}"}}"#)),
        (200, format!(r#"{{"access_token":"{SECRET} ","token_type":"Bearer"}}"#)),
        (200, format!(r#"{{"access_token":"t","token_type":"Bearer","expires_in":"{SECRET}"}}"#)),
        (200, SECRET.to_owned()),
        (200, format!("\"{SECRET}\"")),
        (200, format!(r#"{{"{SECRET}":1}}"#)),
        (400, format!(r#"{{"error":"{SECRET}"}}"#)),
        (500, SECRET.to_owned()),
    ] {
        let source = ClientCredentials::with_basic("https://login.example.com/", "id", "x");
        let source = source.with_client(Endpoint::answering(status, answer)).build().unwrap();
        let error = source.token().await.unwrap_err();
        assert_silent(&format!("{error} {error:?}"));
    }
}

/// Somebody has put them where they do not belong.
#[test]
fn a_password_in_a_url_is_not_quoted() {
    for url in ["https://id:s3cr3t@api.example.com", "https://id:s3cr3t@ api", "id:s3cr3t@api"] {
        let layer = || AuthorizationLayer::bearer("t").for_origin(url).connected_to(url);
        assert_silent(&format!("{:?} {}", layer(), layer().build().unwrap_err()));
        let credentials = || ClientCredentials::with_basic(url, "id", "x");
        assert_silent(&format!("{:?} {}", credentials(), credentials().build().unwrap_err()));
        let kuflow = || KuflowTokens::new(url, "id", "x");
        assert_silent(&format!("{:?} {}", kuflow(), kuflow().build().unwrap_err()));
        let keys = || Keys::from_jwks_url(url);
        assert_silent(&format!("{:?}", keys()));
        let verifier = JwtVerifier::builder().issuer(Issuer::new("https://i.example", "a", keys()));
        assert_silent(&verifier.build().unwrap_err().to_string());
    }
}

#[test]
fn the_values_of_parameters_are_not_told() {
    let credentials = || {
        ClientCredentials::with_basic("https://login.example.com/", "id", "x")
            .with_client(Endpoint::answering(200, ""))
            .with_parameter("software_statement", SECRET)
    };
    assert_silent(&format!("{:?} {:?}", credentials(), credentials().build().unwrap()));
}
