//! HTTP authentication (RFC 9110, section 11).

use http::{Request, Response};
use tower::{Layer, ServiceExt};
use tower_auth::{ClaimPermissions, PermissionClaimLayer, TenantLayer, require};
use tower_http::cors::{Any, CorsLayer};

use crate::support::{
    challenges::parse,
    probe::{Probe, lines, request, send},
    schemes::{SECRET, basic, basic_layer, bearer_layer, either},
};

async fn status(header: &str) -> u16 {
    let (response, _) = send(&either(), request(&[("authorization", header)])).await;
    response.status().as_u16()
}

#[tokio::test]
async fn http_01_scheme_names_match_without_regard_to_case() {
    let password = basic("alice", SECRET);
    for scheme in ["Basic", "basic", "BASIC", "bAsIc"] {
        assert_eq!(status(&password.replacen("Basic", scheme, 1)).await, 200, "{scheme}");
    }
    for scheme in ["Bearer", "bearer", "BEARER", "beArEr"] {
        assert_eq!(status(&format!("{scheme} {SECRET}")).await, 200, "{scheme}");
    }
    assert_eq!(status(&password.replacen("Basic", "Basics", 1)).await, 401);
    assert_eq!(status(&password.replacen("Basic", "Basi", 1)).await, 401);
}

#[tokio::test]
async fn http_02_parameter_names_occur_once_in_a_challenge() {
    // The reader of the tests refuses a name that occurs twice.
    let challenge = tower_auth::Challenge::new("Bearer")
        .with("error", "a")
        .with("ERROR", "b")
        .with_realm("x")
        .with_realm("y")
        .with("realm", "z");
    let parsed = parse(challenge.to_header_value().to_str().unwrap()).unwrap();
    assert_eq!(parsed.parameters["error"], "b");
    assert_eq!(parsed.parameters["realm"], "z");
}

#[tokio::test]
async fn http_03_and_04_a_401_has_a_challenge_for_each_scheme_on_a_line_of_its_own() {
    let (response, _) = send(&either(), request(&[])).await;
    let challenges = lines(response.headers(), "www-authenticate");
    assert_eq!(challenges.len(), 2);
    assert!(challenges.iter().all(|line| parse(line).is_ok()));
}

#[tokio::test]
async fn http_05_the_realm_is_a_quoted_string() {
    let layer = basic_layer().with_realm(r#"say "friend" \ enter"#);
    let (response, _) = send(&layer, request(&[])).await;
    assert_eq!(
        lines(response.headers(), "www-authenticate"),
        [r#"Basic realm="say \"friend\" \\ enter", charset="UTF-8""#]
    );
}

#[tokio::test]
async fn http_06_two_authorization_lines_are_refused() {
    let (password, token) = (basic("alice", SECRET), format!("Bearer {SECRET}"));
    for pair in [[&password, &password], [&password, &token], [&token, &password], [&token, &token]]
    {
        let headers = pair.map(|value| ("authorization", value.as_str()));
        for response in [
            send(&either(), request(&headers)).await.0,
            send(&basic_layer(), request(&headers)).await.0,
            send(&bearer_layer().allow_anonymous(), request(&headers)).await.0,
        ] {
            assert_eq!(response.status(), 400, "{pair:?}");
        }
    }
    // Joined by a comma they are one line that is no credentials.
    assert_eq!(status(&format!("{password}, {token}")).await, 401);
    assert_eq!(status(&format!("{token}, {token}")).await, 401);
}

#[tokio::test]
async fn http_07_proxy_authorization_is_never_read() {
    let password = basic("alice", SECRET);
    let (response, _) = send(&either(), request(&[("proxy-authorization", &password)])).await;
    assert_eq!(response.status(), 401);
    assert!(!response.headers().contains_key("proxy-authenticate"));
}

#[tokio::test]
async fn http_08_known_callers_without_the_right_get_403() {
    let mapped = PermissionClaimLayer::new(ClaimPermissions::at("scope"));
    let layers = (either(), mapped, require("write"));
    let password = basic("alice", SECRET);
    let (response, _) = send(&layers, request(&[("authorization", &password)])).await;
    assert_eq!(response.status(), 403);

    let layers = (TenantLayer::from_path("/t"), either());
    let mut foreign = request(&[("authorization", &password)]);
    *foreign.uri_mut() = "/t/globex".parse().unwrap();
    assert_eq!(send(&layers, foreign).await.0.status(), 403);
}

#[tokio::test]
async fn http_09_refusals_are_not_stored() {
    for headers in [vec![], vec![("authorization", "Basic !")]] {
        let (response, _) = send(&either(), request(&headers)).await;
        assert_eq!(lines(response.headers(), "cache-control"), ["no-store"]);
    }
}

#[tokio::test]
async fn http_10_a_preflight_is_let_through_by_an_explicit_setting_only() {
    let headers = [("origin", "https://app.example"), ("access-control-request-method", "GET")];
    let preflight = || {
        let mut request = request(&headers);
        *request.method_mut() = http::Method::OPTIONS;
        request
    };
    assert_eq!(send(&either(), preflight()).await.0.status(), 401);

    // The setting is a layer of tower-http outside of authentication.
    let cors = CorsLayer::new().allow_origin(Any).allow_methods(Any);
    let service = (cors, either()).layer(Probe::new());
    let response: Response<String> = service.clone().oneshot(preflight()).await.unwrap();
    assert_eq!(response.status(), 200);
    let refused = service.oneshot(request(&headers[..1])).await.unwrap();
    assert_eq!(
        (refused.status().as_u16(), &refused.headers()["access-control-allow-origin"]),
        (401, &"*".parse().unwrap())
    );
}

#[tokio::test]
async fn http_12_bytes_outside_of_visible_ascii_are_refused() {
    for bytes in [&b"Basic \xC3\xA4"[..], b"\xFF", b"Bearer a\tb", b"Basic\tYTpi", b"B\xE4sic YTpi"]
    {
        let mut request: Request<_> = request(&[]);
        let value = http::HeaderValue::from_bytes(bytes).unwrap();
        request.headers_mut().insert("authorization", value);
        let (response, probe) = send(&either(), request).await;
        assert_eq!((response.status().as_u16(), probe.calls()), (401, 0), "{bytes:?}");
    }
}

#[tokio::test]
async fn rfc9110_11_4_one_space_parts_the_scheme_from_what_follows() {
    let password = basic("alice", SECRET);
    let encoded = &password["Basic ".len()..];
    for header in [
        format!("Basic  {encoded}"),
        format!(" Basic {encoded}"),
        format!("Basic {encoded} "),
        format!("Basic {encoded} x"),
        format!("Basic={encoded}"),
        format!("Basic{encoded}"),
        "Basic ".to_owned(),
        "Basic".to_owned(),
        String::new(),
    ] {
        assert_eq!(status(&header).await, 401, "{header:?}");
    }
}
