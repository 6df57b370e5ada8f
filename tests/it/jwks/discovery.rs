//! Where keys are: URLs, OpenID discovery, RFC 8414 metadata.

use std::collections::HashMap;

use http::{Response, Uri};
use serde_json::json;
use tower_auth::{BoxError, Fetch, Issuer, JwtVerifier, RemoteKeys};

use super::provider::{judge, set};
use crate::support::tokens::{AUDIENCE, clock, token};

/// Documents by URL; everything else is 404.
#[derive(Clone, Default)]
struct Web(HashMap<String, Vec<u8>>);

impl Web {
    fn with(mut self, url: &str, document: impl Into<Vec<u8>>) -> Self {
        self.0.insert(url.to_owned(), document.into());
        self
    }

    fn with_metadata(self, url: &str, issuer: &str, jwks_uri: &str) -> Self {
        self.with(url, json!({ "issuer": issuer, "jwks_uri": jwks_uri }).to_string())
    }
}

impl Fetch for Web {
    async fn get(&self, url: &Uri, _: usize) -> Result<Response<Vec<u8>>, BoxError> {
        let document = self.0.get(&url.to_string());
        let mut response = Response::new(document.cloned().unwrap_or_default());
        if document.is_none() {
            *response.status_mut() = http::StatusCode::NOT_FOUND;
        }
        Ok(response)
    }
}

/// Whether a token of the issuer is accepted; if not, why the keys are not there.
async fn outcome(issuer: &str, keys: RemoteKeys, web: Web) -> Result<(), String> {
    let issuer_of = Issuer::new(issuer, AUDIENCE, keys.with_fetch(web));
    let verifier = JwtVerifier::builder().issuer(issuer_of).with_clock(clock()).build();
    let verifier = verifier.map_err(|error| error.to_string())?;
    let token = token().claim("iss", issuer).header("kid", "a").compact();
    match judge(&verifier, &token).await {
        Ok(_) => Ok(()),
        Err(_) => Err(verifier.key_status().remove(0).last_error.map_or(String::new(), |e| e.1)),
    }
}

const KEYS: &str = "https://keys.example/set";

fn keys() -> Web {
    Web::default().with(KEYS, set(&["a"]))
}

#[tokio::test(start_paused = true)]
async fn meta_03_openid_appends_and_oauth_inserts() {
    let places = [
        ("https://a.example", "", ""),
        ("https://a.example/", "", ""),
        ("https://a.example/realms/x", "/realms/x", "/realms/x"),
        ("https://a.example/realms/x/", "/realms/x", "/realms/x"),
        ("https://a.example:8443/t", "/t", "/t"),
    ];
    for (issuer, before, after) in places {
        let origin = issuer.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        let openid = format!("{origin}{before}/.well-known/openid-configuration");
        let web = keys().with_metadata(&openid, issuer, KEYS);
        outcome(issuer, RemoteKeys::from_openid_discovery(), web).await.unwrap();
        let oauth = format!("{origin}/.well-known/oauth-authorization-server{after}");
        let web = keys().with_metadata(&oauth, issuer, KEYS);
        outcome(issuer, RemoteKeys::from_oauth_metadata(), web).await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn b21_meta_02_the_issuer_of_the_metadata_is_the_same_byte_for_byte() {
    let url = "https://a.example/.well-known/openid-configuration";
    for other in [
        "https://a.example/",
        "https://A.example",
        "http://a.example",
        "https://a.example:443",
        "https://evil.example",
        "",
    ] {
        let web = keys().with_metadata(url, other, KEYS);
        let refusal = outcome("https://a.example", RemoteKeys::from_openid_discovery(), web).await;
        assert_eq!(refusal.unwrap_err(), "the metadata is that of another issuer", "{other}");
    }
    let web = keys().with(url, json!({ "jwks_uri": KEYS }).to_string());
    let refusal = outcome("https://a.example", RemoteKeys::from_openid_discovery(), web).await;
    assert_eq!(refusal.unwrap_err(), "the metadata is that of another issuer");
}

#[tokio::test(start_paused = true)]
async fn meta_04_the_keys_of_metadata_come_over_https() {
    let url = "https://a.example/.well-known/openid-configuration";
    for bad in ["http://keys.example/set", "file:///etc/passwd", "ftp://keys.example/", "set", ""] {
        let web = keys().with_metadata(url, "https://a.example", bad);
        let refusal = outcome("https://a.example", RemoteKeys::from_openid_discovery(), web).await;
        assert!(refusal.is_err(), "{bad}");
    }
    let web = keys().with(url, r#"{"issuer":"https://a.example"}"#);
    let refusal = outcome("https://a.example", RemoteKeys::from_openid_discovery(), web).await;
    assert_eq!(refusal.unwrap_err(), "the metadata names no jwks_uri");
}

#[tokio::test(start_paused = true)]
async fn metadata_may_be_elsewhere_but_must_name_the_issuer() {
    let url = "https://elsewhere.example/meta";
    let remote = || RemoteKeys::from_metadata_url(url);
    let web = keys().with_metadata(url, "https://a.example", KEYS);
    outcome("https://a.example", remote(), web.clone()).await.unwrap();
    assert!(outcome("https://b.example", remote(), web).await.is_err());
}

#[test]
fn bad_places_are_found_when_the_verifier_is_built() {
    let bad = [
        ("http://login.example.com/jwks", "https is needed"),
        ("http://127.0.0.1.evil.example/jwks", "https is needed"),
        ("http://localhost.evil.example/jwks", "https is needed"),
        ("ftp://login.example.com/jwks", "https, http on loopback, or file"),
        ("/jwks.json", "not a whole URL"),
        ("", "not a URL"),
        ("https://user:secret@login.example.com/", "leave it out"),
        ("file://remotehost/jwks.json", "a file URI with remote host is not supported"),
        ("file:jwks.json", "must start with a slash"),
        ("file:///does/not/exist.json", "No such file"),
    ];
    let mut builder = JwtVerifier::builder();
    for (number, (url, _)) in bad.iter().enumerate() {
        let issuer = format!("https://{number}.example");
        builder = builder.issuer(Issuer::new(issuer, AUDIENCE, RemoteKeys::from_jwks_url(*url)));
    }
    let error = builder.build().unwrap_err();
    let problems: Vec<&str> = error.problems().collect();
    assert_eq!(problems.len(), bad.len(), "{problems:#?}");
    for ((url, reason), problem) in bad.iter().zip(problems) {
        assert!(problem.contains(reason), "{url}: {problem}");
        assert!(!problem.contains("secret"), "{problem}");
    }
}

#[test]
fn meta_01_an_issuer_with_a_query_cannot_be_discovered() {
    for issuer in ["https://a.example?x=1", "https://a.example/#x"] {
        for keys in [RemoteKeys::from_openid_discovery(), RemoteKeys::from_oauth_metadata()] {
            let built = JwtVerifier::builder().issuer(Issuer::new(issuer, AUDIENCE, keys)).build();
            assert!(built.unwrap_err().to_string().contains("query or fragment"));
        }
    }
    let nameless = Issuer::temporal(RemoteKeys::from_openid_discovery());
    let error = JwtVerifier::builder().issuer(nameless).build().unwrap_err();
    assert!(error.to_string().contains("discovery needs an issuer with a name"), "{error}");
}

#[test]
fn plain_http_is_for_loopback_or_for_those_who_say_so() {
    let builds = |keys: RemoteKeys| {
        JwtVerifier::builder()
            .issuer(Issuer::new("https://a.example", AUDIENCE, keys))
            .build()
            .is_ok()
    };
    for url in ["http://localhost:1/", "http://127.9.9.9/", "http://[::1]:1/", "HTTPS://a.example/"]
    {
        assert!(builds(RemoteKeys::from_jwks_url(url)), "{url}");
    }
    let plain = RemoteKeys::from_jwks_url("http://login.example.com/");
    assert!(!builds(plain.clone()));
    assert!(builds(plain.allow_plain_http()));
}
