//! Promise 3: every 401 carries one challenge per configured scheme, whatever a custom rejection does.

use http::{
    HeaderValue, Response, StatusCode,
    header::{LOCATION, WWW_AUTHENTICATE},
    request::Parts,
};
use tower_auth::{
    AuthError, AuthLayer, ClaimPermissions, Identity, PermissionClaimLayer, Scheme, TenantLayer,
    require,
};

use crate::support::{
    challenges::{Parsed, parse},
    probe::{lines, request, send},
    schemes::{SECRET, basic, either, passwords, tokens},
};

fn parsed<B>(response: &Response<B>) -> Vec<Parsed> {
    let lines = lines(response.headers(), "www-authenticate");
    lines.iter().map(|line| parse(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

fn schemes<B>(response: &Response<B>) -> Vec<String> {
    parsed(response).into_iter().map(|challenge| challenge.scheme).collect()
}

fn answer(status: StatusCode) -> Response<String> {
    let mut response = Response::new(String::new());
    *response.status_mut() = status;
    response
}

#[tokio::test]
async fn promise_03_one_line_per_scheme_in_their_order() {
    for headers in
        [vec![], vec![("authorization", "Bearer wrong")], vec![("authorization", "Basic !")]]
    {
        let (response, _) = send(&either().with_realm("orders"), request(&headers)).await;
        assert_eq!(response.status(), 401);
        assert_eq!(schemes(&response), ["Bearer", "Basic"], "{headers:?}");
        for challenge in parsed(&response) {
            assert_eq!(challenge.parameters["realm"], "orders");
        }
    }
}

#[tokio::test]
async fn promise_03_only_the_scheme_that_failed_is_told_so() {
    let (missing, _) = send(&either(), request(&[])).await;
    let (token, _) = send(&either(), request(&[("authorization", "Bearer wrong")])).await;
    let wrong = basic("alice", "wrong");
    let (password, _) = send(&either(), request(&[("authorization", &wrong)])).await;

    let error = |response: &Response<String>| parsed(response)[0].parameters.get("error").cloned();
    assert_eq!(error(&missing), None);
    assert_eq!(error(&token).as_deref(), Some("invalid_token"));
    assert_eq!(error(&password), None);
}

#[tokio::test]
async fn promise_03_a_rejection_cannot_lose_or_damage_challenges() {
    let lost = |_: &AuthError, _: &Parts| answer(StatusCode::UNAUTHORIZED);
    let damaged = |_: &AuthError, _: &Parts| {
        let mut response = answer(StatusCode::UNAUTHORIZED);
        let broken = HeaderValue::from_static(r#"Bearer error="a" realm=b"#);
        response.headers_mut().append(WWW_AUTHENTICATE, broken.clone());
        response.headers_mut().append(WWW_AUTHENTICATE, broken);
        response
    };
    let (response, _) = send(&either().with_rejection(lost), request(&[])).await;
    assert_eq!(schemes(&response), ["Bearer", "Basic"]);
    let (response, _) = send(&either().with_rejection(damaged), request(&[])).await;
    assert_eq!(schemes(&response), ["Bearer", "Basic"]);
}

#[tokio::test]
async fn promise_03_a_rejection_that_makes_a_401_of_something_else_gets_challenges_too() {
    let unauthorized = |_: &AuthError, _: &Parts| answer(StatusCode::UNAUTHORIZED);
    let down = async |_| Err(AuthError::unavailable("the database is down"));
    let layer = AuthLayer::first_of([Scheme::bearer(tokens), Scheme::basic(down)]);
    let credentials = basic("alice", SECRET);
    let request = request(&[("authorization", &credentials)]);
    let (response, _) = send(&layer.with_rejection(unauthorized), request).await;
    assert_eq!(schemes(&response), ["Bearer", "Basic"]);
}

#[tokio::test]
async fn promise_03_a_redirect_is_left_alone() {
    let redirect = |_: &AuthError, _: &Parts| {
        let mut response = answer(StatusCode::FOUND);
        response.headers_mut().insert(LOCATION, HeaderValue::from_static("/login"));
        response
    };
    let (response, _) = send(&either().with_rejection(redirect), request(&[])).await;
    assert_eq!(response.status(), 302);
    assert!(lines(response.headers(), "www-authenticate").is_empty());
}

#[tokio::test]
async fn promise_03_inner_layers_know_the_schemes_of_the_layer_that_let_an_anonymous_caller_in() {
    let mapped = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    let by_permission = (either().allow_anonymous(), mapped, require("read"));
    let (response, _) = send(&by_permission, request(&[])).await;
    assert_eq!((response.status().as_u16(), schemes(&response).len()), (401, 2));

    let by_tenant = (either().allow_anonymous(), TenantLayer::from_claim("tenant"));
    let (response, _) = send(&by_tenant, request(&[])).await;
    assert_eq!((response.status().as_u16(), schemes(&response).len()), (401, 2));

    let outside = TenantLayer::fixed(tower_auth::Tenant::new("acme").unwrap());
    let (response, _) = send(&(outside, either().allow_anonymous()), request(&[])).await;
    assert_eq!((response.status().as_u16(), schemes(&response).len()), (401, 2));
}

#[tokio::test]
async fn insufficient_scope_is_told_to_bearers_only_with_what_would_suffice() {
    let mapped = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    let requirement = tower_auth::all(["write", "export"]).or("admin");
    let layers = (either(), mapped, require(requirement));

    let token = format!("Bearer {SECRET}");
    let (response, _) = send(&layers, request(&[("authorization", &token)])).await;
    assert_eq!(response.status(), 403);
    let [challenge] = &parsed(&response)[..] else { panic!("one challenge") };
    assert_eq!(challenge.scheme, "Bearer");
    assert_eq!(challenge.parameters["error"], "insufficient_scope");
    assert_eq!(challenge.parameters["scope"], "write export admin");

    let password = basic("alice", SECRET);
    let (response, _) = send(&layers, request(&[("authorization", &password)])).await;
    assert_eq!((response.status().as_u16(), parsed(&response).len()), (403, 0));
}

#[tokio::test]
async fn any_realm_is_written_so_that_it_can_be_read() {
    for realm in ["", "a \"quoted\" one", r"back\slash", "ends with \\", "comma, equals = and ;"] {
        let layer = AuthLayer::new(Scheme::basic(passwords)).with_realm(realm);
        let (response, _) = send(&layer, request(&[])).await;
        assert_eq!(parsed(&response)[0].parameters["realm"], realm);
    }
    // Control characters cannot be sent at all.
    let layer = AuthLayer::new(Scheme::basic(passwords)).with_realm("line\r\nbreak");
    let (response, _) = send(&layer, request(&[])).await;
    assert_eq!(parsed(&response)[0].parameters["realm"], "line  break");
}

#[tokio::test]
async fn a_scheme_may_have_a_realm_of_its_own() {
    let schemes = [Scheme::bearer(tokens).with_realm("tokens"), Scheme::basic(passwords)];
    let layer = AuthLayer::first_of(schemes).with_realm("orders");
    let (response, _) = send(&layer, request(&[])).await;
    let realms: Vec<_> = parsed(&response)
        .into_iter()
        .map(|challenge| challenge.parameters["realm"].clone())
        .collect();
    assert_eq!(realms, ["tokens", "orders"]);
}

#[tokio::test]
async fn an_anonymous_identity_can_be_allowed_to_do_something() {
    let guest = Identity::anonymous().with_claim("scope", "read");
    let mapped = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    let layers = (either().allow_anonymous_as(guest), mapped, require("read"));
    let (response, probe) = send(&layers, request(&[])).await;
    assert_eq!(response.status(), 200);
    let parts = probe.last();
    assert!(Identity::from_extensions(&parts.extensions).unwrap().is_anonymous());
}
