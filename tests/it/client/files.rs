//! Tokens in files that somebody else renews.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tower_auth::{AuthorizationLayer, ClientAuthErrorKind as Kind, Clock, TokenFile, TokenSource};

use super::{
    issuer::ORIGIN,
    server::{Server, request, send},
};

const NOW: u64 = 1_767_225_600;

fn jwt(payload: &str) -> String {
    format!("eyJhbGciOiJSUzI1NiJ9.{}.c2ln", URL_SAFE_NO_PAD.encode(payload))
}

fn layer(path: &Path) -> AuthorizationLayer {
    AuthorizationLayer::tokens(TokenFile::new(path))
        .for_origin(ORIGIN)
        .with_clock(Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)))
        .build()
        .unwrap()
}

/// Sends requests until one goes with this token: a file is read on a thread of its own.
async fn sent_in_the_end(layer: &AuthorizationLayer, token: &str) {
    let (server, expected) = (Server::accepting_all(), format!("Bearer {token}"));
    while server.seen().last() != Some(&expected) {
        send(layer, &server, request()).await.unwrap();
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_file_is_read_again_when_it_may_have_changed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "first\n").unwrap();
    let layer = layer(&path);
    layer.warm_up().await.unwrap();
    let renewed_in = layer.token_status().unwrap().renewed_in.unwrap();
    assert!(renewed_in <= Duration::from_secs(10));

    fs::write(&path, "second\r\n").unwrap();
    let server = Server::accepting_all();
    send(&layer, &server, request()).await.unwrap();
    assert_eq!(server.seen(), ["Bearer first"], "not each time");
    tokio::time::advance(Duration::from_secs(10)).await;
    sent_in_the_end(&layer, "second").await;
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_looked_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    fs::write(&path, "first").unwrap();
    let layer = layer(&path);
    layer.warm_up().await.unwrap();
    fs::write(&path, "second").unwrap();
    let layer = layer.with_replay(tower_auth::CloneBody);
    let server = Server::accepting(|line| line == "Bearer second");
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200);
    assert_eq!(server.seen(), ["Bearer first", "Bearer second"]);
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn links_are_followed_as_kubernetes_exchanges_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for version in ["v1", "v2"] {
        fs::create_dir(at(version)).unwrap();
        fs::write(at(version).join("token"), version).unwrap();
    }
    std::os::unix::fs::symlink("v1", at("..data")).unwrap();
    std::os::unix::fs::symlink("..data/token", at("token")).unwrap();
    let layer = layer(&at("token"));
    sent_in_the_end(&layer, "v1").await;
    std::os::unix::fs::symlink("v2", at("..new")).unwrap();
    fs::rename(at("..new"), at("..data")).unwrap();
    tokio::time::advance(Duration::from_secs(10)).await;
    sent_in_the_end(&layer, "v2").await;
}

#[tokio::test(start_paused = true)]
async fn a_jwt_says_until_when_it_may_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let five_minutes = Some(300);
    for (token, ends_in) in [
        (jwt(&format!(r#"{{"exp":{}}}"#, NOW + 3600)), Some(3600)),
        (jwt(&format!(r#"{{"exp":{}.75,"aud":["a"]}}"#, NOW + 60)), Some(60)),
        (jwt(r#"{"exp":1e300}"#), five_minutes),
        (jwt(r#"{"sub":"alice"}"#), five_minutes),
        (jwt("no JSON"), five_minutes),
        (jwt(r#"{"exp":"soon"}"#), five_minutes),
        ("a.!.c".replace('!', "~"), five_minutes),
        ("opaque".to_owned(), five_minutes),
        (jwt(&format!(r#"{{"exp":{}}}"#, NOW - 1)), None),
        (jwt(r#"{"exp":-1}"#), None),
    ] {
        fs::write(&path, &token).unwrap();
        let layer = layer(&path);
        let got = layer.warm_up().await.map(|()| layer.token_status().unwrap().ends_in.unwrap());
        match ends_in {
            Some(seconds) => assert_eq!(got.unwrap().as_secs(), seconds, "{token}"),
            None => assert_eq!(got.unwrap_err().kind(), Kind::TokenUnusable, "{token}"),
        }
    }
}

#[tokio::test]
async fn files_that_hold_no_token() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    let kind = async || TokenFile::new(&path).token().await.err().map(|error| error.kind());
    assert_eq!(kind().await, Some(Kind::TokenUnavailable), "none at all");
    for (content, expected) in [
        (b"".to_vec(), Kind::TokenUnusable),
        (b"\n".to_vec(), Kind::TokenUnusable),
        (b"a\nb\n".to_vec(), Kind::TokenUnusable),
        (b" a".to_vec(), Kind::TokenUnusable),
        (b"Bearer a".to_vec(), Kind::TokenUnusable),
        (vec![0xFF, 0xFE], Kind::TokenUnusable),
        (vec![b'a'; 16 * 1024 + 1], Kind::TokenUnavailable),
    ] {
        fs::write(&path, &content).unwrap();
        assert_eq!(kind().await, Some(expected), "{content:.8?}");
    }
    fs::write(&path, vec![b'a'; 16 * 1024]).unwrap();
    assert_eq!(kind().await, None);
    let error = TokenFile::new(folder.path()).token().await.unwrap_err();
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.ends_with("not a regular file"), "{reason}");
}
