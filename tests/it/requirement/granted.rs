//! What is granted by wildcards, what is denied, and what is asked of it.

use tower_auth::{Permission, Permissions, Requirement, all, any, not};

fn held(names: &[&str]) -> Permissions {
    names.iter().copied().collect()
}

#[test]
fn a_wildcard_grants_what_is_below() {
    let permissions = held(&["orders:*", "reports.eu.*", "projects/42:*", "files/*", "read"]);
    for (permission, expected) in [
        ("orders:read", true),
        ("orders:items:read", true),
        ("reports.eu.sales", true),
        ("projects/42:deploy", true),
        ("files/a", true),
        ("read", true),
        ("orders", false),
        ("orders:", false),
        ("orders.read", false),
        ("ordersx:read", false),
        ("Orders:read", false),
        ("reports.eu", false),
        ("reports.us.sales", false),
        ("projects/421:deploy", false),
        ("read:x", false),
        ("", false),
        ("orders:*", false),
        ("*", false),
    ] {
        assert_eq!(permissions.contains(permission), expected, "{permission}");
        let required = Requirement::from(permission);
        assert_eq!(required.is_met_by(&permissions), expected, "{permission}");
        assert_eq!(required.prepared().is_met_by(&permissions), expected, "{permission}");
    }
    let shown: Vec<_> = permissions.iter().collect();
    assert_eq!(shown, ["files/*", "orders:*", "projects/42:*", "read", "reports.eu.*"]);
}

/// A `*` that is no wildcard is a name that nobody can ask for.
#[test]
fn a_star_elsewhere_grants_nothing() {
    for name in ["*", "ord*", "orders*", "*:read", "orders:*:read", "or*:*", "**", "orders:**"] {
        let permissions = held(&[name]);
        for permission in ["orders:read", "orders:x:read", "orders", "or:a", "read", name] {
            assert!(!permissions.contains(permission), "{name} and {permission}");
            let required = any([Requirement::from(permission), not(permission)]).prepared();
            assert_eq!(required.is_met_by(&permissions), !permission.contains('*'), "{permission}");
        }
    }
}

#[test]
fn what_is_denied_is_not_held_whatever_grants_it() {
    for granted in
        [held(&["orders:*"]), held(&["orders:delete", "orders:read"]), Permissions::everything()]
    {
        let permissions = granted.clone().with_denied(["orders:delete"]);
        assert!(permissions.contains("orders:read") && !permissions.contains("orders:delete"));
        // Neither a later grant nor another source undoes it.
        for more in [
            permissions.clone().with_granted(["orders:delete"]),
            permissions.clone().merged_with(&granted),
            granted.merged_with(&permissions),
        ] {
            assert!(more.contains("orders:read") && !more.contains("orders:delete"), "{more:?}");
            assert_eq!(more.denied().collect::<Vec<_>>(), ["orders:delete"]);
            for required in [Requirement::from("orders:delete"), not("orders:delete")] {
                assert!(!required.is_met_by(&more) && !required.prepared().is_met_by(&more));
            }
        }
    }
}

#[test]
fn a_denial_reaches_at_least_as_far_as_a_wildcard() {
    for (denied, permission, expected) in [
        ("orders:*", "orders:read", false),
        ("orders:*", "orders:items:read", false),
        ("orders:*", "orders", true),
        ("orders", "orders:read", true),
        ("*", "anything", false),
        ("ord*", "orders:read", false),
        ("ord*", "invoices:read", true),
        ("*:delete", "invoices:read", false),
        ("orders:*:delete", "orders:read", false),
        ("", "orders:read", true),
    ] {
        let permissions = Permissions::everything().with_denied([denied]);
        assert_eq!(permissions.contains(permission), expected, "{denied} and {permission}");
    }
    // Also where one denial is the beginning of another.
    let permissions = held(&["a:b:c", "a:x"]).with_denied(["a:b:*", "a:b:b:*", "a:c:*"]);
    assert!(!permissions.contains("a:b:c") && permissions.contains("a:x"));
    assert_eq!(permissions.iter().collect::<Vec<_>>(), ["a:x"]);
}

#[test]
fn everything_with_a_denial_is_not_everything() {
    let everything = Permissions::everything();
    let denied = everything.clone().with_denied(["payroll:*"]);
    assert!(everything.is_everything() && !denied.is_everything());
    assert_ne!(everything, denied);
    assert_eq!(everything, everything.clone().with_denied([""]).with_granted(["a"; 0]));
    assert_eq!(format!("{denied:?}"), r#"Permissions(everything, denied: {"payroll:*"})"#);
    assert_eq!(format!("{:?}", held(&["b", "a"])), r#"Permissions({"a", "b"})"#);
    let fewer = held(&["a"]).with_denied(["b"]);
    assert_eq!(format!("{fewer:?}"), r#"Permissions({"a"}, denied: {"b"})"#);
}

#[test]
fn a_negative_is_met_by_those_to_whom_nothing_of_it_was_granted() {
    for (permissions, expected) in [
        (held(&[]), true),
        (held(&["staff"]), true),
        (held(&["contractor"]), false),
        (Permissions::everything(), false),
        (held(&["contractor"]).with_denied(["contractor"]), false),
        (Permissions::everything().with_denied(["contractor"]), false),
        (held(&[]).with_denied(["contractor"]), true),
    ] {
        assert_eq!(not("contractor").is_met_by(&permissions), expected, "{permissions:?}");
        let prepared = not("contractor").prepared();
        assert_eq!(prepared.is_met_by(&permissions), expected, "{permissions:?}");
    }
    assert!(!not("a:b").is_met_by(&held(&["a:*"])));
    assert!(not(not("a")).is_met_by(&held(&["a"])) && !not(not("a")).is_met_by(&held(&[])));
    assert!(not(all(["a", "b"])).is_met_by(&held(&["a"])));
    assert!(!not(any(["a", "b"])).is_met_by(&held(&["a"])));
}

/// What was lost on the way opens no door, whatever stands before it.
#[test]
fn what_is_never_met_is_not_met_in_the_negative() {
    let nothing: [&str; 0] = [];
    for permissions in [held(&[]), held(&["a", "a:*", "*", ""]), Permissions::everything()] {
        for lost in [
            all(nothing),
            any(nothing),
            "".into(),
            "*".into(),
            "a:*".into(),
            "a:{b}".into(),
            "{".into(),
            "\u{7}".into(),
        ] {
            for never in [
                lost.clone(),
                not(lost.clone()),
                not(not(lost.clone())),
                not(any([lost.clone(), lost.clone()])),
                not(all([lost.clone(), lost.clone()])),
            ] {
                assert!(!never.is_met_by(&permissions), "{never} by {permissions:?}");
                assert!(!never.clone().prepared().is_met_by(&permissions), "{never}");
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Perm {
    OrdersRead,
    OrdersWrite,
}

impl Permission for Perm {
    fn name(&self) -> &'static str {
        match self {
            Self::OrdersRead => "orders:read",
            Self::OrdersWrite => "orders:write",
        }
    }
}

#[test]
fn handlers_ask_for_names_types_and_requirements() {
    let permissions = held(&["orders:read"]);
    let (read, owned) = (Requirement::from(Perm::OrdersRead), String::from("orders:read"));
    assert_eq!(read, "orders:read".into());
    assert!(permissions.allows("orders:read") && !permissions.allows("orders:write"));
    assert!(permissions.allows("orders:read".to_owned()) && permissions.allows(&owned));
    assert!(permissions.allows(Perm::OrdersRead) && !permissions.allows(Perm::OrdersWrite));
    assert!(permissions.allows(&read) && permissions.allows(read.clone()));
    assert!(permissions.allows(any([Perm::OrdersRead, Perm::OrdersWrite])));
    assert!(!permissions.allows(all([Perm::OrdersRead, Perm::OrdersWrite])));
    // A string is a name, and this one nobody holds.
    assert!(!permissions.allows("orders:read or orders:write"));
}

#[test]
fn lists_show_what_the_caller_may_see() {
    let permissions = held(&["reports:eu", "reports:us"]).with_denied(["reports:us"]);
    let of = |permissions: &Permissions| {
        permissions
            .filter(["eu", "us", "*", "cn"], |region| format!("reports:{region}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&permissions), ["eu"]);
    assert_eq!(of(&Permissions::everything()), ["eu", "us", "cn"]);
    assert!(of(&Permissions::default()).is_empty());
    let typed = permissions.with_granted(["orders:read"]);
    let shown = typed.filter([Perm::OrdersRead, Perm::OrdersWrite], |perm| *perm);
    assert_eq!(shown.count(), 1);
}

/// Names get numbers when a requirement is prepared, and permissions may be older than that.
#[test]
fn permissions_know_requirements_that_came_after_them() {
    let permissions = held(&["first:known", "later:*", "second:known"]);
    let plain = held(&["first:known", "second:known", "third:known"]);
    let first = all(["first:known"]).prepared();
    assert!(first.is_met_by(&permissions) && first.is_met_by(&plain), "now they are numbered");
    for (required, expected) in [
        (all(["first:known", "third:known"]), true),
        (any(["sixth:unknown", "third:known"]), true),
        (not("third:known"), false),
        (any([not("third:known"), not("first:known")]), false),
    ] {
        let prepared = required.prepared();
        assert_eq!(prepared.is_met_by(&plain), expected, "{prepared}");
    }
    for (required, expected) in [
        (all(["first:known", "second:known"]), true),
        (all(["first:known", "later:a", "second:known"]), true),
        (all(["first:known", "third:unknown"]), false),
        (any(["third:unknown", "second:known"]), true),
        (not("second:known"), false),
        (not("fourth:unknown"), true),
        (not("later:b"), false),
        (any([not("second:known"), not("fifth:unknown")]), true),
        (any([not("second:known"), not("later:c")]), false),
    ] {
        let prepared = required.prepared();
        assert_eq!(prepared.is_met_by(&permissions), expected, "{prepared}");
        assert_eq!(prepared.is_met_by(&permissions.clone().with_granted([""; 0])), expected);
    }
}
