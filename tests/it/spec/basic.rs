//! The Basic scheme (RFC 7617).

use base64::{Engine, engine::general_purpose::STANDARD};
use tower_auth::{AuthError, AuthErrorKind, Basic, BasicAuthLayer, Credentials, Identity};

use crate::support::{
    challenges::parse,
    probe::{lines, request, send},
    schemes::{basic, basic_layer},
};

/// What is read from an `Authorization` line.
fn read(header: &str) -> Result<Basic, AuthErrorKind> {
    let request = http::Request::builder().header("authorization", header).body(()).unwrap();
    match Basic::from_parts(&request.into_parts().0) {
        Ok(basic) => Ok(basic.expect("of this scheme")),
        Err(error) => Err(error.kind()),
    }
}

fn read_bytes(decoded: &[u8]) -> Result<(String, Vec<u8>), AuthErrorKind> {
    let basic = read(&format!("Basic {}", STANDARD.encode(decoded)))?;
    Ok((basic.username().to_owned(), basic.password().expose().to_vec()))
}

#[tokio::test]
async fn basic_01_and_02_the_challenge_has_a_realm_and_the_one_allowed_charset() {
    let (response, _) = send(&basic_layer(), request(&[])).await;
    let [line] = &lines(response.headers(), "www-authenticate")[..] else { panic!("one line") };
    let challenge = parse(line).unwrap();
    assert_eq!(challenge.parameters["realm"], "api");
    assert_eq!(challenge.parameters["charset"], "UTF-8");
}

#[test]
fn basic_04_the_first_colon_ends_the_user_id() {
    for (decoded, user, password) in [
        ("a:b", "a", "b"),
        ("a:b:c", "a", "b:c"),
        ("a::", "a", ":"),
        ("worker01:password", "worker01", "password"),
        ("älice:pä:ß€", "älice", "pä:ß€"),
        ("a: b ", "a", " b "),
    ] {
        assert_eq!(read_bytes(decoded.as_bytes()), Ok((user.to_owned(), password.into())));
    }
    // The pair that RFC 7617 and KuFlow's documents print.
    assert_eq!(read("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==").unwrap().username(), "Aladdin");
    assert_eq!(read("Basic d29ya2VyMDE6cGFzc3dvcmQ=").unwrap().username(), "worker01");
}

#[test]
fn basic_05_control_characters_are_refused() {
    for control in (0x00..0x20).chain([0x7F]) {
        for decoded in [[b'a', control, b':', b'b'], [b'a', b':', control, b'b']] {
            assert_eq!(read_bytes(&decoded), Err(AuthErrorKind::UnreadableCredentials));
        }
    }
    for c1 in ["a\u{80}:b", "a:b\u{9F}", "a\u{85}:b"] {
        assert_eq!(read_bytes(c1.as_bytes()), Err(AuthErrorKind::UnreadableCredentials));
    }
}

#[test]
fn basic_06_base64_is_strict() {
    for encoded in [
        "YTpi=",      // padding where none belongs
        "YTo",        // padding that is missing
        "YTo==",      // too much of it
        "YTpiYw=",    // too little of it
        "YTp=",       // stray bits
        "YTpi\u{20}", // something after
        "Y Tpi",      // something within
        "_z-6Og==",   // the URL alphabet
        "YTpi*",      // no alphabet at all
        "=",
        "====",
    ] {
        let read = read(&format!("Basic {encoded}")).map(|basic| basic.username().to_owned());
        assert_eq!(read, Err(AuthErrorKind::UnreadableCredentials), "{encoded:?}");
    }
    assert!(read("Basic YTo=").is_ok());
}

#[test]
fn basic_07_what_is_not_utf8_is_refused() {
    for decoded in [&b"a\xE4:b"[..], b"a:\xFF", b"a:\xC3", b"\xED\xA0\x80:b", b"a:\xC0\x80"] {
        assert_eq!(read_bytes(decoded), Err(AuthErrorKind::UnreadableCredentials));
    }
}

#[tokio::test]
async fn basic_08_what_cannot_be_read_is_a_401_with_a_challenge() {
    for header in ["Basic", "Basic YQ==", "Basic !!!!", "Basic =", "Basic /w=="] {
        let (response, _) = send(&basic_layer(), request(&[("authorization", header)])).await;
        assert_eq!(response.status(), 401, "{header}");
        assert_eq!(lines(response.headers(), "www-authenticate").len(), 1);
    }
}

#[tokio::test]
async fn basic_10_empty_user_ids_and_passwords_are_for_the_store_to_judge() {
    assert_eq!(read_bytes(b":"), Ok((String::new(), vec![])));
    assert_eq!(read_bytes(b"alice:"), Ok(("alice".to_owned(), vec![])));
    assert_eq!(read_bytes(b":pw"), Ok((String::new(), b"pw".to_vec())));

    let anybody = BasicAuthLayer::new(async |user: Basic| Ok(Identity::new(user.username())));
    // What curl sends for `-u :pw`.
    let (response, _) = send(&anybody, request(&[("authorization", "Basic OnB3")])).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn credentials_that_are_too_long_are_refused_unread() {
    let nobody = BasicAuthLayer::new(async |_: Basic| {
        Err::<Identity, _>(AuthError::unavailable("asked about credentials that are too long"))
    });
    for (bytes, expected) in [(3070, 503), (3071, 503), (3072, 401), (60_000, 401)] {
        let header = basic("a", &"x".repeat(bytes - 1));
        let (response, _) = send(&nobody, request(&[("authorization", &header)])).await;
        assert_eq!(response.status(), expected, "{bytes}");
    }
}
