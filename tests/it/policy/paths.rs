//! Rules by ordered patterns.

use http::Method;
use tower_auth::{Access, PathRule, PathRules};

use super::{asked, asked_by};

#[test]
fn denied_is_what_no_rule_is_for() {
    let rules = PathRules::builder().path("/a/**", Access::Authenticated).build().unwrap();
    assert_eq!(asked(&rules, "/b"), "denied");
    assert_eq!(asked(&rules, "/"), "denied");
    assert_eq!(asked(&rules, "/A/x"), "denied", "the case counts");
}

#[test]
fn a_slash_at_the_end_makes_no_difference() {
    let rules = PathRules::builder()
        .path("/admin", "admin")
        .path("/docs/", "docs")
        .path("/**", Access::Authenticated)
        .build()
        .unwrap();
    for path in ["/admin", "/admin/"] {
        assert_eq!(asked(&rules, path), "requires admin", "{path}");
    }
    for path in ["/docs", "/docs/"] {
        assert_eq!(asked(&rules, path), "requires docs", "{path}");
    }
    assert_eq!(asked(&rules, "/"), "authenticated");
    // But a `*` takes what is not there behind it, as Ant has it.
    let rules =
        PathRules::builder().path("/a/*/**", "below").path("/a/**", "rest").build().unwrap();
    assert_eq!(asked(&rules, "/a/"), "requires below");
    assert_eq!(asked(&rules, "/a"), "requires rest");
}

#[test]
fn the_lowest_rule_decides_by_whatever_branch_it_is_reached() {
    let rules = PathRules::builder()
        .path("/**/secret", "deep")
        .path("/a/b/secret", "never")
        .path("/a/*/c", "any")
        .path("/a/b/**", "below")
        .path("/*/b/d", "late")
        .build()
        .unwrap();
    assert_eq!(asked(&rules, "/a/b/secret"), "requires deep");
    assert_eq!(asked(&rules, "/secret"), "requires deep");
    assert_eq!(asked(&rules, "/a/b/c"), "requires any");
    assert_eq!(asked(&rules, "/a/b/d"), "requires below");
    assert_eq!(asked(&rules, "/x/b/d"), "requires late");
    assert_eq!(asked(&rules, "/a/b"), "requires below");
}

#[test]
fn methods_narrow_and_get_is_for_head_too() {
    let rules = PathRules::builder()
        .rule(PathRule::new(["/x"], "read").with_methods(["GET"]))
        .rule(PathRule::new(["/x"], "write").with_methods(["PUT", "DELETE"]))
        .rule(PathRule::new(["/x"], "rest"))
        .build()
        .unwrap();
    for (method, expected) in [
        (Method::GET, "requires read"),
        (Method::HEAD, "requires read"),
        (Method::PUT, "requires write"),
        (Method::DELETE, "requires write"),
        (Method::POST, "requires rest"),
        (Method::from_bytes(b"get").unwrap(), "-"),
        (Method::from_bytes(b"PROPFIND").unwrap(), "requires rest"),
    ] {
        assert_eq!(asked_by(&rules, &method, "/x"), expected, "{method}");
    }
}

#[test]
fn every_mistake_is_told_at_once() {
    let patterns = [
        "", "x", "//", "/a//b", "/a/**b", "/a/{id}", "/a/%20", "/a/../b", "/a/.", "/a;b", "/a\\b",
        "/a ", "/a#b",
    ];
    let error = PathRules::builder()
        .rule(PathRule::new(patterns, "x"))
        .rule(PathRule::new(Vec::<String>::new(), "x"))
        .rule(PathRule::new(["/x"], "x:*").with_methods(["get"]))
        .path(format!("/{}", "a".repeat(1024)), "x")
        .build()
        .unwrap_err();
    let text = error.to_string();
    assert_eq!(error.problems().count(), patterns.len() + 4, "{text}");
    for part in
        ["`**` is a whole segment", "variables such as", "\"get\" is not a method", "no paths"]
    {
        assert!(text.contains(part), "{part}:\n{text}");
    }
    assert!(PathRules::builder().build().is_err(), "no rules are a mistake");
}
