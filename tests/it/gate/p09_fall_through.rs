//! Promise 9: a presented but bad credential never falls through to a weaker scheme; an absent one
//! goes on to the next.

use tower_auth::{AuthErrorKind, AuthLayer, CertificateRules, Identity, PeerCertificates, Scheme};

use crate::support::{
    probe::{request, send},
    schemes::{SECRET, api_key_layer, basic, bearer_layer, either, passwords, tokens},
};

#[tokio::test]
async fn promise_09_bad_credentials_stay_bad_where_anonymous_callers_are_let_in() {
    let wrong = basic("alice", "wrong");
    for header in [wrong.as_str(), "Basic !!!", "Basic", "Bearer", "Bearer wrong", "Bearer  x"] {
        let layer = either().allow_anonymous();
        let (response, probe) = send(&layer, request(&[("authorization", header)])).await;
        assert_eq!((response.status().as_u16(), probe.calls()), (401, 0), "{header:?}");
    }
    let layer = api_key_layer().allow_anonymous();
    let (response, _) = send(&layer, request(&[("x-api-key", "wrong")])).await;
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn promise_09_a_field_that_names_no_scheme_is_not_an_absent_one() {
    for header in ["@", "Basic\u{9}abc", ", Bearer x", "\"Bearer\" x"] {
        let layer = either().allow_anonymous();
        let (response, _) = send(&layer, request(&[("authorization", header)])).await;
        assert_eq!(response.status(), 401, "{header:?}");
    }
    let mut nonsense = request(&[]);
    let bytes = http::HeaderValue::from_bytes(b"Bearer \xFF\xFE").unwrap();
    nonsense.headers_mut().insert("authorization", bytes);
    let (response, _) = send(&either().allow_anonymous(), nonsense).await;
    assert_eq!(response.status(), 401);
}

#[tokio::test]
async fn promise_09_absent_credentials_go_on_to_the_next_scheme() {
    let password = basic("alice", SECRET);
    let (response, probe) = send(&either(), request(&[("authorization", &password)])).await;
    assert_eq!(response.status(), 200);
    let parts = probe.last();
    assert_eq!(Identity::from_extensions(&parts.extensions).unwrap().method(), "Basic");

    let (response, probe) = send(&either().allow_anonymous(), request(&[])).await;
    assert_eq!(response.status(), 200);
    let parts = probe.last();
    assert_eq!(Identity::from_extensions(&parts.extensions).unwrap().method(), "Anonymous");
}

#[tokio::test]
async fn promise_09_credentials_for_two_schemes_are_ambiguous_even_when_both_are_good() {
    let key = Scheme::new(async |_: crate::support::schemes::ApiKey| Ok(Identity::new("robot")));
    let layer = AuthLayer::first_of([key, Scheme::basic(passwords), Scheme::bearer(tokens)]);
    let password = basic("alice", SECRET);
    let both = [("x-api-key", SECRET), ("authorization", password.as_str())];
    let (response, probe) = send(&layer, request(&both)).await;
    assert_eq!((response.status().as_u16(), probe.calls()), (400, 0));
    let error = response.extensions().get::<tower_auth::AuthError>().unwrap();
    assert_eq!(error.kind(), AuthErrorKind::AmbiguousCredentials);
}

#[tokio::test]
async fn promise_09_an_unreadable_certificate_is_not_an_absent_one() {
    let certificate = Scheme::client_certificate(CertificateRules::new());
    let layer = AuthLayer::first_of([certificate, Scheme::basic(passwords)]).allow_anonymous();
    for headers in [vec![], vec![("authorization", basic("alice", SECRET))]] {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut request = request(&headers);
        request.extensions_mut().insert(PeerCertificates::from_der([b"not DER".to_vec()]));
        let (response, probe) = send(&layer, request).await;
        assert_eq!((response.status().as_u16(), probe.calls()), (401, 0));
    }
}

#[tokio::test]
async fn promise_09_authenticators_cannot_answer_that_nobody_is_there() {
    let layer = AuthLayer::new(Scheme::basic(async |_| Ok(Identity::anonymous())));
    let password = basic("alice", SECRET);
    let (response, probe) = send(&layer, request(&[("authorization", &password)])).await;
    assert_eq!((response.status().as_u16(), probe.calls()), (500, 0));
}

#[tokio::test]
async fn a_layer_without_schemes_admits_nobody() {
    let (response, probe) = send(&AuthLayer::first_of([]), request(&[])).await;
    assert_eq!((response.status().as_u16(), probe.calls()), (401, 0));
    let token = format!("Bearer {SECRET}");
    let (response, _) = send(&bearer_layer(), request(&[("authorization", &token)])).await;
    assert_eq!(response.status(), 200, "the token is a good one");
}
