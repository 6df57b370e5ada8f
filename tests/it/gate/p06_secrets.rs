//! Promise 6: the secret is gone from what the handler sees, and from everything that prints.

use http::header::AUTHORIZATION;
use tower_auth::{AuthError, Basic, Bearer, Credentials, Identity, Keys, Secret, User, Users};

use crate::support::{
    probe::{request, send},
    schemes::{SECRET, api_key_layer, basic, basic_layer, bearer_layer, either},
};

#[tokio::test]
async fn promise_06_the_handler_does_not_see_the_secret() {
    let (password, token) = (basic("alice", SECRET), format!("Bearer {SECRET}"));

    let (_, probe) = send(&basic_layer(), request(&[("authorization", &password)])).await;
    assert!(!probe.last().headers.contains_key(AUTHORIZATION));
    let (_, probe) = send(&bearer_layer(), request(&[("authorization", &token)])).await;
    assert!(!probe.last().headers.contains_key(AUTHORIZATION));
    let (_, probe) = send(&either(), request(&[("authorization", &token)])).await;
    assert!(!probe.last().headers.contains_key(AUTHORIZATION));
    let (_, probe) = send(&api_key_layer(), request(&[("x-api-key", SECRET)])).await;
    assert!(!probe.last().headers.contains_key("x-api-key"));
}

#[tokio::test]
async fn promise_06_other_headers_stay() {
    let password = basic("alice", SECRET);
    let headers = [("authorization", password.as_str()), ("x-other", "kept")];
    let (_, probe) = send(&basic_layer(), request(&headers)).await;
    assert_eq!(probe.last().headers["x-other"], "kept");
}

#[tokio::test]
async fn promise_06_keep_credentials_keeps_them_marked_sensitive() {
    let password = basic("alice", SECRET);
    let layer = basic_layer().keep_credentials();
    let (_, probe) = send(&layer, request(&[("authorization", &password)])).await;
    let parts = probe.last();
    let kept = &parts.headers[AUTHORIZATION];
    assert_eq!(kept, &password);
    assert!(kept.is_sensitive());
    assert!(!format!("{:?}", parts.headers).contains(&password[6..]));
}

fn credentials() -> Basic {
    let request = http::Request::builder().header(AUTHORIZATION, basic("alice", SECRET));
    let (parts, ()) = request.body(()).unwrap().into_parts();
    Basic::from_parts(&parts).unwrap().unwrap()
}

#[test]
fn no_debug_output_shows_a_secret() {
    let credentials = credentials();
    let hash = "$2y$05$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6";
    let user = User::new("alice", hash);
    let users = Users::builder().user(user.clone()).build().unwrap();
    let keys = Keys::from_hmac_secret(SECRET, tower_auth::HmacAlgorithm::HS256);
    let printed = [
        format!("{:?}", Secret::new(SECRET)),
        format!("{credentials:?}"),
        format!("{:?}", Bearer::new(SECRET)),
        format!("{user:?} {users:?} {keys:?}"),
        format!("{:?} {:?} {:?}", basic_layer(), bearer_layer(), either()),
        format!("{:?}", Identity::new("alice").with_claim("email", SECRET)),
        format!("{:?}", AuthError::invalid("wrong password")),
    ];
    for text in printed {
        assert!(!text.contains(SECRET) && !text.contains("bE71XVGr"), "{text}");
    }
}

/// Negative control: the search would find a secret that is printed.
#[test]
fn the_password_is_there_to_be_found() {
    let credentials = credentials();
    assert_eq!(credentials.password().expose(), SECRET.as_bytes());
}
