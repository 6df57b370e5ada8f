//! Temporal's claim mapper, row by row.

use serde_json::{Value, json};
#[cfg(feature = "regex")]
use tower_auth::ClaimPattern;
use tower_auth::{AuthErrorKind, ClaimMapper, ClaimPermissions, TemporalPermissions};

use super::{granted_in, refusal};

/// The numbers of the server for what is granted: those of the system, and those of the namespace of the
/// request. A higher number is shown without the lower ones that it reaches.
fn numbers(mapper: &TemporalPermissions, claims: &Value, namespace: Option<&str>) -> (u8, u8) {
    let names = granted_in(mapper, claims, namespace);
    let highest = |scope: &str| {
        let held = |role: &str| names.contains(&format!("temporal:{scope}:{role}"));
        let of = |role: &str, number: u8| if held(role) { number } else { 0 };
        let highest = of("admin", 8).max(of("write", 4)).max(of("read", 2));
        highest | of("worker", 1)
    };
    assert!(names.iter().all(|name| name.starts_with("temporal:")), "{names:?}");
    (highest("system"), highest("namespace"))
}

#[allow(clippy::needless_pass_by_value, reason = "rows read better by value")]
fn permissions(elements: Value) -> Value {
    json!({ "permissions": elements })
}

#[test]
fn rows_of_the_mapper() {
    let mapper = TemporalPermissions::new();
    for (row, elements, namespace, system, of_namespace) in [
        ("TM-T1", json!(["temporal-system:admin", "default:read"]), "default", 8, 8),
        ("TM-T1 other", json!(["temporal-system:admin", "default:read"]), "other", 8, 8),
        ("TM-T1 alone", json!(["default:read"]), "default", 0, 2),
        ("TM-T3", json!(["default:read", "default:write", "default:worker"]), "default", 0, 5),
        (
            "TM-13 types",
            json!(["default:read", 7, null, {"a": 1}, "default:write"]),
            "default",
            0,
            4,
        ),
        ("TM-14", json!(["a:b:c", "a:read:write"]), "a", 0, 0),
        ("TM-15 spaces", json!(["default : write", " default:write"]), "default", 0, 0),
        ("TM-15 empty", json!([":read"]), "default", 0, 0),
        ("TM-16 case", json!(["default:WRITE", "default:Worker"]), "default", 0, 5),
        ("TM-16 Kelvin", json!(["default:wor\u{212a}er"]), "default", 0, 0),
        ("TM-16 other", json!(["default:owner", "default:"]), "default", 0, 0),
        ("TM-17 namespace case", json!(["Default:read"]), "default", 0, 0),
        ("TM-17 system case", json!(["Temporal-System:admin"]), "default", 0, 0),
        (
            "TM-17 system is exact",
            json!(["temporal-system2:admin", "temporal:admin"]),
            "default",
            0,
            0,
        ),
        ("TM-18 or", json!(["default:admin", "default:read"]), "default", 0, 8),
        ("TM-18 other order", json!(["default:read", "default:admin"]), "default", 0, 8),
        ("TM-26", json!(["default"]), "default", 0, 0),
        ("TM-26 empty", json!([""]), "default", 0, 0),
        ("TM-26 none", json!([]), "default", 0, 0),
        ("TM-31", json!(["system:admin"]), "default", 0, 0),
        ("TM-31 as a namespace", json!(["system:admin"]), "system", 0, 8),
        ("TM-12 null", Value::Null, "default", 0, 0),
        ("TM-12 object", json!({"default": "read"}), "default", 0, 0),
        ("TM-12 number", json!(7), "default", 0, 0),
        ("TM-12 string, which we read", json!("default:read default:write"), "default", 0, 4),
        ("TM-21 no wildcards", json!(["*:admin", "def*:admin"]), "default", 0, 0),
        (
            "temporal-system as a namespace",
            json!(["temporal-system:read"]),
            "temporal-system",
            2,
            2,
        ),
    ] {
        let numbers = numbers(&mapper, &permissions(elements), Some(namespace));
        assert_eq!(numbers, (system, of_namespace), "{row}");
    }
    assert_eq!(numbers(&mapper, &json!({}), Some("default")), (0, 0), "no claim");
}

/// TZ-6: where a request names no namespace, only roles of the system count.
#[test]
fn without_a_namespace_only_the_system_counts() {
    let mapper = TemporalPermissions::new();
    for (elements, expected) in [
        (json!(["default:admin", ":admin"]), (0, 0)),
        (json!(["default:admin", "temporal-system:write"]), (4, 4)),
    ] {
        assert_eq!(numbers(&mapper, &permissions(elements), None), expected);
    }
}

#[test]
fn rows_of_the_claim() {
    let claims =
        json!({"roles": ["ns:write"], "permissions": ["ns:admin"], "a": {"b": ["ns:read"]}});
    for (row, mapper, expected) in [
        ("TM-T33", TemporalPermissions::new().with_claim("roles"), 4),
        ("default", TemporalPermissions::new(), 8),
        ("nested", TemporalPermissions::new().with_claim("a.b"), 2),
        ("absent", TemporalPermissions::new().with_claim("c"), 0),
    ] {
        assert_eq!(numbers(&mapper, &claims, Some("ns")), (0, expected), "{row}");
    }
    let commas = TemporalPermissions::of(ClaimPermissions::at("p").separated_by(','));
    assert_eq!(numbers(&commas, &json!({"p": "x:read, ns:write"}), Some("ns")), (0, 4));
}

/// MS-4, MS-8: app roles of Entra ID, and the scope of the system before 1.21.
#[test]
fn rows_of_the_recipe_with_app_roles() {
    let roles = || TemporalPermissions::new().with_claim("roles");
    let today = json!({"roles": ["temporal-system:read", "default:write"]});
    let before = json!({"roles": ["system:read", "default:write"]});
    for (row, mapper, claims, namespace, expected) in [
        ("MS-T1", roles(), &today, "default", (2, 4)),
        ("MS-T2", roles(), &before, "default", (0, 4)),
        ("MS-T2 system", roles(), &before, "system", (0, 2)),
        ("MS-T5", roles(), &json!({}), "default", (0, 0)),
        ("MS-8", roles().with_system_scope("system"), &before, "default", (2, 4)),
        ("MS-8, not both", roles().with_system_scope("system"), &today, "default", (0, 4)),
    ] {
        assert_eq!(numbers(&mapper, claims, Some(namespace)), expected, "{row}");
    }
}

#[cfg(feature = "regex")]
#[test]
fn rows_of_the_regex() {
    let by = |expression: &str| {
        let pattern = ClaimPattern::temporal(expression).unwrap();
        let elements = ClaimPermissions::at("permissions");
        (
            TemporalPermissions::of(elements.clone().matching(pattern.clone())),
            TemporalPermissions::of(elements.matching(pattern.allow_partial_matches())),
        )
    };
    let reversed = json!(["read:default", "write:default", "worker:default"]);
    let documented = r"^(?P<role>\w+):(?P<namespace>\w+)$";
    let loose = r"(?P<role>\w+):(?P<namespace>\w+)";
    for (row, expression, elements, whole, within) in [
        ("TM-T12", loose, reversed.clone(), (0, 5), (0, 5)),
        ("TM-19", documented, reversed, (0, 5), (0, 5)),
        ("TM-19, no hyphen", documented, json!(["admin:temporal-system"]), (0, 0), (0, 0)),
        ("TM-19, anywhere", loose, json!(["x/admin:default/y"]), (0, 0), (0, 8)),
        ("TM-19, first", loose, json!(["read:default admin:default"]), (0, 0), (0, 2)),
        ("TM-19, no match", loose, json!(["default"]), (0, 0), (0, 0)),
        ("TM-19, case", loose, json!(["ADMIN:default"]), (0, 8), (0, 8)),
        (
            "system",
            r"(?P<role>\w+)@(?P<namespace>[\w-]+)",
            json!(["write@temporal-system"]),
            (4, 4),
            (4, 4),
        ),
        (
            "TM-19, a group without a part",
            r"(?P<namespace>\w+):(?P<role>read)?",
            json!(["default:"]),
            (0, 0),
            (0, 0),
        ),
        (
            "a namespace with a colon is none",
            r"(?P<namespace>.+)/(?P<role>\w+)",
            json!(["temporal-system:admin/read", "default:x/admin"]),
            (0, 0),
            (0, 0),
        ),
    ] {
        let (strict, loose) = by(expression);
        let claims = permissions(elements);
        assert_eq!(numbers(&strict, &claims, Some("default")), whole, "{row}");
        assert_eq!(numbers(&loose, &claims, Some("default")), within, "{row}, within");
    }
}

/// TM-20: the server takes the colon form then, which means something else.
#[cfg(feature = "regex")]
#[test]
fn a_broken_regex_is_an_error() {
    for (row, expression) in [
        ("TM-T14", r"(?P<namespace\w+):(?P<role>\w+)"),
        ("TM-T15", r"(?P<role>\w+):(\w+)"),
        ("no role", r"(?P<namespace>\w+):(\w+)"),
        ("nothing", ""),
    ] {
        assert!(ClaimPattern::temporal(expression).is_err(), "{row}");
    }
}

#[test]
fn malformed_elements_are_counted_or_fatal() {
    let elements = json!(["default:read", 7, "default", "a:b:c", "default:owner", "*:read"]);
    let claims = permissions(elements);
    let mapper = TemporalPermissions::new();
    numbers(&mapper, &claims, Some("default"));
    let status = mapper.status();
    assert_eq!((status.not_text, status.no_match, status.wildcard), (1, 3, 1));
    let denied = AuthErrorKind::PermissionDenied;
    for element in [json!(7), json!("default"), json!("a:b:c"), json!("a:owner"), json!("*:read")] {
        let claims = permissions(json!([element]));
        assert_eq!(refusal(&TemporalPermissions::new().reject_malformed(), &claims), denied);
    }
    // Roles elsewhere are well formed.
    let elsewhere = permissions(json!(["other:admin"]));
    let strict = TemporalPermissions::new().reject_malformed();
    assert_eq!(numbers(&strict, &elsewhere, Some("default")), (0, 0));
}

/// What is asked for in the issues of the server: groups, and namespaces that begin alike.
#[test]
fn groups_and_namespaces_that_begin_alike() {
    let groups = ClaimPermissions::at("groups").stripped_of("t-").renamed([
        ("ops", "temporal-system:admin"),
        ("dev", "orders-eu:write"),
        ("dev", "x:read"),
    ]);
    let mapper = TemporalPermissions::of(groups);
    for (groups, namespace, expected) in [
        (json!(["t-ops"]), "orders-eu", (8, 8)),
        (json!(["t-dev"]), "orders-eu", (0, 4)),
        (json!(["t-dev"]), "x", (0, 2)),
        (json!(["ops", "dev"]), "x", (0, 0)),
    ] {
        assert_eq!(numbers(&mapper, &json!({ "groups": groups }), Some(namespace)), expected);
    }
    let wild = TemporalPermissions::new().allow_namespace_wildcards();
    for (element, namespace, expected) in [
        ("*:read", "orders", (0, 2)),
        ("orders-*:write", "orders-eu", (0, 4)),
        ("orders-*:write", "orders", (0, 0)),
        ("orders-*:write", "billing", (0, 0)),
        ("*-eu:write", "orders-eu", (0, 0)),
        ("temporal-*:admin", "orders", (0, 0)),
        // The system has a namespace of that name, in which no element gives a role of namespaces.
        ("*:admin", "temporal-system", (0, 0)),
        ("temporal-*:admin", "temporal-system", (0, 0)),
        ("temporal-*:admin", "temporal-systems", (0, 8)),
    ] {
        let claims = permissions(json!([element]));
        assert_eq!(numbers(&wild, &claims, Some(namespace)), expected, "{element} {namespace}");
    }
    assert_eq!(numbers(&wild, &permissions(json!(["*:admin"])), None), (0, 0));
}

/// Another mapper must not grant what this one gives a meaning to.
#[test]
fn a_scope_grants_no_role() {
    let mapper = TemporalPermissions::new().and(ClaimPermissions::at("scope"));
    let claims = json!({"scope": "temporal:system:admin openid", "permissions": ["default:read"]});
    let names = granted_in(&mapper, &claims, Some("default"));
    assert_eq!(names, ["openid", "temporal:namespace:read"]);
}

/// TZ-4, TZ-T40: for every sum of roles, of the system and of the namespace, the answer is that of
/// comparing numbers.
#[test]
fn every_sum_of_roles_is_compared_as_the_server_does() {
    const ROLES: [(&str, u8); 4] = [("worker", 1), ("read", 2), ("write", 4), ("admin", 8)];

    for sums in 0..=u8::MAX {
        let (system, namespace) = (sums >> 4, sums & 15);
        let mut elements = Vec::new();
        for (scope, sum) in [("temporal-system", system), ("ns", namespace)] {
            let held = ROLES.iter().filter(|(_, number)| sum & number != 0);
            elements.extend(held.map(|(role, _)| format!("{scope}:{role}")));
        }
        let elements: Vec<_> = elements.iter().map(String::as_str).collect();
        for (role, needed) in &ROLES[1..] {
            for (scope, held) in [("system", system), ("namespace", system | namespace)] {
                let names = granted_in(
                    &TemporalPermissions::new(),
                    &json!({ "permissions": elements }),
                    Some("ns"),
                );
                let allowed = names.contains(&format!("temporal:{scope}:{role}"));
                assert_eq!(allowed, held >= *needed, "{elements:?} {scope} {role}");
            }
        }
    }
}
