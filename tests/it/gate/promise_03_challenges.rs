//! Promise 3: every 401 carries one challenge per configured scheme, grammar-correct, whatever the
//! custom rejection does.

use http::{HeaderValue, Response, StatusCode, header::WWW_AUTHENTICATE, request::Parts};
use tower::Layer;
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, CertificateRules, ClaimPermissions, DefaultRejection,
    NameKind, PermissionClaimLayer, Rejection, Scheme, TenantLayer, require,
};

use crate::support::{
    callers::{
        basic, bearer, judge, judge_token, key_scheme, nobody, refusing, refusing_tokens, user,
        with, without_certificate,
    },
    challenges::{challenges, schemes},
    probe::{Probe, send},
};

/// Four schemes, in the order of their strength.
fn four() -> AuthLayer {
    AuthLayer::first_of([
        Scheme::client_certificate(CertificateRules::subject_from(NameKind::Uri)),
        Scheme::bearer(judge_token),
        Scheme::basic(judge),
        key_scheme(),
    ])
    .with_realm("or\"ders")
}

const FOUR: [&str; 4] = ["ClientCertificate", "Bearer", "Basic", "ApiKey"];

fn answer(status: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = status;
    response
}

#[tokio::test]
async fn a_401_offers_every_scheme_once_and_in_order() {
    let service = four().layer(Probe::new());
    for request in [nobody(), bearer("bad"), with(nobody(), "x-api-key", "bad")] {
        let response = send(&service, without_certificate(request)).await;
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(response.headers()), FOUR);
        for challenge in challenges(response.headers()) {
            assert_eq!(challenge.parameter("realm"), Some("or\"ders"));
        }
    }
}

#[tokio::test]
async fn one_scheme_has_one_challenge() {
    let response = send(&basic().layer(Probe::new()), nobody()).await;
    let lines: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
    assert_eq!(lines, [r#"Basic realm="api", charset="UTF-8""#]);
}

#[tokio::test]
async fn a_rejection_without_headers_still_challenges() {
    let bare = |_: &AuthError, _: &Parts| answer(StatusCode::UNAUTHORIZED);
    let service = four().with_rejection(bare).layer(Probe::new());
    let response = send(&service, without_certificate(nobody())).await;
    assert_eq!(schemes(response.headers()), FOUR);
}

#[tokio::test]
async fn a_malformed_challenge_of_a_rejection_is_replaced() {
    let malformed = |_: &AuthError, _: &Parts| {
        let mut response = answer(StatusCode::UNAUTHORIZED);
        for line in ["Basic realm=\"open", "Digest", "=, \"", "Bearer realm=a, realm=b"] {
            let line = HeaderValue::from_static(line);
            response.headers_mut().append(WWW_AUTHENTICATE, line);
        }
        response
    };
    let service = four().with_rejection(malformed).layer(Probe::new());
    let response = send(&service, without_certificate(nobody())).await;
    assert_eq!(schemes(response.headers()), FOUR);
}

#[tokio::test]
async fn a_rejection_that_repeats_the_challenge_does_not_double_it() {
    let repeats = |error: &AuthError, parts: &Parts| -> Response<String> {
        let mut response = DefaultRejection.reject(error, parts);
        let line = HeaderValue::from_static("Basic realm=\"api\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, line);
        response
    };
    let service = basic().with_rejection(repeats).layer(Probe::new());
    assert_eq!(schemes(send(&service, nobody()).await.headers()), ["Basic"]);
}

#[tokio::test]
async fn any_refusal_that_a_rejection_turns_into_a_401_challenges() {
    let always_401 = |_: &AuthError, _: &Parts| answer(StatusCode::UNAUTHORIZED);
    for kind in AuthErrorKind::ALL {
        let service = refusing_tokens(kind).with_rejection(always_401).layer(Probe::new());
        let response = send(&service, bearer("t")).await;
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(response.headers()), ["Bearer"], "{kind}");
        let error = challenges(response.headers())[0].parameter("error").map(str::to_owned);
        let expected = kind.bearer_error().filter(|_| kind.status() == 401);
        assert_eq!(error.as_deref(), expected, "only what is wrong with the token is said: {kind}");
    }
}

#[tokio::test]
async fn a_403_further_in_that_becomes_a_401_offers_the_schemes_of_the_layer_outside() {
    let always_401 = |_: &AuthError, _: &Parts| answer(StatusCode::UNAUTHORIZED);
    let tenant = TenantLayer::from_header(http::HeaderName::from_static("x-tenant"));
    let inner = Probe::new();
    let permissions = || PermissionClaimLayer::new(ClaimPermissions::at("roles"));

    let by_tenant = (basic(), tenant.with_rejection(always_401)).layer(inner.clone());
    let by_require = (basic(), permissions(), require("x").with_rejection(always_401));
    let by_require = by_require.layer(inner.clone());
    let contradictory = PermissionClaimLayer::new(|_: &tower_auth::Identity, _: Option<&_>| {
        Err(AuthError::permission_denied("contradictory claims"))
    });
    let by_mapper = (basic(), contradictory.with_rejection(always_401)).layer(inner.clone());

    for response in [
        send(&by_tenant, user("alice")).await,
        send(&by_require, user("alice")).await,
        send(&by_mapper, user("alice")).await,
    ] {
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(response.headers()), ["Basic"]);
    }
    assert_eq!(inner.calls(), 0);
}

#[tokio::test]
async fn an_anonymous_caller_is_asked_to_log_in_by_the_layers_further_in() {
    let tenant = TenantLayer::from_header(http::HeaderName::from_static("x-tenant"));
    let permissions = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let open = || basic().allow_anonymous();

    let by_tenant = (open(), tenant.clone()).layer(Probe::new());
    let by_outer_tenant = (tenant, open()).layer(Probe::new());
    let by_require = (open(), permissions, require("x")).layer(Probe::new());
    for response in [
        send(&by_tenant, with(nobody(), "x-tenant", "acme")).await,
        send(&by_outer_tenant, with(nobody(), "x-tenant", "acme")).await,
        send(&by_require, nobody()).await,
    ] {
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(response.headers()), ["Basic"]);
    }
}

#[tokio::test]
async fn a_redirect_is_left_to_be_a_redirect() {
    let redirects = |_: &AuthError, _: &Parts| {
        let mut response = answer(StatusCode::SEE_OTHER);
        let login = HeaderValue::from_static("/login");
        response.headers_mut().insert("location", login);
        response
    };
    let service = basic().with_rejection(redirects).layer(Probe::new());
    let response = send(&service, nobody()).await;
    assert_eq!(response.status(), 303);
    assert_eq!(response.headers()["location"], "/login");
    assert!(schemes(response.headers()).is_empty());
    assert_eq!(response.headers()["cache-control"], "no-store");
}

#[tokio::test]
async fn a_429_and_a_503_do_not_challenge() {
    for kind in [
        AuthErrorKind::Throttled,
        AuthErrorKind::Overloaded,
        AuthErrorKind::Unavailable,
        AuthErrorKind::AmbiguousPath,
        AuthErrorKind::Misconfigured,
    ] {
        let response = send(&refusing(kind).layer(Probe::new()), user("alice")).await;
        assert!(schemes(response.headers()).is_empty(), "{kind}");
    }
}

/// HTTP-03: what cannot offer a scheme must not answer 401.
#[tokio::test]
async fn a_layer_without_schemes_does_not_answer_401_without_a_challenge() {
    let service = AuthLayer::first_of([]).layer(Probe::new());
    let response = send(&service, nobody()).await;
    assert!(
        response.status() != 401 || !schemes(response.headers()).is_empty(),
        "a 401 without a challenge"
    );
}

/// HTTP-03: the same for a check of one's own.
#[tokio::test]
async fn a_tenant_layer_outside_of_authentication_does_not_become_a_401_without_a_challenge() {
    let always_401 = |_: &AuthError, _: &Parts| answer(StatusCode::UNAUTHORIZED);
    let tenant = TenantLayer::from_header(http::HeaderName::from_static("x-tenant"));
    let service = (tenant.with_rejection(always_401), basic()).layer(Probe::new());
    let response = send(&service, user("alice")).await;
    assert!(
        response.status() != 401 || !schemes(response.headers()).is_empty(),
        "a 401 without a challenge"
    );
}
