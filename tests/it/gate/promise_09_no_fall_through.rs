//! Promise 9: a presented but bad credential never falls through to a weaker scheme; an absent one
//! goes on to the next.

use http::Request;
use tower::Layer;
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, CertificateRules, Identity, NameKind, PeerCertificates,
    Scheme,
};

use crate::support::{
    callers::{
        authorized, basic, basic_line, bearer, judge, judge_token, key_scheme, keys, nobody,
        tokens, user, with, without_certificate,
    },
    probe::{Probe, send},
};

fn certificate() -> Scheme {
    Scheme::client_certificate(CertificateRules::subject_from(NameKind::Uri))
}

fn any() -> AuthLayer {
    AuthLayer::first_of([key_scheme(), Scheme::bearer(judge_token), Scheme::basic(judge)])
}

/// Two methods at once: a key and what `request` carries already.
fn and_key(request: Request<()>, key: &str) -> Request<()> {
    with(request, "x-api-key", key)
}

async fn kind_of(layer: AuthLayer, request: Request<()>) -> AuthErrorKind {
    let probe = Probe::new();
    let response = send(&layer.layer(probe.clone()), request).await;
    assert_eq!(probe.calls(), 0);
    let error = response.extensions().get::<AuthError>();
    error.expect("a refusal").kind()
}

#[tokio::test]
async fn an_absent_credential_goes_on_to_the_next_scheme() {
    for (request, method) in [
        (and_key(nobody(), "alice"), "ApiKey"),
        (bearer("alice"), "Bearer"),
        (user("alice"), "Basic"),
    ] {
        let probe = Probe::new();
        send(&any().layer(probe.clone()), request).await;
        let head = probe.head();
        let identity = Identity::from_extensions(&head.extensions).expect("admitted");
        assert_eq!(identity.method(), method);
    }
}

#[tokio::test]
async fn a_connection_without_a_certificate_goes_on_to_the_next_scheme() {
    let probe = Probe::new();
    let layer = AuthLayer::first_of([certificate(), Scheme::basic(judge)]);
    let request = without_certificate(user("alice"));
    assert_eq!(send(&layer.layer(probe.clone()), request).await.status(), 200);
}

#[tokio::test]
async fn a_bad_certificate_does_not_fall_through_to_a_password() {
    let layer = AuthLayer::first_of([certificate(), Scheme::basic(judge)]).allow_anonymous();
    for authorization in [nobody(), user("alice")] {
        let mut request = authorization;
        let garbage = PeerCertificates::from_der([b"not a certificate".to_vec()]);
        request.extensions_mut().insert(garbage);
        let kind = kind_of(layer.clone(), request).await;
        assert_eq!(kind, AuthErrorKind::UnreadableCredentials);
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_of_its_connections_is_not_one_without_certificates() {
    let layer = AuthLayer::first_of([certificate(), Scheme::basic(judge)]).allow_anonymous();
    assert_eq!(kind_of(layer, user("alice")).await, AuthErrorKind::Misconfigured);
}

#[tokio::test]
async fn a_bad_strong_credential_does_not_fall_through_to_a_good_weak_one() {
    let kind = kind_of(any(), and_key(user("alice"), "bad")).await;
    assert_eq!(kind, AuthErrorKind::AmbiguousCredentials);
    let kind = kind_of(any(), and_key(user("alice"), "alice")).await;
    assert_eq!(kind, AuthErrorKind::AmbiguousCredentials);
}

#[tokio::test]
async fn a_bad_credential_does_not_fall_through_to_anonymous() {
    let open = || any().allow_anonymous();
    for (request, kind) in [
        (and_key(nobody(), "bad"), AuthErrorKind::InvalidCredentials),
        (bearer("bad"), AuthErrorKind::InvalidCredentials),
        (bearer("not a token"), AuthErrorKind::UnreadableCredentials),
        (authorized("Bearer"), AuthErrorKind::UnreadableCredentials),
        (authorized("Basic"), AuthErrorKind::UnreadableCredentials),
        (authorized("Basic !"), AuthErrorKind::UnreadableCredentials),
        (authorized(basic_line("alice", "wrong")), AuthErrorKind::InvalidCredentials),
        (authorized(b"Basic \xFF"), AuthErrorKind::UnreadableCredentials),
        (authorized(""), AuthErrorKind::UnreadableCredentials),
        (with(user("alice"), "authorization", "Bearer x"), AuthErrorKind::AmbiguousCredentials),
    ] {
        let sent = format!("{:?}", request.headers());
        assert_eq!(kind_of(open(), request).await, kind, "{sent}");
    }
}

#[tokio::test]
async fn a_bad_credential_of_a_named_layer_does_not_fall_through_to_anonymous() {
    let basic = AuthLayer::from(basic().allow_anonymous());
    let tokens = AuthLayer::from(tokens().allow_anonymous());
    let kind = kind_of(basic, authorized(basic_line("alice", "wrong"))).await;
    assert_eq!(kind, AuthErrorKind::InvalidCredentials);
    assert_eq!(kind_of(tokens, bearer("bad")).await, AuthErrorKind::InvalidCredentials);
}

#[tokio::test]
async fn no_credentials_are_anonymous_where_that_is_allowed() {
    let probe = Probe::new();
    send(&any().allow_anonymous().layer(probe.clone()), nobody()).await;
    let head = probe.head();
    let identity = Identity::from_extensions(&head.extensions).expect("admitted");
    assert!(identity.is_anonymous());
    assert_eq!(identity.method(), "Anonymous");
}

#[tokio::test]
async fn stacked_layers_do_not_make_up_for_each_other() {
    let probe = Probe::new();
    let service = (keys(), basic()).layer(probe.clone());
    for request in [
        nobody(),
        user("alice"),
        and_key(nobody(), "alice"),
        and_key(user("alice"), "bad"),
        and_key(authorized(basic_line("alice", "wrong")), "alice"),
    ] {
        assert_eq!(send(&service, request).await.status(), 401);
    }
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn an_authenticator_cannot_make_a_caller_anonymous() {
    let layer = AuthLayer::new(Scheme::basic(async |_| Ok(Identity::anonymous())));
    assert_eq!(kind_of(layer, user("alice")).await, AuthErrorKind::Misconfigured);
}
