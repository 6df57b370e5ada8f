//! Who gets in.

use tower::Layer;
use tower_auth::{BasicAuthLayer, User, Users};

use super::{PASSWORD, WRONG, hash, login, users};
use crate::support::{
    callers::{authorized, basic_line},
    probe::{Probe, send},
};

#[tokio::test]
async fn the_right_password_gives_the_identity() {
    let alice = login(&users(), "alice", PASSWORD).await.expect("admitted");
    assert_eq!(alice.subject(), "alice");
    assert_eq!(alice.claims().get("roles"), Some(&serde_json::json!(["editor"])));
}

#[tokio::test]
async fn anything_else_is_refused_alike() {
    let users = users();
    for (name, password) in [
        ("alice", "open sesam"),
        ("alice", "open sesame "),
        ("alice", "Open sesame"),
        ("alice", ""),
        ("Alice", PASSWORD),
        ("alice ", PASSWORD),
        ("bob", PASSWORD),
        ("", PASSWORD),
        ("", ""),
    ] {
        assert_eq!(
            login(&users, name, password).await.unwrap_err(),
            WRONG,
            "{name:?} {password:?}"
        );
    }
}

#[tokio::test]
async fn a_store_without_users_refuses_everybody() {
    let cheap = User::new("x", hash(PASSWORD));
    let users = Users::builder().user(cheap).build().unwrap();
    assert_eq!(login(&users, "alice", PASSWORD).await.unwrap_err(), WRONG);
    assert!(Users::builder().build().is_ok());
}

#[tokio::test]
async fn passwords_are_bytes_up_to_the_seventy_second() {
    let longest = "p".repeat(72);
    let umlauts = "ü".repeat(36);
    let users = Users::builder()
        .user(User::new("longest", hash(&longest)))
        .user(User::new("umlauts", hash(&umlauts)))
        .build()
        .unwrap();
    assert!(login(&users, "longest", longest.as_str()).await.is_ok());
    assert!(login(&users, "umlauts", umlauts.as_str()).await.is_ok());
    // bcrypt itself cannot tell these from the right ones.
    for one_more in ["x", "p", "\0"] {
        let too_long = format!("{longest}{one_more}");
        assert_eq!(login(&users, "longest", too_long).await.unwrap_err(), WRONG);
    }
    assert_eq!(login(&users, "umlauts", format!("{umlauts}ü")).await.unwrap_err(), WRONG);
    assert_eq!(login(&users, "longest", &longest[1..]).await.unwrap_err(), WRONG);
}

/// bcrypt repeats a short key with a NUL after it: `a`, NUL, `a` hashes like `a`.
#[tokio::test]
async fn a_password_with_nul_is_refused() {
    let users = Users::builder().user(User::new("a", hash("a"))).build().unwrap();
    assert!(login(&users, "a", "a").await.is_ok());
    for password in [&b"a\0a"[..], b"a\0a\0a", b"a\0", b"\0a", b"a\0b", b"\0"] {
        assert_eq!(login(&users, "a", password).await.unwrap_err(), WRONG, "{password:?}");
    }
}

#[tokio::test]
async fn passwords_are_compared_as_the_bytes_of_their_utf_8() {
    let users = Users::builder().user(User::new("jürgen", hash("Übermut €"))).build().unwrap();
    assert!(login(&users, "jürgen", "Übermut €").await.is_ok());
    assert_eq!(login(&users, "jürgen", "U\u{308}bermut €").await.unwrap_err(), WRONG);
    assert_eq!(login(&users, "jürgen", &b"\xDCbermut \x80"[..]).await.unwrap_err(), WRONG);
    assert_eq!(login(&users, "ju\u{308}rgen", "Übermut €").await.unwrap_err(), WRONG);

    let service = BasicAuthLayer::new(users).layer(Probe::new());
    let sent = authorized(basic_line("jürgen", "Übermut €"));
    assert_eq!(send(&service, sent).await.status(), 200);
}

#[tokio::test]
async fn each_sound_variant_of_bcrypt_is_accepted() {
    let written = hash(PASSWORD);
    for variant in ["$2a$", "$2b$", "$2y$"] {
        let hash = written.replacen("$2y$", variant, 1);
        let users = Users::builder().user(User::new("alice", hash)).build().unwrap();
        assert!(login(&users, "alice", PASSWORD).await.is_ok(), "{variant}");
        assert_eq!(login(&users, "alice", "x").await.unwrap_err(), WRONG, "{variant}");
    }
}
