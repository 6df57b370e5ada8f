//! Basic (RFC 7617).

use std::sync::{Arc, Mutex};

use tower::Layer;
use tower_auth::{AuthError, AuthErrorKind, Basic, BasicAuthLayer, Identity};

use crate::support::{
    callers::{SECRET, authorized, basic, encode, nobody},
    challenges::challenges,
    probe::{Probe, send},
};

/// A user-id and a password as a store received them.
type Received = (String, Vec<u8>);

/// What reaches the store when `line` is sent, or why nothing does.
async fn received(line: impl AsRef<[u8]>) -> Result<Received, AuthErrorKind> {
    let seen = Arc::new(Mutex::new(None));
    let store = Arc::clone(&seen);
    let layer = BasicAuthLayer::new(move |user: Basic| {
        let password = user.password().expose().to_vec();
        *store.lock().expect("no panic") = Some((user.username().to_owned(), password));
        async { Ok(Identity::new("anybody")) }
    });
    let response = send(&layer.layer(Probe::new()), authorized(line)).await;
    let error = response.extensions().get::<AuthError>();
    match (seen.lock().expect("no panic").take(), error) {
        (Some(received), None) => Ok(received),
        (None, Some(error)) => {
            assert_eq!(response.status(), 401);
            assert_eq!(challenges(response.headers()).len(), 1);
            Err(error.kind())
        }
        (None, None) => unreachable!("neither received nor refused"),
        (Some(_), Some(_)) => unreachable!("both received and refused"),
    }
}

/// The same for what is inside of the base64.
async fn received_inside(inside: impl AsRef<[u8]>) -> Result<Received, AuthErrorKind> {
    received(format!("Basic {}", encode(inside))).await
}

fn pair(username: &str, password: impl AsRef<[u8]>) -> Result<Received, AuthErrorKind> {
    Ok((username.to_owned(), password.as_ref().to_vec()))
}

const UNREADABLE: Result<Received, AuthErrorKind> = Err(AuthErrorKind::UnreadableCredentials);

#[tokio::test]
async fn basic_01_and_02_the_challenge_has_a_realm_and_the_only_charset() {
    let response = send(&basic().layer(Probe::new()), nobody()).await;
    let challenge = challenges(response.headers()).remove(0);
    assert_eq!(challenge.scheme, "Basic");
    assert_eq!(challenge.parameter("realm"), Some("api"));
    assert_eq!(challenge.parameter("charset"), Some("UTF-8"));
    assert_eq!(challenge.parameters.len(), 2);
}

#[tokio::test]
async fn basic_02_a_refusal_adds_nothing_to_the_challenge() {
    let plain = send(&basic().layer(Probe::new()), nobody()).await;
    for line in ["Basic !", "Basic", "Basic YWxpY2U6d3Jvbmc="] {
        let refused = send(&basic().layer(Probe::new()), authorized(line)).await;
        assert_eq!(challenges(refused.headers()), challenges(plain.headers()));
    }
}

#[tokio::test]
async fn basic_04_the_first_colon_ends_the_user_id() {
    assert_eq!(received_inside("alice:a:b").await, pair("alice", "a:b"));
    assert_eq!(received_inside("alice::").await, pair("alice", ":"));
    assert_eq!(received_inside("::").await, pair("", ":"));
    assert_eq!(received_inside("Aladdin:open sesame").await, pair("Aladdin", "open sesame"));
    let example = received("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").await;
    assert_eq!(example, pair("Aladdin", "open sesame"), "RFC 7617, section 2");
}

#[tokio::test]
async fn basic_05_control_characters_are_refused() {
    let c0 = 0..=0x1F_u8;
    let c1 = 0x80..=0x9F_u8;
    for control in c0.chain([0x7F]).chain(c1).map(char::from) {
        for inside in [
            format!("ali{control}ce:password"),
            format!("alice:pass{control}word"),
            format!("alice:password{control}"),
            format!("{control}alice:password"),
        ] {
            assert_eq!(received_inside(&inside).await, UNREADABLE, "{inside:?}");
        }
    }
}

#[tokio::test]
async fn basic_06_the_base64_is_the_strict_standard_alphabet() {
    // `??>` needs both letters in which the alphabets differ.
    assert_eq!(received("Basic YTo/Pz8+").await, pair("a", "???>"));
    for (line, what) in [
        ("Basic YTo_Pz8-", "the URL alphabet"),
        ("Basic YTo/Pz8-", "both alphabets"),
        ("Basic YTpi\u{a0}", "a no-break space"),
        ("Basic YTpi YTpi", "two values"),
        ("Basic YTpi ", "a space after it"),
        ("Basic  YTpi", "two spaces before it"),
        ("Basic \tYTpi", "a tab before it"),
        ("Basic YT\tpi", "a tab inside"),
        ("Basic YTpi;x", "a parameter"),
        ("Basic YTpi,", "a comma"),
        ("Basic YTpi.", "a dot"),
        ("Basic YTpi~", "a tilde"),
    ] {
        assert_eq!(received(line).await, UNREADABLE, "{what}");
    }
}

#[tokio::test]
async fn basic_06_the_padding_is_exact() {
    assert_eq!(received("Basic YTpi").await, pair("a", "b"));
    assert_eq!(received("Basic YTpiYg==").await, pair("a", "bb"));
    assert_eq!(received("Basic YTpiYmI=").await, pair("a", "bbb"));
    for (line, what) in [
        ("Basic YTpiYg", "none of two"),
        ("Basic YTpiYg=", "one of two"),
        ("Basic YTpiYg===", "three for two"),
        ("Basic YTpiYmI", "none of one"),
        ("Basic YTpiYmI==", "two for one"),
        ("Basic YTpi=", "one for none"),
        ("Basic YTpi====", "four for none"),
        ("Basic YTpiYg==YTpi", "in the middle"),
        ("Basic =YTpi", "at the start"),
        ("Basic ====", "nothing else"),
        ("Basic YTpiYh==", "bits under the padding"),
        ("Basic YTpiYmJ=", "bits under the padding"),
        ("Basic Y", "a lone letter"),
        ("Basic YTpiY", "a lone letter after a group"),
    ] {
        assert_eq!(received(line).await, UNREADABLE, "{what}");
    }
}

#[tokio::test]
async fn basic_07_invalid_utf_8_is_refused_and_valid_is_not_changed() {
    for inside in [
        &b"alice:\xFF"[..],
        b"\xFFalice:x",
        b"alice:\xC3",
        b"alice:\xC0\xAF",
        b"alice:\xED\xA0\x80",
        b"alice:\xF5\x80\x80\x80",
        b"J\xFCrgen:x",
    ] {
        assert_eq!(received_inside(inside).await, UNREADABLE, "{inside:?}");
    }
    assert_eq!(received_inside("Jürgen:Übermut €").await, pair("Jürgen", "Übermut €"));
    // Composed and decomposed, the same to the eye: nothing is normalised.
    assert_eq!(received_inside("\u{e9}:x").await, pair("\u{e9}", "x"));
    assert_eq!(received_inside("e\u{301}:x").await, pair("e\u{301}", "x"));
    assert_eq!(received_inside("\u{feff}a:x").await, pair("\u{feff}a", "x"));
}

#[tokio::test]
async fn basic_08_what_cannot_be_read_is_a_401_with_a_challenge() {
    for inside in ["", "alice", "alice password", "alice\u{ff1a}password"] {
        assert_eq!(received_inside(inside).await, UNREADABLE, "{inside:?}");
    }
    for line in ["Basic", "Basic ", "basic", "Basic =", "Basic \u{e9}", "Basic %41"] {
        assert_eq!(received(line).await, UNREADABLE, "{line:?}");
    }
}

#[tokio::test]
async fn basic_08_nothing_longer_than_four_kibibytes_is_read() {
    let of = |encoded: usize| format!("a:{}", "b".repeat(encoded / 4 * 3 - 2));
    let longest = of(4096);
    assert_eq!(encode(&longest).len(), 4096);
    assert_eq!(received_inside(&longest).await, pair("a", &longest[2..]));
    assert_eq!(received_inside(of(4100)).await, UNREADABLE);
    assert_eq!(received_inside(of(65_536)).await, UNREADABLE);
}

#[tokio::test]
async fn basic_10_an_empty_user_id_or_password_reaches_the_store() {
    assert_eq!(received_inside(":").await, pair("", ""));
    assert_eq!(received_inside("alice:").await, pair("alice", ""));
    assert_eq!(received_inside(format!(":{SECRET}")).await, pair("", SECRET));
}

#[tokio::test]
async fn the_user_id_is_neither_trimmed_nor_folded() {
    assert_eq!(received_inside(" Alice : x ").await, pair(" Alice ", " x "));
}

#[tokio::test]
async fn another_scheme_is_not_basic_and_thus_no_credentials() {
    for line in ["Digest abc", "Bearer abc", "Basicx abc", "Negotiate"] {
        let missing = Err(AuthErrorKind::MissingCredentials);
        assert_eq!(received(line).await, missing, "{line}");
    }
}
