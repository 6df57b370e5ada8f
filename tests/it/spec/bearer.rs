//! The Bearer scheme (RFC 6750).

use http::header::AUTHORIZATION;
use tower_auth::{Bearer, Credentials};

use crate::support::{
    probe::{lines, request, send},
    schemes::{SECRET, bearer_layer},
};

#[tokio::test]
async fn bear_01_the_header_is_read() {
    let token = format!("Bearer {SECRET}");
    let (response, _) = send(&bearer_layer(), request(&[("authorization", &token)])).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn bear_02_query_and_form_are_not_read() {
    let mut request = request(&[("content-type", "application/x-www-form-urlencoded")]);
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = format!("/?access_token={SECRET}").parse().unwrap();
    // The body of this request fails the test when it is read.
    let (response, _) = send(&bearer_layer(), request).await;
    assert_eq!(response.status(), 401);
    let challenges = lines(response.headers(), "www-authenticate");
    assert_eq!(challenges, [r#"Bearer realm="api""#], "no credentials were presented");
}

#[tokio::test]
async fn bear_05_a_request_without_credentials_is_told_no_error() {
    let (response, _) = send(&bearer_layer(), request(&[])).await;
    assert_eq!(lines(response.headers(), "www-authenticate"), [r#"Bearer realm="api""#]);
}

#[tokio::test]
async fn bear_06_and_08_errors_are_named_once() {
    let (invalid, _) = send(&bearer_layer(), request(&[("authorization", "Bearer wrong")])).await;
    assert_eq!(invalid.status(), 401);
    assert_eq!(
        lines(invalid.headers(), "www-authenticate"),
        [
            r#"Bearer realm="api", error="invalid_token", error_description="the credentials were not accepted""#
        ]
    );

    let twice = [("authorization", "Bearer a"), ("authorization", "Bearer b")];
    let (ambiguous, _) = send(&bearer_layer(), request(&twice)).await;
    assert_eq!(ambiguous.status(), 400);
    assert!(
        lines(ambiguous.headers(), "www-authenticate")[0].contains(r#"error="invalid_request""#)
    );
}

#[test]
fn bear_10_a_token_is_a_b64token() {
    let read = |header: &[u8]| {
        let value = http::HeaderValue::from_bytes(header).unwrap();
        let request = http::Request::builder().header(AUTHORIZATION, value).body(()).unwrap();
        Bearer::from_parts(&request.into_parts().0)
    };
    for good in [&b"Bearer a"[..], b"Bearer aZ09-._~+/", b"Bearer a==", b"Bearer a.b.c"] {
        let bearer = read(good).unwrap().expect("of this scheme");
        assert_eq!(bearer.token().expose(), &good[7..]);
    }
    for bad in [
        &b"Bearer"[..],
        b"Bearer ",
        b"Bearer =",
        b"Bearer a=b",
        b"Bearer a b",
        b"Bearer  a",
        b"Bearer a,b",
        b"Bearer \"a\"",
        b"Bearer {a}",
        b"Bearer a;b",
        b"Bearer a\tb",
        b"Bearer a\xC3\xA4",
        b"Bearer a%20",
    ] {
        assert!(read(bad).is_err(), "{:?}", String::from_utf8_lossy(bad));
    }
    assert!(read(b"Basic YTpi").unwrap().is_none());
    assert!(read(b"DPoP a.b.c").unwrap().is_none());
}
