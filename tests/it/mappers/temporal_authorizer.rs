//! The server's authorizer: what it demands is a plain requirement of what the mapper grants.

use serde_json::json;
use tower_auth::{Requirement, TemporalPermissions};

use super::granted_in;

/// Scope and access of a method, as the server's table has them.
#[derive(Clone, Copy)]
struct Method(&'static str);

const START: Method = Method("temporal:namespace:write");
const RESPOND: Method = Method("temporal:namespace:write");
const LIST_SEARCH_ATTRIBUTES: Method = Method("temporal:namespace:read");
const UPDATE_NAMESPACE: Method = Method("temporal:namespace:admin");
const LIST_NAMESPACES: Method = Method("temporal:system:read");
const ADMIN_SERVICE: Method = Method("temporal:system:admin");

fn is_allowed(elements: &[&str], Method(demanded): Method, namespace: Option<&str>) -> bool {
    let claims = json!({ "permissions": elements });
    let names = granted_in(&TemporalPermissions::new(), &claims, namespace);
    Requirement::from(demanded).is_met_by(&names.into_iter().collect())
}

#[test]
fn rows_of_the_authorizer() {
    let (own, bar) = (Some("test-namespace"), Some("bar"));
    for (row, elements, method, namespace, expected) in [
        ("TZ-T1", &["temporal-system:admin"][..], RESPOND, bar, true),
        ("TZ-T2", &["temporal-system:admin"], ADMIN_SERVICE, None, true),
        ("TZ-T3", &["temporal-system:admin"], START, own, true),
        ("TZ-T4", &["temporal-system:write"], RESPOND, bar, true),
        ("TZ-T4 admin", &["temporal-system:write"], ADMIN_SERVICE, None, false),
        ("TZ-T7", &["temporal-system:read"], RESPOND, bar, false),
        ("TZ-T8", &["temporal-system:read"], ADMIN_SERVICE, None, false),
        ("TZ-T10", &["test-namespace:admin"], ADMIN_SERVICE, None, false),
        ("TZ-T10 named", &["test-namespace:admin"], ADMIN_SERVICE, own, false),
        ("TZ-T11", &["test-namespace:admin"], START, own, true),
        ("TZ-T13", &["bar:admin"], RESPOND, bar, true),
        ("TZ-T15", &["test-namespace:write"], ADMIN_SERVICE, own, false),
        ("TZ-T16", &["test-namespace:write"], START, own, true),
        ("TZ-T18", &["test-namespace:write"], RESPOND, bar, false),
        ("TZ-T19", &["test-namespace:read"], ADMIN_SERVICE, own, false),
        ("TZ-T20", &["test-namespace:read"], START, own, false),
        ("TZ-T21", &["test-namespace:read"], RESPOND, bar, false),
        ("TZ-T23", &["test-namespace:read"], LIST_SEARCH_ATTRIBUTES, own, true),
        ("TZ-T30", &["test-namespace:admin"], LIST_NAMESPACES, own, false),
        ("TZ-T31", &["temporal-system:read"], LIST_NAMESPACES, None, true),
        ("TZ-T32", &["test-namespace:worker"], START, own, false),
        ("TZ-T32 reads", &["test-namespace:worker"], LIST_SEARCH_ATTRIBUTES, own, false),
        (
            "TZ-4 worker and reader",
            &["test-namespace:worker", "test-namespace:read"],
            START,
            own,
            false,
        ),
        ("TZ-T34", &["temporal-system:read", "test-namespace:write"], START, own, true),
        ("TZ-T36 own", &["test-namespace:admin"], UPDATE_NAMESPACE, own, true),
        ("TZ-T36 other", &["test-namespace:admin"], UPDATE_NAMESPACE, bar, false),
        ("TZ-T37", &["test-namespace:write"], UPDATE_NAMESPACE, own, false),
        ("TZ-6", &["test-namespace:admin"], START, None, false),
        ("TZ-6 system", &["temporal-system:write"], START, None, true),
        ("nobody", &[], LIST_SEARCH_ATTRIBUTES, own, false),
    ] {
        assert_eq!(is_allowed(elements, method, namespace), expected, "{row}");
    }
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
