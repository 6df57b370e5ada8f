//! Keys from a file, as in seed TK-10.

use std::{fs, time::Duration};

use tower_auth::RemoteKeys;

use super::provider::{at_once, builder, judge, set, token_of};

#[tokio::test]
async fn tk_t1_tk_t4_a_file_is_read_when_the_verifier_is_built() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    fs::write(&path, set(&["a"])).unwrap();
    for host in ["", "localhost"] {
        let url = format!("file://{host}{}", path.display());
        let verifier = builder(RemoteKeys::from_jwks_url(url)).build().unwrap();
        at_once(&verifier, &token_of("a")).unwrap();
    }
    fs::write(&path, "{\"keys\":[]}").unwrap();
    let url = format!("file://{}", path.display());
    let error = builder(RemoteKeys::from_jwks_url(url)).build().unwrap_err();
    assert!(error.to_string().contains("no usable key"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_replaced_is_read_again_and_a_broken_one_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("jwks.json");
    fs::write(&path, set(&["a"])).unwrap();
    let keys = RemoteKeys::from_jwks_url(format!("file://{}", path.display()));
    let verifier = builder(keys.with_cooldown(Duration::from_nanos(1))).build().unwrap();

    fs::write(&path, "half a f").unwrap();
    assert!(judge(&verifier, &token_of("b")).await.is_err());
    at_once(&verifier, &token_of("a")).unwrap();

    // A failed read is followed by a pause, so a verifier without one is asked.
    fs::write(&path, set(&["a"])).unwrap();
    let keys = RemoteKeys::from_jwks_url(format!("file://{}", path.display()));
    let verifier = builder(keys.with_cooldown(Duration::from_nanos(1))).build().unwrap();
    fs::write(&path, set(&["b"])).unwrap();
    judge(&verifier, &token_of("b")).await.unwrap();
    assert!(judge(&verifier, &token_of("a")).await.is_err());
}
