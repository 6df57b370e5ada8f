//! From claims to permissions, and requirements held against them.

use serde_json::{Value, json};
use tower_auth::{
    AuthError, ClaimMapper, ClaimPermissions, Identity, Permissions, Requirement, Roles, all, any,
};

fn held(names: &[&str]) -> Permissions {
    names.iter().copied().collect()
}

fn mapped(mapper: &impl ClaimMapper, claim: &str, value: Value) -> Vec<String> {
    let identity = Identity::new("alice").with_claim(claim, value);
    let permissions = mapper.permissions(&identity, None).unwrap();
    permissions.iter().map(str::to_owned).collect()
}

#[test]
fn requirements_are_met_by_those_who_hold_what_they_name() {
    let requirement = all(["a", "b"]).or(any(["c", "d"]).and("e"));
    for (names, expected) in [
        (&["a", "b"][..], true),
        (&["a"], false),
        (&["c", "e"], true),
        (&["d", "e", "x"], true),
        (&["c", "d"], false),
        (&["A", "B"], false),
        (&["ab"], false),
        (&[], false),
    ] {
        assert_eq!(requirement.is_met_by(&held(names)), expected, "{names:?}");
    }
    assert_eq!(requirement.to_string(), "(a and b) or ((c or d) and e)");
}

/// A list that was lost on the way must not open a door.
#[test]
fn an_empty_list_is_never_met() {
    let nothing: [&str; 0] = [];
    let everything = held(&["a", "b", ""]);
    for requirement in [all(nothing), any(nothing), all(nothing).and("a"), Requirement::from("")] {
        assert!(!requirement.is_met_by(&everything), "{requirement}");
    }
    assert!(all(nothing).or("a").is_met_by(&everything));
}

#[test]
fn claims_of_every_usual_shape_are_read() {
    let scope = ClaimPermissions::at("scope");
    for (value, expected) in [
        (json!("read"), &["read"][..]),
        (json!("read write"), &["read", "write"]),
        (json!(" read  write "), &["read", "write"]),
        (json!(["read", "write"]), &["read", "write"]),
        (json!(["a b"]), &["a b"]),
        (json!(["read", 7, null, {"a": 1}, ["x"], "write"]), &["read", "write"]),
        (json!([]), &[]),
        (json!(""), &[]),
        (json!([""]), &[]),
        (json!(null), &[]),
        (json!(true), &[]),
        (json!(7), &[]),
        (json!({"read": true}), &[]),
    ] {
        assert_eq!(mapped(&scope, "scope", value.clone()), expected, "{value}");
    }
    assert!(mapped(&scope, "scp", json!("read")).is_empty(), "an absent claim grants nothing");
}

#[test]
fn claims_are_found_by_name_by_path_and_by_pointer() {
    let roles = json!({ "roles": ["editor"] });
    for path in ["realm_access.roles", "/realm_access/roles"] {
        assert_eq!(mapped(&ClaimPermissions::at(path), "realm_access", roles.clone()), ["editor"]);
    }
    let namespaced = ClaimPermissions::at("https://example.com/roles");
    assert_eq!(mapped(&namespaced, "https://example.com/roles", json!("editor")), ["editor"]);

    let identity = Identity::new("alice")
        .with_claim("a", json!({ "b": [{ "c/d": { "~": 1 } }, 2] }))
        .with_claim("a.b", "the whole name comes first");
    let claims = identity.claims();
    assert_eq!(claims.get("/a/b/0/c~1d/~0"), Some(&json!(1)));
    assert_eq!(claims.get("a.b"), Some(&json!("the whole name comes first")));
    for absent in ["/a/b/2", "/a/b/00", "/a/b/-", "/a/b/x", "/", "", "a.", ".a", "a.b.0.c"] {
        assert_eq!(claims.get(absent), None, "{absent:?}");
    }
}

#[test]
fn a_role_grants_what_included_roles_grant() {
    let roles = Roles::builder()
        .include("admin", "editor")
        .include("editor", "viewer")
        .include("admin", "viewer")
        .grant("viewer", ["read"])
        .grant("editor", ["write"])
        .grant("viewer", ["list"])
        .build()
        .unwrap();
    let of = |role| roles.permissions_of(role).collect::<Vec<_>>();
    assert_eq!(of("viewer"), ["list", "read"]);
    assert_eq!(of("editor"), ["list", "read", "write"]);
    assert_eq!(of("admin"), ["list", "read", "write"]);
    assert!(of("Admin").is_empty() && of("").is_empty());

    let mapper = roles.from_claim("roles");
    assert_eq!(mapped(&mapper, "roles", json!(["viewer", "unknown"])), ["list", "read"]);
    assert!(mapped(&mapper, "roles", json!(["unknown"])).is_empty());
    assert!(mapped(&mapper, "roles", json!({ "admin": true })).is_empty());
}

#[test]
fn every_mistake_in_roles_is_reported_at_once() {
    let error = Roles::builder()
        .include("a", "b")
        .include("b", "c")
        .include("c", "a")
        .include("self", "self")
        .include("d", "missing")
        .grant("", [""])
        .build()
        .unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(
        problems,
        [
            r#"role "d" includes "missing", which is not defined"#,
            "the name of a role or permission is empty",
            "roles include each other: a -> b -> c -> a",
            "roles include each other: self -> self",
        ]
    );
}

#[test]
fn a_mapper_of_ones_own_may_refuse() {
    let mapper = |identity: &Identity, _: Option<&tower_auth::Tenant>| {
        let roles = identity.claims().get("roles");
        roles
            .map(|_| held(&["read"]))
            .ok_or_else(|| AuthError::permission_denied("no roles at all"))
    };
    assert!(mapper.permissions(&Identity::new("alice"), None).is_err());
    assert_eq!(mapped(&mapper, "roles", json!([])), ["read"]);
}
