//! Rules of roles per category, row by row as Nussknacker has them.

use serde_json::{Value, json};
use tower_auth::{
    AuthErrorKind, ClaimMapper, Identity, Permissions, Requirement, RoleRule, RoleRules, Tenant,
    all, any,
};

fn user(roles: &[&str]) -> Identity {
    Identity::new("user").with_claim("roles", roles.to_vec())
}

fn held(rules: &RoleRules, roles: &[&str], category: Option<&str>) -> Vec<String> {
    let permissions = permissions(rules, roles, category);
    assert!(!permissions.is_everything());
    permissions.iter().map(str::to_owned).collect()
}

fn permissions(rules: &RoleRules, roles: &[&str], category: Option<&str>) -> Permissions {
    let tenant = category.map(|category| Tenant::new(category).unwrap());
    rules.permissions(&user(roles), tenant.as_ref()).unwrap()
}

fn map(rules: &RoleRules, roles: &[&str]) -> Value {
    serde_json::to_value(rules.permission_map(&user(roles))).unwrap()
}

/// The rules of the rows T29 to T35.
fn rules() -> RoleRules {
    let both = ["Default", "FraudDetection"];
    let three = ["Default", "FraudDetection", "Recommendations"];
    let pairs = ["First", "Second"].into_iter().flat_map(|category| {
        [("Deployer", ["Read", "Deploy"]), ("Editor", ["Read", "Write"])].map(
            |(name, permissions)| {
                RoleRule::new(format!("{category}{name}"))
                    .with_categories([category])
                    .with_permissions(permissions)
            },
        )
    });
    RoleRules::builder()
        .rules(pairs)
        .rule(RoleRule::new("ReAdeR").with_categories(both).with_permissions(["Read"]))
        .rule(RoleRule::new("Writer").with_categories(three).with_permissions(["Write"]))
        .rule(RoleRule::new("Deployer").with_categories(three).with_permissions(["Deploy"]))
        .rule(RoleRule::new("Tab").with_global_permissions(["AdminTab", "AdminTab"]))
        .rule(RoleRule::new("Tab2").with_global_permissions(["Zoom", "AdminTab"]))
        .rule(RoleRule::admin("Admin"))
        .build()
        .unwrap()
}

#[test]
fn nk_06_all_matching_rules_add_up_by_category() {
    let rules = RoleRules::builder()
        .rule(RoleRule::new("a").with_categories(["c1"]).with_permissions(["Read"]))
        .rule(RoleRule::new("A").with_categories(["c1", "c2"]).with_permissions(["Write"]))
        .rule(RoleRule::new("b").with_categories(["c2"]).with_permissions(["Deploy"]))
        .build()
        .unwrap();
    assert_eq!(held(&rules, &["a"], Some("c1")), ["Read", "Write"]);
    assert_eq!(held(&rules, &["a", "a", "B"], Some("c2")), ["Deploy", "Write"]);
    assert_eq!(
        map(&rules, &["a", "b"])["categories"],
        json!({"c1": ["Read", "Write"], "c2": ["Deploy", "Write"]})
    );
}

#[test]
fn nk_07_categories_are_compared_with_their_case_and_roles_without() {
    let rules = rules();
    assert_eq!(held(&rules, &["wRiTeR"], Some("Default")), ["Write"]);
    assert!(permissions(&rules, &["Writer"], Some("default")).is_empty());
    for other in ["Wrıter", "Writer ", "Write", "Writerſ"] {
        assert!(permissions(&rules, &[other], Some("Default")).is_empty(), "{other}");
    }
}

#[test]
fn nk_08_an_administrator_may_do_everything_and_shows_no_categories() {
    let rules = rules();
    for category in [Some("Default"), Some("nobody-knows-it"), None] {
        let permissions = permissions(&rules, &["Reader", "aDMIN"], category);
        assert!(permissions.is_everything(), "{category:?}");
        assert!(all(["Read", "Fly", "global:Impersonate"]).is_met_by(&permissions));
    }
    let administrator = user(&["admin"]);
    assert!(rules.is_admin(&administrator) && !rules.is_admin(&user(&["Reader"])));
    assert!(!rules.is_admin(&user(&[])));
    assert_eq!(
        map(&rules, &["Admin", "Reader"]),
        json!({"isAdmin": true, "categories": {}, "globalPermissions": []})
    );
}

#[test]
fn nk_09_global_permissions_are_free_text_in_the_order_of_the_rules() {
    let rules = rules();
    assert_eq!(map(&rules, &["Tab2", "Tab"])["globalPermissions"], json!(["AdminTab", "Zoom"]));
    assert_eq!(held(&rules, &["tab2"], None), ["global:AdminTab", "global:Zoom"]);
    let odd = RoleRules::builder()
        .rule(RoleRule::new("r").with_global_permissions(["any text, really: ☃"]))
        .with_vocabulary(["Read"])
        .build()
        .unwrap();
    assert_eq!(held(&odd, &["r"], None), ["global:any text, really: ☃"]);
}

/// A permission in a category must never count as the one that holds everywhere.
#[test]
fn nk_09_permissions_of_categories_are_no_global_ones() {
    let rules = RoleRules::builder()
        .rule(RoleRule::new("r").with_categories(["c"]).with_permissions(["Impersonate"]))
        .rule(RoleRule::new("g").with_global_permissions(["Impersonate"]))
        .build()
        .unwrap();
    let of_category = permissions(&rules, &["r"], Some("c"));
    assert!(of_category.contains("Impersonate") && !of_category.contains("global:Impersonate"));
    let global = permissions(&rules, &["g"], Some("c"));
    assert!(!global.contains("Impersonate") && global.contains("global:Impersonate"));

    let error = RoleRules::builder()
        .rule(RoleRule::new("p").with_categories(["c"]).with_permissions(["global:Impersonate"]))
        .rule(RoleRule::new("c").with_categories(["global:c"]).with_permissions(["Read"]))
        .build()
        .unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), 2, "{error}");
    assert!(problems[0].starts_with(r#"rule "p": "global:Impersonate": "#), "{error}");
    assert!(problems[1].starts_with(r#"rule "c": "global:c": "#), "{error}");
}

#[test]
fn nk_10_a_word_that_the_vocabulary_lacks_is_named_with_its_rule() {
    let rule = |role, word| RoleRule::new(role).with_categories(["c"]).with_permissions([word]);
    let builder =
        RoleRules::builder().rule(rule("Reader", "read")).rule(rule("Writer", "OverrideUsername"));
    assert!(builder.clone().build().is_ok(), "without a vocabulary any word is a permission");
    let error =
        builder.rule(RoleRule::new("")).with_vocabulary(["Read", "Write"]).build().unwrap_err();
    assert_eq!(
        error.problems().collect::<Vec<_>>(),
        [
            r#"rule "Reader": the permission "read" is not one of Read, Write"#,
            r#"rule "Writer": the permission "OverrideUsername" is not one of Read, Write"#,
            r#"rule "": an empty name"#,
        ]
    );
}

#[test]
fn nk_10_no_permission_implies_another() {
    assert_eq!(held(&rules(), &["Writer"], Some("Default")), ["Write"]);
}

#[test]
fn nk_11_t82_without_any_role_a_caller_is_refused() {
    let rules = rules();
    for identity in [
        user(&[]),
        user(&[""]),
        Identity::new("user"),
        Identity::new("user").with_claim("roles", json!({"Admin": true})),
        Identity::new("user").with_claim("roles", json!([{"role": "Admin"}, 1])),
        Identity::new("user").with_claim("groups", "Admin"),
    ] {
        let refused = rules.permissions(&identity, None).unwrap_err();
        assert_eq!(refused.kind(), AuthErrorKind::PermissionDenied);
        assert_eq!(refused.kind().status(), 403);
        assert_eq!(rules.permission_map(&identity), <_>::default());
    }
    let anonymous = rules.permissions(&Identity::anonymous(), None).unwrap_err();
    assert_eq!(anonymous.kind(), AuthErrorKind::MissingCredentials, "to log in may help");
}

#[test]
fn nk_11_a_role_without_a_rule_grants_nothing() {
    assert!(permissions(&rules(), &["User"], Some("Default")).is_empty());
}

#[test]
fn nk_t24_an_administrator_with_categories_of_its_own() {
    let rules = RoleRules::builder()
        .rule(RoleRule::admin("Admin").with_categories(["c1"]).with_permissions(["Read"]))
        .build()
        .unwrap();
    assert!(permissions(&rules, &["Admin"], Some("c1")).contains("Read"));
}

#[test]
fn nk_t25_t28_permissions_count_in_their_category_only() {
    let rules = RoleRules::builder()
        .rule(RoleRule::new("r1").with_categories(["c1"]).with_permissions(["Read"]))
        .rule(RoleRule::new("r2").with_categories(["c2"]).with_permissions(["Read"]))
        .build()
        .unwrap();
    assert!(permissions(&rules, &["r1"], Some("c1")).contains("Read"));
    assert!(!permissions(&rules, &["r2"], Some("c1")).contains("Read"));
    assert!(!permissions(&rules, &["r1"], None).contains("Read"), "no tenant, no category");
    assert!(!permissions(&rules, &["r1"], Some("c1")).contains("Write"));
}

#[test]
fn nk_t29_two_roles_in_two_categories() {
    let roles = ["FirstDeployer", "SecondEditor"];
    assert_eq!(held(&rules(), &roles, Some("First")), ["Deploy", "Read"]);
    assert_eq!(held(&rules(), &roles, Some("Second")), ["Read", "Write"]);
}

#[test]
fn nk_t30_t31_roles_without_case_and_unknown_roles() {
    let shown = map(&rules(), &["ReAdeR"]);
    assert_eq!(shown["categories"], json!({"Default": ["Read"], "FraudDetection": ["Read"]}));
    assert_eq!(map(&rules(), &["rEaDEr"]), shown);
    assert_eq!(
        map(&rules(), &["unknown role"]),
        json!({"isAdmin": false, "categories": {}, "globalPermissions": []})
    );
}

#[test]
fn nk_t32_t34_permissions_of_several_roles() {
    assert_eq!(
        map(&rules(), &["Reader", "Writer"])["categories"],
        json!({"Default": ["Read", "Write"], "FraudDetection": ["Read", "Write"], "Recommendations": ["Write"]})
    );
    assert_eq!(
        map(&rules(), &["Deployer", "Reader", "Writer"])["categories"],
        json!({
            "Default": ["Deploy", "Read", "Write"],
            "FraudDetection": ["Deploy", "Read", "Write"],
            "Recommendations": ["Deploy", "Write"],
        })
    );
}

#[test]
fn nk_t35_global_permissions() {
    for (roles, expected) in [
        (&["Reader"][..], json!([])),
        (&["Tab"], json!(["AdminTab"])),
        (&["Reader", "Tab"], json!(["AdminTab"])),
        (&["Reader", "Tab", "Admin"], json!(["AdminTab"])),
        (&["unknown role"], json!([])),
    ] {
        assert_eq!(map(&rules(), roles)["globalPermissions"], expected, "{roles:?}");
    }
}

#[test]
fn nk_t42_what_a_limited_reader_is_shown() {
    let rules = RoleRules::builder()
        .rule(
            RoleRule::new("LimitedReader")
                .with_categories(["Category1"])
                .with_permissions(["Read"]),
        )
        .build()
        .unwrap();
    let shown = rules.permission_map(&user(&["LimitedReader"]));
    assert_eq!(
        serde_json::to_string(&shown).unwrap(),
        r#"{"isAdmin":false,"categories":{"Category1":["Read"]},"globalPermissions":[]}"#
    );
    assert_eq!(shown.categories().collect::<Vec<_>>(), ["Category1"]);
    assert!(!shown.is_admin() && shown.global_permissions().next().is_none());
}

#[test]
fn roles_are_taken_from_the_claim_that_was_set() {
    let rules = rules().from_claim("realm_access.roles");
    let alice = Identity::new("alice").with_claim("realm_access", json!({"roles": ["Tab"]}));
    assert!(rules.permissions(&alice, None).unwrap().contains("global:AdminTab"));
    let spaced = Identity::new("alice").with_claim("groups", "Tab Admin");
    assert!(rules.from_claim("groups").is_admin(&spaced));
    assert!(rules.permissions(&user(&["Admin"]), None).is_err());
}

#[test]
fn everything_is_no_set_of_names() {
    let everything = Permissions::everything();
    let collected: Permissions = everything.iter().collect();
    assert!(collected.is_empty() && !collected.is_everything() && collected != everything);
    assert!(!everything.is_empty() && everything == Permissions::everything());
    assert_ne!(everything, Permissions::default());
    assert_eq!(format!("{everything:?}"), "Permissions(everything)");
    let nothing: [&str; 0] = [];
    for requirement in [all(nothing), any(nothing), Requirement::from("")] {
        assert!(!requirement.is_met_by(&everything), "{requirement}");
    }
}
