//! The endpoint rules of yuuvis Momentum: rows YU, over the table of the example.

use tower_auth::{
    Access, AuthErrorKind, ClaimPermissions, Identity, PathRule, PathRules, Policy, RuleLint,
};

use super::{asked, get};
use crate::examples::yuuvis_gateway::RULES;

const SYSTEM: &str = "YUUVIS_SYSTEM_INTEGRATOR";
const ADMIN: &str = "YUUVIS_TENANT_ADMIN";
const SETTINGS: &str = "YUUVIS_MANAGE_SETTINGS";
const DEFAULT: &str = "YUUVIS_DEFAULT";

const DENIED: Result<(), AuthErrorKind> = Err(AuthErrorKind::PermissionDenied);
const LOGIN: Result<(), AuthErrorKind> = Err(AuthErrorKind::MissingCredentials);

fn rules() -> PathRules {
    PathRules::from_yaml(RULES).unwrap()
}

/// Rows YU-T17 to YU-T24, YU-25, YU-28, YU-34, and each line of the table.
#[rustfmt::skip]
#[test]
fn yu_t_who_may_what() {
    let [nobody, of_default, settings, admin, system] = [None, Some(DEFAULT), Some(SETTINGS), Some(ADMIN), Some(SYSTEM)]
        .map(|role| match role {
            None => Identity::anonymous(),
            Some(role) => Identity::new(role).with_claim("roles", vec![role]),
        });
    let table = [
        (&nobody, "/manage/health", Ok(())),                            // YU-T17
        (&nobody, "/api/dms/objects/1", LOGIN),                         // YU-T18
        (&of_default, "/api/dms/objects/1", Ok(())),
        (&settings, "/api/dms/objects/1", Ok(())),
        (&of_default, "/api/admin/x", DENIED),                          // YU-T19
        (&admin, "/api/admin/x", Ok(())),
        (&settings, "/tenant-management/api/admin/users/7", DENIED),    // YU-T22
        (&admin, "/tenant-management/api/admin/users/7", Ok(())),
        (&nobody, "/client/index.html", Ok(())),                        // YU-T24
        (&system, "/api/admin/x", DENIED),                              // YU-34: no hierarchy
        (&admin, "/api/system/x", DENIED),
        (&system, "/api/system/x", Ok(())),
        (&system, "/search/manage/health", Ok(())),
        (&of_default, "/search/manage/health", DENIED),
        (&of_default, "/search/other", Ok(())),
        (&of_default, "/api/v/x/v2/api-docs/y", Ok(())),
        (&of_default, "/api/swagger-ui/index.html", Ok(())),
        (&of_default, "/api/unheard", DENIED),
        (&admin, "/api/api/admin/x", Ok(())),
        (&system, "/bpm-engine/internal/x", Ok(())),
        (&of_default, "/bpm-engine/internal/x", DENIED),
        (&of_default, "/api-web/api/idm/x", Ok(())),
        (&of_default, "/api-web/api/unheard/x", DENIED),
        (&of_default, "/office365/x", Ok(())),
        (&nobody, "/", LOGIN),                                          // YU-28
        (&admin, "/", DENIED),
    ];
    let policy = Policy::new(rules(), ClaimPermissions::at("roles"));
    policy.permits(table.map(|(who, path, expected)| (who, None, get(path), expected))).unwrap();
}

/// Row YU-30: a shipped mistake, found when the rules are built.
#[test]
fn yu_30_the_shipped_mistake_is_found() {
    let rules = rules();
    let [RuleLint::Unreachable { rule, behind }] = rules.lint() else {
        panic!("{:?}", rules.lint());
    };
    assert_eq!(rule, "rules[22] /tenant-management/api/admin/users/**");
    assert_eq!(behind, "rules[21] /tenant-management/api/admin/**");
}

/// Row YU-24: `?`, `*` in one segment, `**` at any depth.
#[test]
fn yu_24_ant_patterns() {
    let rules = PathRules::builder()
        .path("/a/?at", "one")
        .path("/b/*", "segment")
        .path("/c/**", "deep")
        .path("/d/**/x", "between")
        .path("/e/*.pdf", "suffix")
        .build()
        .unwrap();
    for (path, expected) in [
        ("/a/cat", "requires one"),
        ("/a/at", "denied"),
        ("/a/chat", "denied"),
        ("/a/%C3%A4at", "requires one"),
        ("/b", "denied"),
        ("/b/1", "requires segment"),
        ("/b/", "requires segment"),
        ("/b/1/2", "denied"),
        ("/c", "requires deep"),
        ("/c/1/2/3", "requires deep"),
        ("/cc", "denied"),
        ("/d/x", "requires between"),
        ("/d/1/2/x", "requires between"),
        ("/d/1/2/y", "denied"),
        ("/e/report.pdf", "requires suffix"),
        ("/e/.pdf", "requires suffix"),
        ("/e/report.pdf.exe", "denied"),
    ] {
        assert_eq!(asked(&rules, path), expected, "{path}");
    }
}

/// Row YU-25: the first rule decides, whatever later ones say; none that asks for no role is any login.
#[test]
fn yu_25_the_first_rule_decides() {
    let rules = PathRules::builder()
        .path("/x/**", Access::Authenticated)
        .path("/x/y", "never")
        .build()
        .unwrap();
    assert_eq!(asked(&rules, "/x/y"), "authenticated");
}

/// Row YU-26: the conditions, as requirements.
#[test]
fn yu_26_conditions_are_requirements() {
    let rules = PathRules::from_json(
        r#"{"rules":[{"paths":["/x"],"require":"YUUVIS_TENANT_ADMIN or YUUVIS_SYSTEM_INTEGRATOR"}]}"#,
    );
    let policy = Policy::new(rules.unwrap(), ClaimPermissions::at("roles"));
    for (role, allowed) in [(ADMIN, true), (SYSTEM, true), (SETTINGS, false)] {
        let caller = Identity::new(role).with_claim("roles", vec![role]);
        assert_eq!(policy.explain(&caller, None, &get("/x")).is_allowed(), allowed, "{role}");
    }
}

/// Row YU-27: what is exposed is looked at before all others, wherever it stands.
#[test]
fn yu_27_exposed_rules_come_first() {
    let rules = PathRules::builder()
        .path("/**", "anything")
        .rule(PathRule::exposed(["/open/**"]).with_methods(["GET"]))
        .build()
        .unwrap();
    assert_eq!(asked(&rules, "/open/x"), "open");
    assert_eq!(super::asked_by(&rules, &http::Method::POST, "/open/x"), "requires anything");
    assert_eq!(rules.lint(), []);
}
