//! User-id and password, and tokens that never change.

use http::header::AUTHORIZATION;
use tower_auth::{AuthorizationLayer, ClientAuthErrorKind};

use super::{
    issuer::ORIGIN,
    server::{Server, kind, request, send},
};

#[tokio::test]
async fn kf_t1_basic_is_what_the_documentation_says() {
    for (user, password, sent) in [
        ("worker01", "password", "Basic d29ya2VyMDE6cGFzc3dvcmQ="),
        ("alice", "", "Basic YWxpY2U6"),
        ("", "pw", "Basic OnB3"),
        ("a", "b:c", "Basic YTpiOmM="),
        ("älice", "pä:ß€", "Basic w6RsaWNlOnDDpDrDn+KCrA=="),
    ] {
        let layer = AuthorizationLayer::basic(user, password).for_origin(ORIGIN).build().unwrap();
        let server = Server::accepting_all();
        send(&layer, &server, request()).await.unwrap();
        assert_eq!(server.seen(), [sent]);
        assert!(server.requests()[0].headers()[AUTHORIZATION].is_sensitive());
    }
}

#[tokio::test]
async fn ti_t31_a_token_goes_as_bearer() {
    let layer = AuthorizationLayer::bearer("abc.def-_~+/==").for_origin(ORIGIN).build().unwrap();
    let server = Server::accepting_all();
    send(&layer, &server, request()).await.unwrap();
    assert_eq!(server.seen(), ["Bearer abc.def-_~+/=="]);
    assert!(server.requests()[0].headers()[AUTHORIZATION].is_sensitive());
    assert!(layer.token_status().is_none());
    layer.warm_up().await.unwrap();
}

#[tokio::test]
async fn what_never_changes_is_not_tried_again() {
    let layer = AuthorizationLayer::bearer("t").for_origin(ORIGIN).build().unwrap();
    let server = Server::accepting(|_| false);
    let layer = layer.with_replay(tower_auth::CloneBody);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test]
async fn http_06_there_are_never_two_lines() {
    let strict = AuthorizationLayer::bearer("ours").for_origin(ORIGIN).build().unwrap();
    let keeping = AuthorizationLayer::bearer("ours").for_origin(ORIGIN).allow_own_authorization();
    let keeping = keeping.build().unwrap();
    let server = Server::accepting_all();
    let own = |lines: &[&'static str]| {
        let mut request = request();
        for line in lines {
            request.headers_mut().append(AUTHORIZATION, line.parse().unwrap());
        }
        request
    };

    let refused = Some(ClientAuthErrorKind::AlreadyAuthorized);
    for lines in [&["Bearer theirs"][..], &[""], &["Basic a", "Basic b"]] {
        assert_eq!(kind(&strict, &server, own(lines)).await, refused, "{lines:?}");
    }
    assert_eq!(kind(&keeping, &server, own(&["Basic a", "Basic b"])).await, refused);
    assert!(server.seen().is_empty());

    send(&keeping, &server, own(&["Bearer theirs"])).await.unwrap();
    send(&keeping, &server, own(&[])).await.unwrap();
    assert_eq!(server.seen(), ["Bearer theirs", "Bearer ours"]);
}

#[test]
fn all_mistakes_are_found_at_once() {
    let basic = AuthorizationLayer::basic("a:b", "c\u{7}").build().unwrap_err();
    let told = basic.to_string();
    assert_eq!(basic.problems().count(), 3, "{told}");
    assert!(told.contains("colon") && told.contains("control") && told.contains("`for_origin`"));
    let latin_1 = AuthorizationLayer::basic("a", vec![0xE9]).for_origin(ORIGIN).build();
    assert_eq!(latin_1.unwrap_err().to_string(), "the password is not UTF-8");
}

#[test]
fn bear_10_what_is_no_token_is_not_sent() {
    let long = "t".repeat(16 * 1024 + 1);
    for bad in
        ["", "=", "a b", "a\r\nx-admin: 1", "a\u{e4}", "a=b", "\"a\"", "a,b", " a", "a\n", &long]
    {
        let built = AuthorizationLayer::bearer(bad).for_origin(ORIGIN).build();
        let told = built.unwrap_err().to_string();
        assert!(told.starts_with("the token is"), "{told}");
    }
    assert!(AuthorizationLayer::bearer(&long[1..]).for_origin(ORIGIN).build().is_ok());
}
