//! The authority on a real socket, asked by a real client.

use std::time::Duration;

use http::StatusCode;
use reqwest::Client;
use serde_json::Value;
use tower_auth::TestAuthority;

/// Keeps connections open for later requests, as clients of an issuer do.
fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

async fn get(client: &Client, url: &str) -> (StatusCode, String) {
    let response = client.get(url).send().await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test]
async fn keys_are_found_by_discovery_and_sign_what_is_accepted() {
    let authority = TestAuthority::start().await.unwrap();
    assert!(authority.issuer().starts_with("http://127.0.0.1:"), "{}", authority.issuer());
    let client = client();
    let (status, discovery) = get(&client, authority.discovery_url()).await;
    assert_eq!(status, 200);
    let discovery: Value = serde_json::from_str(&discovery).unwrap();
    assert_eq!(discovery["issuer"], authority.issuer());
    assert_eq!(discovery["jwks_uri"], authority.jwks_url());
    let (status, jwks) = get(&client, discovery["jwks_uri"].as_str().unwrap()).await;
    assert_eq!((status, &jwks), (StatusCode::OK, &authority.jwks()));
    assert_eq!((authority.requests(), authority.jwks_requests()), (2, 1));
}

#[tokio::test]
async fn other_paths_and_methods_are_refused_and_a_query_is_not_looked_at() {
    let authority = TestAuthority::start().await.unwrap();
    let client = client();
    let token_endpoint = format!("{}/token", authority.issuer());
    assert_eq!(get(&client, &token_endpoint).await.0, 404);
    assert_eq!(get(&client, &format!("{}?v=2", authority.jwks_url())).await.0, 200);
    let posted = client.post(authority.jwks_url()).send().await.unwrap();
    assert_eq!(posted.status(), 405);
}

#[tokio::test]
async fn a_breakdown_is_a_503_with_html_and_ends() {
    let authority = TestAuthority::start().await.unwrap();
    let client = client();
    authority.break_down();
    for url in [authority.jwks_url(), authority.discovery_url()] {
        let response = client.get(url).send().await.unwrap();
        assert_eq!(response.status(), 503);
        assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
        assert!(response.text().await.unwrap().starts_with("<!doctype html>"));
    }
    authority.recover();
    assert_eq!(get(&client, authority.jwks_url()).await.0, 200);
}

#[tokio::test]
async fn changes_reach_the_server_at_once() {
    let authority = TestAuthority::start().await.unwrap();
    let client = client();
    authority.rotate_key();
    assert!(get(&client, authority.jwks_url()).await.1.contains("key-2"));
    authority.publish("[]");
    assert_eq!(get(&client, authority.jwks_url()).await.1, "[]");
}

#[tokio::test]
async fn the_server_ends_with_the_last_handle_and_closes_idle_connections() {
    let authority = TestAuthority::start().await.unwrap();
    let (client, url) = (client(), authority.jwks_url().to_owned());
    let clone = authority.clone();
    drop(authority);
    assert_eq!(get(&client, &url).await.0, 200, "a handle is left");

    let token = clone.token("alice");
    drop(clone);
    let refused = async {
        while client.get(&url).send().await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), refused).await.expect("the server ends");
    assert_eq!(token.sign().split('.').count(), 3, "a token needs no server");
}
