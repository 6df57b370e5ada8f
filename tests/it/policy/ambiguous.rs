//! Paths that could be read in two ways are refused before any rule is asked (standards, 4.6).

use http::{Method, Request, Uri};
use tower::Layer;
use tower_auth::{Access, AuthErrorKind, PathRule, PathRules, Policy, RpcRules};

use super::{asked, get, holding, scopes};
use crate::support::probe::{Probe, send};

/// Everything is open, so that only what is ambiguous is refused.
fn open() -> PathRules {
    PathRules::builder().expose("/**").build().unwrap()
}

/// Paths that one service reads in one way and another one in another.
const AMBIGUOUS: &[&str] = &[
    "/a/../admin",
    "/a/./admin",
    "/..",
    "/.",
    "/a/..",
    "/a/.",
    "/a/...",
    "/admin.",
    "//admin",
    "//",
    "/a//admin",
    "/a//",
    "/a%2fadmin",
    "/a%2Fadmin",
    "/a%5cadmin",
    "/a%5Cadmin",
    "/a/%2e%2e/admin",
    "/a/%2E/admin",
    "/a/.%2e/admin",
    "/a%252fadmin",
    "/%61dmin",
    "/admi%6E",
    "/%5Fadmin",
    "/a%7Eb",
    "/a%2Db",
    "/a;x=1/admin",
    "/admin;",
    "/admin;/x",
    "/a%3badmin",
    "/a%3Bx",
    "/a%00",
    "/a%00.html",
    "/a%0d%0aX: y",
    "/a%09",
    "/a%7f",
    "/a%c2%85",
    "/a%3fx",
    "/a%23x",
    "/a%",
    "/a%4",
    "/a%zz",
    "/a%%41",
    "/a%+1",
    "/a%c0%af",
    "/a%ff",
    "/a%ed%a0%80",
    "/admin%20",
    "/%20admin",
    "/a/%20/b",
    "/a%c2%a0",
    "/a\\admin",
];

#[test]
fn ambiguous_paths_are_refused() {
    for path in AMBIGUOUS {
        assert_eq!(asked(&open(), path), "-", "{path}");
    }
    for path in ["", "/a?b", "admin", "*", "%2fadmin", "\\admin"] {
        assert_eq!(asked(&open(), path), "-", "{path}");
    }
}

#[test]
fn plain_paths_are_not() {
    for path in [
        "/",
        "/a",
        "/a/",
        "/a.b/c..d",
        "/.well-known/x",
        "/a b",
        "/a%20b",
        "/%C3%BCber/%E2%82%AC",
        "/a@b:c,d=e+f!$&'()*",
        "/a%3Ab%40c%2Bd%26",
        "/~user/-_",
    ] {
        assert_eq!(asked(&open(), path), "open", "{path}");
    }
}

/// What means the same is matched by the same pattern.
#[test]
fn escapes_are_undone_before_rules_are_asked() {
    let rules = PathRules::builder().path("/über uns/a:b", "x").build().unwrap();
    for path in ["/%C3%BCber%20uns/a:b", "/%c3%bcber%20uns/a%3Ab", "/über%20uns/a:b"] {
        assert_eq!(asked(&rules, path), "requires x", "{path}");
    }
}

#[test]
fn lengths_are_bounded() {
    let long = |length: usize| format!("/{}", "a".repeat(length - 1));
    assert_eq!(asked(&open(), &long(8192)), "open");
    assert_eq!(asked(&open(), &long(8193)), "-");
    assert_eq!(asked(&open(), &"/a".repeat(256)), "open");
    assert_eq!(asked(&open(), &"/a".repeat(257)), "-");
}

/// Over the wire of a gate: 400, before credentials are asked for and whatever is open.
#[tokio::test]
async fn the_answer_is_400_whoever_asks() {
    let policy = Policy::new(open(), scopes());
    let guarded = policy.guard(crate::support::callers::basic()).layer(Probe::new());
    for path in AMBIGUOUS {
        let Ok(uri) = path.parse::<Uri>() else { continue };
        // What the reader of URIs makes of it is what services get.
        if uri.path() != *path {
            continue;
        }
        let response = send(&guarded, Request::get(uri).body(()).unwrap()).await;
        assert_eq!(response.status(), 400, "{path}");
        let kind = response.extensions().get::<tower_auth::AuthError>().unwrap().kind();
        assert_eq!(kind, AuthErrorKind::AmbiguousPath);
    }
}

/// Some services take the path or the method from a field.
#[test]
fn fields_that_name_another_path_or_method_are_refused() {
    const FIELDS: [&str; 5] = [
        "x-original-url",
        "x-rewrite-url",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    ];
    let refusing = Policy::new(open(), scopes());
    let allowing = PathRules::builder().expose("/**").allow_override_headers().build().unwrap();
    let allowing = Policy::new(allowing, scopes());
    for field in FIELDS {
        let request = Request::get("/a").header(field, "/admin").body(()).unwrap();
        let refusal = refusing.explain(&holding(""), None, &request).refusal();
        assert_eq!(refusal, Some(AuthErrorKind::AmbiguousPath), "{field}");
        assert!(allowing.explain(&holding(""), None, &request).is_allowed(), "{field}");
    }
    assert!(refusing.explain(&holding(""), None, &get("/a")).is_allowed());
}

/// To CGI and its heirs a dash and an underscore are the same.
#[test]
fn fields_with_underscores_are_the_same_fields() {
    let policy = Policy::new(open(), scopes());
    for field in ["x_original_url", "x-http_method-override", "x_http_method_override"] {
        let request = Request::get("/a").header(field, "/admin").body(()).unwrap();
        let refusal = policy.explain(&holding(""), None, &request).refusal();
        assert_eq!(refusal, Some(AuthErrorKind::AmbiguousPath), "{field}");
    }
    let other = Request::get("/a").header("x_request_id", "7").body(()).unwrap();
    assert!(policy.explain(&holding(""), None, &other).is_allowed());
}

/// Methods are compared with regard to case (RFC 9110, section 9.1), and some frameworks do not: a rule
/// for `DELETE` must not be passed by as `delete`.
#[test]
fn methods_in_lower_case_are_refused() {
    let rules = PathRules::builder()
        .rule(PathRule::new(["/orders/**"], Access::Denied).with_methods(["DELETE"]))
        .path("/orders/**", "orders:write")
        .build()
        .unwrap();
    for method in ["delete", "Delete", "dELETE", "get"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert_eq!(rules.access_to(&method, "/orders/7"), None, "{method}");
        let policy = Policy::new(rules.clone(), scopes());
        let request = Request::builder().method(method).uri("/orders/7").body(()).unwrap();
        let refusal = policy.explain(&holding("orders:write"), None, &request).refusal();
        assert_eq!(refusal, Some(AuthErrorKind::AmbiguousPath));
    }
    assert_eq!(rules.access_to(&Method::DELETE, "/orders/7"), Some(&Access::Denied));
    let purge = Method::from_bytes(b"M-SEARCH").unwrap();
    assert!(rules.access_to(&purge, "/orders/7").is_some());
}

/// Rows GRPC-08 and CVE-2026-33186: of the form `/service/method`, or refused before the rules.
#[test]
fn grpc_08_paths_of_calls() {
    let rules = RpcRules::builder().service("s.S", Access::Open).build().unwrap();
    let policy = Policy::new(rules.clone(), scopes());
    for path in [
        "s.S/M",
        "*",
        "/",
        "/s.S",
        "/s.S/",
        "//M",
        "/s.S//M",
        "/s.S/M/",
        "/s.S/M/N",
        "/s.S/%4D",
        "/s%2eS/M",
        "/s.S/M;x",
        "/s.S/M.",
        "/../s.S/M",
        "/s.S/..",
        "/s.S/M%20",
        "/s.S/*",
    ] {
        assert_eq!(rules.access_to(path), &Access::Denied, "{path}");
        let Ok(uri) = path.parse::<Uri>() else { continue };
        if uri.path() != path {
            continue;
        }
        let request = Request::post(uri).body(()).unwrap();
        let refusal = policy.explain(&holding(""), None, &request).refusal();
        assert_eq!(refusal, Some(AuthErrorKind::AmbiguousPath), "{path}");
    }
    assert_eq!(rules.access_to("/s.S/M"), &Access::Open);
    assert_eq!(rules.access_to(&format!("/s.S/{}", "M".repeat(1020))), &Access::Denied);
}

/// Every form that the target of a request may have (RFC 9112, section 3.2).
#[test]
fn forms_of_the_target() {
    let rules =
        PathRules::builder().path("/admin/**", "admin").expose("/**/public").build().unwrap();
    let policy = Policy::new(rules, scopes());
    for (method, target, expected) in [
        ("GET", "http://public/admin/x", Some(AuthErrorKind::PermissionDenied)),
        ("GET", "http://public@admin/admin/x?/public", Some(AuthErrorKind::PermissionDenied)),
        ("GET", "http://a/x/public", None),
        ("GET", "http://public", Some(AuthErrorKind::PermissionDenied)),
        ("GET", "/admin?x=/public", Some(AuthErrorKind::PermissionDenied)),
        ("GET", "/admin#/public", Some(AuthErrorKind::PermissionDenied)),
        ("OPTIONS", "*", Some(AuthErrorKind::AmbiguousPath)),
        ("OPTIONS", "/admin", Some(AuthErrorKind::PermissionDenied)),
        ("HEAD", "/admin/", Some(AuthErrorKind::PermissionDenied)),
        ("CONNECT", "public:443", Some(AuthErrorKind::AmbiguousPath)),
        ("TRACE", "/admin/x", Some(AuthErrorKind::PermissionDenied)),
    ] {
        let request = Request::builder().method(method).uri(target).body(()).unwrap();
        let refusal = policy.explain(&holding("user"), None, &request).refusal();
        assert_eq!(refusal, expected, "{method} {target}");
    }
}

#[tokio::test]
async fn grpc_clients_are_told_in_their_words() {
    let policy = super::both_kinds()[0].clone();
    let request = Request::post("/o.v1.Orders//List").header("content-type", "application/grpc");
    let response = send(&policy.layer(Probe::new()), request.body(()).unwrap()).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["grpc-status"], "12");
}
