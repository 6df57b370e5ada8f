//! Regular expressions and templates.

#![cfg(feature = "regex")]

use std::fmt::Write;

use serde_json::json;
use tower_auth::{AuthErrorKind, ClaimPattern, ClaimPermissions};

use super::{granted, granted_in, refusal};

fn mapper(expression: &str, template: &str) -> ClaimPermissions {
    ClaimPermissions::at("p").matching(ClaimPattern::new(expression, template).unwrap())
}

#[test]
fn groups_fill_the_template() {
    for (name, expression, template, element, expected) in [
        ("one", r"^app-(?P<permission>\w+)$", "{permission}", "app-read", &["read"][..]),
        ("short form", r"app-(?<permission>\w+)", "{permission}", "app-read", &["read"]),
        ("two", r"(?<a>\w+)/(?<b>\w+)", "{b}:{a}", "orders/read", &["read:orders"]),
        ("twice", r"(?<a>\w+)", "{a}.{a}", "x", &["x.x"]),
        ("literal", r"admins", "orders:write", "admins", &["orders:write"]),
        ("whole element", r"app-(?<a>\w+)", "{a}", "not-app-read", &[]),
        ("whole element, end", r"app-(?<a>\w+)", "{a}", "app-read!", &[]),
        ("line by line is not whole", r"(?m)^app-(?<a>\w+)$", "{a}", "x\napp-read", &[]),
        ("alternatives", r"a|ab(?<x>)", "z{x}", "ab", &["z"]),
        ("alternatives, shorter", r"(?<x>a)|(?<y>ab)", "z{y}", "ab", &["zab"]),
        ("group that took no part", r"(?<x>a)|(?<y>b)", "z{y}", "a", &[]),
        ("case", r"app-(?<a>\w+)", "{a}", "APP-read", &[]),
        ("case on demand", r"(?i)app-(?<a>\w+)", "{a}", "APP-read", &["read"]),
        ("empty result", r"app-(?<a>\w*)", "{a}", "app-", &[]),
    ] {
        let claims = json!({ "p": [element] });
        assert_eq!(granted(&mapper(expression, template), &claims), expected, "{name}");
    }
}

#[test]
fn a_part_of_an_element_fits_on_demand_only() {
    let pattern = ClaimPattern::new(r"app-(?<a>\w+)", "{a}").unwrap();
    let claims = json!({"p": ["x app-read y app-write"]});
    let whole = ClaimPermissions::at("p").matching(pattern.clone());
    assert!(granted(&whole, &claims).is_empty());
    let within = ClaimPermissions::at("p").matching(pattern.allow_partial_matches());
    assert_eq!(granted(&within, &claims), ["read"], "the first one");
}

#[test]
fn a_group_of_the_tenant_must_be_the_tenant() {
    let mapper = mapper(r"(?<tenant>[\w.-]+)/(?<p>\w+)", "{p}").reject_malformed();
    let claims = json!({"p": ["acme/read", "globex/write", "ACME/admin"]});
    for (tenant, expected) in
        [(Some("acme"), &["read"][..]), (Some("globex"), &["write"]), (Some("x"), &[]), (None, &[])]
    {
        assert_eq!(granted_in(&mapper, &claims, tenant), expected, "{tenant:?}");
    }
    assert_eq!(refusal(&mapper, &json!({"p": ["acme"]})), AuthErrorKind::PermissionDenied);
}

#[test]
fn what_fits_no_pattern_is_malformed() {
    let mapper = mapper("a(?<x>.)", "{x}");
    assert_eq!(granted(&mapper, &json!({"p": ["ab", "b", "abc"]})), ["b"]);
    assert_eq!(mapper.status().no_match, 2);
}

/// What a template says is configured; what a group finds is not.
#[test]
fn groups_grant_no_reserved_names_and_no_wildcards() {
    for (name, expression, template, element, expected) in [
        ("group", r"x-(?<a>.+)", "{a}", "x-global:t", &[][..]),
        ("half of it", r"x-(?<a>.+)", "glo{a}", "x-bal:t", &[]),
        ("template", r"x-(?<a>.+)", "global:{a}", "x-t", &["global:t"]),
        ("star", r"(?<a>.+)", "orders:{a}", "*", &[]),
    ] {
        let claims = json!({ "p": [element] });
        assert_eq!(granted(&mapper(expression, template), &claims), expected, "{name}");
    }
}

#[test]
fn a_pattern_that_cannot_work_is_an_error_with_all_its_problems() {
    let long = "a".repeat(1_025);
    let deep = format!("{}a{}", "(".repeat(40), ")".repeat(40));
    for (expression, template, problems) in [
        ("(?<a>x", "{a}", &["unclosed group"][..]),
        (r"(?P<namespace\w+):(?P<role>\w+)", "{role}", &["invalid capture group"]),
        ("(?<a>x)", "{b}", &["no group \"b\""]),
        ("(x)", "{a}{b}", &["no group \"a\"", "no group \"b\""]),
        ("(x", "{a", &["a brace is not closed", "unclosed group"]),
        ("(?<a>x)", "", &["empty"]),
        ("(?<a>x)", "{a}:*", &["no `*`"]),
        ("(?<a>x)", "{}", &["no group \"\""]),
        ("x)|(?<a>y", "{a}", &["unopened group"]),
        ("(?x)(?<a>x) # bracket", "{a}", &["unclosed group"]),
        (&long, "x", &["1,024 at most"]),
        (r"(?<a>\w{1,250})(?<b>\w{1,250})", "{a}", &["size limit"]),
        (r"\w{1,64}", "x", &["size limit"]),
        ("((a{100}){100}){100}", "x", &["size limit"]),
        (&deep, "x", &["nest"]),
        (r"(?<a>x)\1", "{a}", &["backreferences are not supported"]),
        (r"(?<a>x)(?=y)", "{a}", &["look-around"]),
    ] {
        let error = ClaimPattern::new(expression, template).unwrap_err();
        let found: Vec<_> = error.problems().collect();
        assert_eq!(found.len(), problems.len(), "{expression} {template}: {found:?}");
        for (found, problem) in found.iter().zip(problems) {
            assert!(found.contains(problem), "{expression} {template}: {found}");
        }
    }
}

#[test]
fn patterns_that_people_write_are_not_too_large() {
    for expression in [
        r"^(?P<role>\w+):(?P<namespace>\w+)$",
        r"(?<tenant>[A-Za-z0-9._-]{1,64})/(?<role>[A-Za-z0-9_-]{1,64})",
        r"[0-9A-Za-z_]{1,64}",
        r"CN=(?<group>[^,]{1,64}),OU=Groups,DC=example,DC=com",
    ] {
        ClaimPattern::new(expression, "x").unwrap();
    }
}

/// Backtracking engines need 2^30 steps for this.
#[test]
fn time_grows_with_the_length_of_the_element_only() {
    let mapper = mapper("(?<a>(a+)+)b", "{a}");
    let mut evil = String::new();
    for length in (0..4_000).map(|_| 250) {
        write!(evil, "{}c ", "a".repeat(length)).unwrap();
    }
    assert!(granted(&mapper, &json!({ "p": evil })).is_empty());
    assert_eq!(mapper.status().no_match, 4_000);
}
