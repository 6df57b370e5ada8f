//! Explanations, and tables of what is expected.

use tower_auth::{Access, AuthErrorKind, Identity, PathRules, Policy, Requirement, not};

use super::{get, holding, scopes};

fn policy(requirement: impl Into<Requirement>) -> Policy {
    let rules = PathRules::builder()
        .path("/asked", requirement.into())
        .path("/shut", Access::Denied)
        .path("/known", Access::Authenticated)
        .expose("/open")
        .build()
        .unwrap();
    Policy::new(rules, scopes())
}

fn explained(requirement: &str, scope: &str) -> (bool, String, String) {
    let policy = policy(Requirement::parse(requirement).unwrap());
    let explanation = policy.explain(&holding(scope), None, &get("/asked"));
    let joined = |names: Vec<&str>| names.join(" ");
    let (held, missing) = (explanation.held().collect(), explanation.missing().collect());
    (explanation.is_allowed(), joined(held), joined(missing))
}

#[test]
fn what_was_held_and_what_was_missing() {
    for (requirement, scope, allowed, held, missing) in [
        ("a", "a b", true, "a", ""),
        ("a", "b", false, "", "a"),
        ("a and b", "a", false, "a", "b"),
        ("a or b", "", false, "", "a b"),
        ("a or b", "b", true, "b", ""),
        ("a and (b or c)", "a", false, "a", "b c"),
        ("a and not b", "a b", false, "a b", "not b"),
        ("a and not b", "", false, "", "a"),
        ("not (a or b)", "a", false, "a", "not a"),
        ("a or a", "", false, "", "a"),
    ] {
        let expected = (allowed, held.to_owned(), missing.to_owned());
        assert_eq!(explained(requirement, scope), expected, "{requirement} by {scope:?}");
    }
}

#[test]
fn which_rule_decided() {
    let policy = policy("a");
    for (path, who, rule, refusal) in [
        ("/asked", holding("a"), Some("rules[0] /asked"), None),
        ("/shut", holding("a"), Some("rules[1] /shut"), Some(AuthErrorKind::PermissionDenied)),
        ("/known", holding(""), Some("rules[2] /known"), None),
        (
            "/known",
            Identity::anonymous(),
            Some("rules[2] /known"),
            Some(AuthErrorKind::MissingCredentials),
        ),
        ("/open", Identity::anonymous(), Some("rules[3] /open"), None),
        ("/unheard", holding("a"), None, Some(AuthErrorKind::PermissionDenied)),
        ("/asked/../open", holding("a"), None, Some(AuthErrorKind::AmbiguousPath)),
    ] {
        let explanation = policy.explain(&who, None, &get(path));
        assert_eq!(explanation.rule(), rule, "{path}");
        assert_eq!(explanation.refusal(), refusal, "{path}");
        assert_eq!(explanation.version(), 1);
    }
}

/// An explanation is what the gate decides: the same code, asked by the same path.
#[tokio::test]
async fn explanations_are_what_is_decided() {
    use tower::Layer;
    use tower_auth::AuthLayer;

    use crate::support::probe::{Probe, send};

    let policy = policy(Requirement::from("a").and(not("b")));
    for scope in ["", "a", "b", "a b"] {
        let identity = Identity::anonymous().with_claim("scope", scope);
        let auth = AuthLayer::first_of([]).allow_anonymous_as(identity.clone());
        let service = (auth, policy.clone()).layer(Probe::new());
        for path in ["/asked", "/shut", "/known", "/open", "/unheard", "/asked//x"] {
            let refusal = policy.explain(&identity, None, &get(path)).refusal();
            let expected = refusal.map_or(http::StatusCode::OK, AuthErrorKind::status);
            assert_eq!(send(&service, get(path)).await.status(), expected, "{scope} {path}");
        }
    }
}

#[test]
fn a_table_reports_every_cell_that_differs() {
    let policy = policy("a");
    let (reader, nobody) = (holding("a"), Identity::anonymous());
    let tenant = tower_auth::Tenant::new("acme").unwrap();
    let differences = policy
        .permits([
            (&reader, None, get("/asked"), Ok(())),
            (&reader, Some(&tenant), get("/shut"), Ok(())),
            (&nobody, None, get("/open"), Ok(())),
            (&nobody, None, get("/asked"), Err(AuthErrorKind::PermissionDenied)),
        ])
        .unwrap_err();
    assert_eq!(differences.cells().iter().map(|cell| cell.cell).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(
        differences.to_string(),
        "2 cells differ:\n\
         - cell 1, somebody for acme: GET /shut: expected allowed, but denied (permission_denied: a rule \
         denies this to everybody) by rules[1] /shut, version 1: denied\n\
         - cell 3, anonymous: GET /asked: expected permission_denied, but denied (missing_credentials: a \
         required permission is missing: requires a) by rules[0] /asked, version 1: requires a; held: \
         nothing of it; missing: a"
    );
}

#[test]
fn claims_are_not_in_an_explanation() {
    let secret = holding("wonderland-7f3a91");
    let explanation = policy("a").explain(&secret, None, &get("/asked"));
    assert!(!format!("{explanation} {explanation:?}").contains("wonderland"));
}
