//! The field as such: its lines, its length, the verdict beside it.

use http::{HeaderValue, Request};
use tower_auth::{AuthErrorKind, ForwardedCertificates};

use super::{ALICE, base64_of, bringing, escaped, name, pem, subject, trusted};

fn haproxy() -> ForwardedCertificates {
    ForwardedCertificates::from_haproxy(name("x-own"))
}

#[tokio::test]
async fn cert_01_two_lines_are_ambiguous_even_if_they_are_equal_or_empty() {
    let alice = base64_of("alice");
    for (first, second) in [(&*alice, &*alice), (&alice, ""), ("", &alice), ("", ""), ("-", "NONE")]
    {
        let request = Request::builder().header("x-own", first).header("X-Own", second);
        let found = subject(haproxy(), trusted(request)).await;
        assert_eq!(found, Err(AuthErrorKind::AmbiguousCredentials), "{first} and {second}");
    }
}

#[tokio::test]
async fn a_field_has_at_most_16_kib() {
    let source = || ForwardedCertificates::from_apache(name("x-own"));
    let body = pem("alice").replace('\n', " ");
    // White space in PEM is passed over, so that the length alone makes the difference.
    let padded = |length: usize| {
        let spaces = " ".repeat(length - body.len());
        body.replacen(
            "-----BEGIN CERTIFICATE----- ",
            &format!("-----BEGIN CERTIFICATE----- {spaces}"),
            1,
        )
    };
    assert_eq!(padded(16 * 1024).len(), 16 * 1024);
    let found = subject(source(), bringing(&name("x-own"), &padded(16 * 1024))).await;
    assert_eq!(found.as_deref(), Ok(ALICE));
    let found = subject(source(), bringing(&name("x-own"), &padded(16 * 1024 + 1))).await;
    assert_eq!(found, Err(AuthErrorKind::UnreadableCredentials));
}

#[tokio::test]
async fn a_field_that_is_not_ascii_is_refused() {
    let value = HeaderValue::from_bytes(b"Subject=\"CN=Zo\xC3\xAB\"").unwrap();
    let request = trusted(Request::builder().header("x-own", value));
    assert_eq!(subject(haproxy(), request).await, Err(AuthErrorKind::UnreadableCredentials));
}

#[tokio::test]
async fn the_verdict_must_be_there_once_and_exactly() {
    let source = || {
        ForwardedCertificates::from_nginx(name("x-own")).with_verdict(name("x-verify"), "SUCCESS")
    };
    let with = |verdicts: &[&str]| {
        let request = Request::builder().header("x-own", escaped(&pem("alice")));
        trusted(
            verdicts.iter().fold(request, |request, verdict| request.header("x-verify", *verdict)),
        )
    };
    assert_eq!(subject(source(), with(&["SUCCESS"])).await.as_deref(), Ok(ALICE));
    for bad in [
        &[][..],
        &[""],
        &["NONE"],
        &["FAILED:self-signed certificate"],
        &["success"],
        &["SUCCESS,SUCCESS"],
        &["SUCCESS", "SUCCESS"],
        &["SUCCESS", "NONE"],
    ] {
        let found = subject(source(), with(bad)).await;
        assert_eq!(found, Err(AuthErrorKind::InvalidCredentials), "{bad:?}");
    }
    // Where there is no certificate there is nothing to verify.
    let none = trusted(Request::builder().header("x-verify", "NONE"));
    assert_eq!(subject(source(), none).await, Err(AuthErrorKind::MissingCredentials));
}
