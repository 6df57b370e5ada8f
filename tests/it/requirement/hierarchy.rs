//! Permissions that imply others, and roles that deny.

use serde_json::json;
use tower_auth::{
    ClaimMapper, ClaimPermissions, Hierarchy, Identity, Permissions, RoleRule, RoleRules, Roles,
};

fn hierarchy() -> Hierarchy {
    Hierarchy::builder()
        .levels(["admin", "write", "read"])
        .implies("support", ["orders:write", "invoices:*"])
        .implies("invoices:pay", ["ledger:read"])
        .build()
        .unwrap()
}

fn expanded(names: &[&str]) -> Vec<String> {
    let permissions = hierarchy().expand(names.iter().copied().collect());
    permissions.iter().map(str::to_owned).collect()
}

#[test]
fn what_is_implied_is_granted() {
    for (names, expected) in [
        (&["admin"][..], &["admin", "read", "write"][..]),
        (&["write"], &["read", "write"]),
        (&["read"], &["read"]),
        (&["orders:admin"], &["orders:admin", "orders:read", "orders:write"]),
        (&["a.b/admin"], &["a.b/admin", "a.b/read", "a.b/write"]),
        (&["invoices:pay"], &["invoices:pay", "ledger:read"]),
        (&["invoices:*"], &["invoices:*", "ledger:read"]),
        (&["support"], &["invoices:*", "ledger:read", "orders:read", "orders:write", "support"]),
        (&["orders:*"], &["orders:*"]),
        (
            &["admin:orders", "Admin", "administrate", "x"],
            &["Admin", "admin:orders", "administrate", "x"],
        ),
        (&["in*"], &["in*"]),
        (&[], &[]),
    ] {
        assert_eq!(expanded(names), expected, "{names:?}");
    }
    assert_eq!(hierarchy().expand(Permissions::everything()), Permissions::everything());
}

#[test]
fn a_denial_stays_one_of_its_name() {
    let permissions: Permissions = ["orders:admin"].into_iter().collect();
    let expanded = hierarchy().expand(permissions.with_denied(["orders:write"]));
    assert!(expanded.contains("orders:admin") && expanded.contains("orders:read"));
    assert!(!expanded.contains("orders:write"));
}

#[test]
fn a_mapper_is_expanded_whatever_it_is() {
    let alice = Identity::new("alice").with_claim("scope", "orders:write");
    let mapper = hierarchy().over(ClaimPermissions::at("scope"));
    assert!(mapper.permissions(&alice, None).unwrap().contains("orders:read"));
    let refusing = |_: &Identity, _: Option<&tower_auth::Tenant>| {
        Err(tower_auth::AuthError::permission_denied("nobody"))
    };
    assert!(hierarchy().over(refusing).permissions(&alice, None).is_err());
}

#[test]
fn every_mistake_in_a_hierarchy_is_reported_at_once() {
    let error = Hierarchy::builder()
        .levels(["admin", "orders:write", ""])
        .implies("a:*", ["b", "c*"])
        .implies("read", ["admin"])
        .levels(["admin", "read"])
        .implies("x", ["x"])
        .build()
        .unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(
        problems,
        [
            r#""a:*" implies something: only what it grants can do that"#,
            r#"permission "c*": a `*` is a wildcard only at the end, behind `:`, `.` or `/`"#,
            r#"level "orders:write": it is the last part of a name"#,
            "the name of a permission is empty",
            "permissions imply each other: admin -> read -> admin",
            "permissions imply each other: x -> x",
        ]
    );
}

/// Within a scope and through a wildcard, too.
#[test]
fn circles_are_found_wherever_they_go_round() {
    for (hierarchy, circle) in [
        (
            Hierarchy::builder()
                .levels(["admin", "write", "read"])
                .implies("orders:read", ["orders:admin"]),
            "orders:admin -> orders:read -> orders:admin",
        ),
        (
            Hierarchy::builder().implies("support", ["a:*"]).implies("a:b", ["support"]),
            "a:* -> support -> a:*",
        ),
        (Hierarchy::builder().levels(["a", "b"]).levels(["b", "a"]), "a -> b -> a"),
        (
            Hierarchy::builder()
                .levels(["admin", "read"])
                .implies("x:read", ["y:admin"])
                .implies("y:read", ["x:admin"]),
            "x:admin -> x:read -> y:admin -> y:read -> x:admin",
        ),
    ] {
        let error = hierarchy.build().unwrap_err();
        assert_eq!(
            error.problems().collect::<Vec<_>>(),
            [format!("permissions imply each other: {circle}")]
        );
    }
    let straight = Hierarchy::builder().levels(["admin", "read"]).implies("x:read", ["y:admin"]);
    assert!(straight.implies("support", ["x:*", "y:*"]).build().is_ok());
}

/// Where the denial comes from makes no difference: it is of a name, before and after the expansion. And
/// because what it implies stays granted, no denial makes somebody meet a `not`.
#[test]
fn a_denial_is_the_same_inside_and_outside_of_a_hierarchy() {
    let granting = || ClaimPermissions::at("scope");
    let denying = |_: &Identity, _: Option<&tower_auth::Tenant>| {
        Ok::<_, tower_auth::AuthError>(Permissions::default().with_denied(["orders:admin"]))
    };
    let alice = Identity::new("alice").with_claim("scope", "orders:admin");
    let inside = hierarchy().over(granting().and(denying)).permissions(&alice, None).unwrap();
    let outside = hierarchy().over(granting()).and(denying).permissions(&alice, None).unwrap();
    assert_eq!(inside, outside);
    assert!(!inside.contains("orders:admin") && inside.contains("orders:write"));
    assert!(!inside.allows(tower_auth::not("orders:read")));
}

#[test]
fn a_role_denies_whatever_other_roles_grant() {
    let roles = Roles::builder()
        .grant("clerk", ["orders:*", "invoices:read"])
        .grant("boss", ["orders:delete"])
        .deny("trainee", ["orders:delete", "invoices:*"])
        .include("intern", "trainee")
        .include("intern", "clerk")
        .build()
        .unwrap();
    let mapper = roles.from_claim("roles");
    let of = |roles: &[&str]| {
        mapper.permissions(&Identity::new("a").with_claim("roles", json!(roles)), None).unwrap()
    };
    assert!(of(&["clerk"]).contains("orders:delete"));
    for held in [&["clerk", "trainee"][..], &["trainee", "boss", "clerk"], &["intern", "boss"]] {
        let permissions = of(held);
        assert!(permissions.contains("orders:write"), "{held:?}");
        assert!(!permissions.contains("orders:delete") && !permissions.contains("invoices:read"));
    }
    assert!(of(&["trainee"]).is_empty());
}

#[test]
fn a_star_that_is_no_wildcard_is_found_when_roles_and_rules_are_built() {
    let error = Roles::builder().grant("a", ["*", "x:*"]).deny("b", ["y*"]).build().unwrap_err();
    assert_eq!(error.problems().count(), 2, "{error}");
    for rule in [
        RoleRule::new("a").with_categories(["c"]).with_permissions(["Read:*"]),
        RoleRule::new("a").with_global_permissions(["*"]),
    ] {
        let error = RoleRules::builder().rule(rule).build().unwrap_err();
        assert!(error.to_string().contains("named one by one"), "{error}");
    }
}
