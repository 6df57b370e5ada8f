//! Bearer (RFC 6750, RFC 9700).

use http::Method;
use tower::Layer;
use tower_auth::{
    AuthErrorKind, AuthLayer, ClaimPermissions, PermissionClaimLayer, Scheme, any, require,
};

use crate::support::{
    callers::{
        authorized, basic_line, bearer, judge, judge_token, nobody, refusing_tokens, request,
        tokens, with,
    },
    challenges::challenges,
    probe::{Probe, send},
};

#[tokio::test]
async fn bear_01_the_header_field_is_read() {
    let response = send(&tokens().layer(Probe::new()), bearer("alice")).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn bear_02_and_12_a_token_in_the_query_is_not_read() {
    let probe = Probe::new();
    for uri in ["/?access_token=alice", "/?bearer=alice", "/?token=alice#access_token=alice"] {
        let request = request().uri(uri).body(()).unwrap();
        let response = send(&tokens().layer(probe.clone()), request).await;
        assert_eq!(response.status(), 401, "{uri}");
        assert_eq!(challenges(response.headers())[0].parameter("error"), None, "it was not seen");
    }
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn bear_02_and_04_a_token_in_the_body_is_not_read() {
    let probe = Probe::new();
    let request = request()
        .method(Method::POST)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("access_token=alice")
        .unwrap();
    let response = send(&tokens().layer(probe.clone()), request).await;
    assert_eq!(response.status(), 401);
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn bear_02_tokens_in_cookies_and_other_fields_are_not_read() {
    let probe = Probe::new();
    for (name, value) in [
        ("cookie", "access_token=alice"),
        ("x-access-token", "alice"),
        ("x-forwarded-access-token", "alice"),
        ("proxy-authorization", "Bearer alice"),
        ("sec-websocket-protocol", "bearer, alice"),
    ] {
        let response = send(&tokens().layer(probe.clone()), with(nobody(), name, value)).await;
        assert_eq!(response.status(), 401, "{name}");
    }
    assert_eq!(probe.calls(), 0);
}

#[tokio::test]
async fn bear_03_and_06_more_than_one_method_is_an_invalid_request() {
    let layer = AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]);
    let twice = with(bearer("alice"), "authorization", &basic_line("alice", "x"));
    for layer in [layer, AuthLayer::from(tokens())] {
        let twice = twice.clone();
        let response = send(&layer.layer(Probe::new()), twice).await;
        assert_eq!(response.status(), 400);
        let challenges = challenges(response.headers());
        assert_eq!(challenges.len(), 1);
        assert_eq!(challenges[0].parameter("error"), Some("invalid_request"));
    }
}

#[tokio::test]
async fn bear_05_no_credentials_have_no_error_code() {
    for request in [nobody(), authorized("Basic YTpi"), authorized("DPoP abc")] {
        let response = send(&tokens().layer(Probe::new()), request).await;
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"api\"");
    }
}

#[tokio::test]
async fn bear_05_what_is_wrong_with_a_password_is_not_said_of_a_token() {
    let layer = AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]);
    for line in [basic_line("alice", "wrong"), "Basic !".to_owned(), "Basic".to_owned()] {
        let response = send(&layer.layer(Probe::new()), authorized(line)).await;
        assert_eq!(challenges(response.headers())[0].parameter("error"), None);
    }
}

/// No scheme was chosen where the line cannot even be split.
#[tokio::test]
async fn bear_05_a_line_of_no_scheme_is_not_a_bad_token() {
    let layer = AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge)]);
    for line in [&b"Basic \xFF"[..], b"", b"Digest username=\"J\xFCrgen\""] {
        let response = send(&layer.layer(Probe::new()), authorized(line)).await;
        assert_eq!(response.status(), 401);
        assert_eq!(challenges(response.headers())[0].parameter("error"), None, "{line:?}");
    }
}

#[tokio::test]
async fn bear_06_error_codes_have_their_statuses() {
    for kind in AuthErrorKind::ALL {
        let status = match kind.bearer_error() {
            Some("invalid_request") => 400,
            Some("invalid_token") => 401,
            Some("insufficient_scope") => 403,
            Some(other) => panic!("{other} is not a code of RFC 6750"),
            None => continue,
        };
        assert_eq!(kind.status(), status);
        let response = send(&refusing_tokens(kind).layer(Probe::new()), bearer("t")).await;
        assert_eq!(response.status(), status);
        let code = challenges(response.headers())[0].parameter("error").map(str::to_owned);
        assert_eq!(code.as_deref(), kind.bearer_error());
    }
}

#[tokio::test]
async fn bear_07_an_insufficient_scope_names_what_is_needed() {
    let mapper = || PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    for (requirement, scope) in [
        (require("orders:write"), "orders:write"),
        (require(any(["a", "b"])), "a b"),
        (require(any(["b", "a", "b"])), "b a"),
    ] {
        let service = (tokens(), mapper(), requirement).layer(Probe::new());
        let response = send(&service, bearer("reader")).await;
        assert_eq!(response.status(), 403);
        let challenge = challenges(response.headers()).remove(0);
        assert_eq!(challenge.parameter("error"), Some("insufficient_scope"));
        assert_eq!(challenge.parameter("scope"), Some(scope));
    }
}

/// RFC 6749, section 3.3: a scope has at least one scope-token.
#[tokio::test]
async fn bear_07_and_09_a_name_that_is_no_scope_leaves_no_empty_scope_behind() {
    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    for name in ["has space", "quo\"te", "back\\slash", "ümlaut"] {
        let service = (tokens(), mapper.clone(), require(name)).layer(Probe::new());
        let response = send(&service, bearer("reader")).await;
        let challenge = challenges(response.headers()).remove(0);
        assert_eq!(challenge.parameter("scope"), None, "{name}");
    }
}

#[tokio::test]
async fn bear_08_every_parameter_occurs_once() {
    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let service = (tokens().with_realm("orders"), mapper, require("x")).layer(Probe::new());
    let response = send(&service, bearer("reader")).await;
    let challenge = challenges(response.headers()).remove(0);
    let names: Vec<_> = challenge.parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["realm", "error", "error_description", "scope"]);
}

#[test]
fn bear_09_descriptions_are_of_the_allowed_characters() {
    for kind in AuthErrorKind::ALL {
        let allowed = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5B | 0x5D..=0x7E);
        assert!(kind.message().bytes().all(allowed), "{kind}");
        assert!(kind.bearer_error().is_none_or(|code| code.bytes().all(allowed)));
    }
}

#[tokio::test]
async fn bear_10_a_token_is_a_b64token() {
    let service = tokens().layer(Probe::new());
    for token in ["a", "abc.def.ghi", "a-._~+/", "a=", "a==", "0123456789"] {
        assert_eq!(send(&service, bearer(token)).await.status(), 200, "{token}");
    }
    for token in [
        "", "=", "==", "a=b", "=a", "a b", " a", "a ", "a\tb", "a,b", "a;b", "\"a\"", "a\\b",
        "a:b", "a@b", "a%20b", "a!b", "a&b", "é", "a\u{80}",
    ] {
        assert_eq!(send(&service, bearer(token)).await.status(), 401, "{token:?}");
    }
    for line in ["Bearer", "Bearer\ta", "Bearer=a", "Bearer:a", "Beareralice", "Bearer Bearer a"] {
        assert_eq!(send(&service, authorized(line)).await.status(), 401, "{line:?}");
    }
}
