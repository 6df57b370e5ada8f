//! What documents hold, row by row as Nussknacker has it.

use tower_auth::{ClaimMapper, Identity, Permissions, Tenant};

use super::{HASH, TempFile, json, names, user};

const RULE: &str = r#"{"role": "Reader", "categories": ["Category1"], "permissions": ["Read"]}"#;

#[test]
fn nk_01_all_keys_of_users_and_rules() {
    let file = json(
        &format!(
            r#"{{"identity": "a", "username": "Alice", "encryptedPassword": "{HASH}", "password": null,
                 "roles": ["Reader", "Boss"], "disabled": true}},
               {{"identity": "b", "encryptedPassword": "{HASH}", "roles": ["Tab"], "disabled": false}}"#
        ),
        &format!(
            r#"{RULE}, {{"role": "Boss", "isAdmin": true}},
               {{"role": "Tab", "isAdmin": false, "categories": [], "permissions": [], "globalPermissions": ["AdminTab"]}},
               {{"role": "Nothing"}}"#
        ),
    );
    let users = file.document().load_users().unwrap();
    assert_eq!(names(&users), ["a", "b"]);
    let shown: Vec<_> = users.iter().map(|user| format!("{user:?}")).collect();
    assert!(shown[0].contains(r#"["roles", "username"]"#), "{}", shown[0]);
    assert!(shown[0].contains("is_disabled: true") && shown[1].contains("is_disabled: false"));
    assert!(shown[1].contains(r#"["roles"]"#), "{}", shown[1]);
    assert!(!shown.concat().contains(HASH));

    let rules = file.document().load_rules().unwrap();
    let of = |role: &str| {
        let identity = Identity::new("x").with_claim("roles", vec![role]);
        rules.permissions(&identity, Some(&Tenant::new("Category1").unwrap())).unwrap()
    };
    let held = |names: &[&str]| names.iter().copied().collect::<Permissions>();
    assert_eq!(of("reader"), held(&["Read"]));
    assert_eq!(of("Tab"), held(&["global:AdminTab"]));
    assert_eq!(of("Boss"), Permissions::everything());
    assert_eq!(of("Nothing"), held(&[]));
}

#[test]
fn nk_02_users_and_rules_must_be_there() {
    for (content, expected) in [
        ("{}", &["users: missing", "rules: missing"][..]),
        (r#"{"users": null, "rules": []}"#, &["users: missing"]),
        (r#"{"users": [], "rules": []}"#, &["users: the file has no users"]),
    ] {
        let file = TempFile::new("users.json", content);
        assert_eq!(file.problems(&file.document().check().unwrap_err()), expected, "{content}");
    }
    let file = TempFile::new("users.json", format!(r#"{{"users": [{}]}}"#, user("a")));
    assert_eq!(file.problems(&file.document().check().unwrap_err()), ["rules: missing"]);
    assert_eq!(file.problems(&file.document().load_rules().unwrap_err()), ["rules: missing"]);
}

#[test]
fn nk_02_t16_rules_alone_need_no_users() {
    for users in ["", r#""users": [],"#, r#""users": [{"identity": "sub", "roles": ["Reader"]}],"#]
    {
        let file = TempFile::new("users.json", format!(r#"{{{users} "rules": [{RULE}]}}"#));
        let rules = file.document().load_rules().unwrap();
        let alice = Identity::new("alice").with_claim("roles", "READER");
        let category = Tenant::new("Category1").unwrap();
        assert!(rules.permissions(&alice, Some(&category)).unwrap().contains("Read"));
        assert!(file.document().check().is_err());
    }
}

#[test]
fn nk_03_t22_both_kinds_of_password() {
    for both in [
        format!(r#"{{"identity": "x", "password": "hunter2", "encryptedPassword": "{HASH}", "roles": ["R"]}}"#),
        r#"{"identity": "x", "password": "hunter2", "encryptedPassword": "hunter3", "roles": ["R"]}"#.to_owned(),
    ] {
        let file = json(&both, "");
        let document = file.document();
        for document in [document.clone(), document.danger_allow_clear_text_passwords()] {
            let error = document.check().unwrap_err();
            assert_eq!(
                file.problems(&error),
                [r#"users[0]: user "x" has both a password and an encrypted password: keep one"#]
            );
        }
    }
}

#[test]
fn nk_03_t23_neither_kind_of_password() {
    for neither in ["", r#""password": null,"#, r#""encryptedPassword": null,"#] {
        let file = json(&format!(r#"{{"identity": "x", {neither} "roles": ["R"]}}"#), "");
        assert_eq!(
            file.problems(&file.document().check().unwrap_err()),
            [r#"users[0]: user "x" has neither a password nor an encrypted password"#]
        );
    }
}

/// Nussknacker takes the last of two in one place and the first in another.
#[test]
fn nk_04_an_identity_that_is_used_twice_is_a_mistake() {
    let users = [user("a"), user("b"), user("a"), user("a")].join(",");
    let file = json(&users, "");
    assert_eq!(
        file.problems(&file.document().check().unwrap_err()),
        [
            r#"users[2].identity: "a" is used twice, first by users[0]"#,
            r#"users[3].identity: "a" is used twice, first by users[0]"#,
        ]
    );
}

#[test]
fn nk_05_identities_are_compared_with_their_case() {
    let file = json(&[user("a"), user("A")].join(","), "");
    assert_eq!(names(&file.document().load_users().unwrap()), ["a", "A"]);
}

#[test]
fn nk_10_words_that_are_no_permissions() {
    let rules = r#"{"role": "R", "permissions": ["Read", "Write", "Deploy", "Demo", "Impersonate"]},
                   {"role": "S", "permissions": ["read", "OverrideUsername"], "globalPermissions": ["any thing"]}"#;
    let file = json(&user("a"), rules);
    let words = "Demo, Deploy, Impersonate, Read, Write";
    for error in [file.document().check().unwrap_err(), file.document().load_rules().unwrap_err()] {
        assert_eq!(
            file.problems(&error),
            [
                format!(
                    r#"rules[1]: rule "S": the permission "OverrideUsername" is not one of {words}"#
                ),
                format!(r#"rules[1]: rule "S": the permission "read" is not one of {words}"#),
            ]
        );
    }
    let words = ["Read", "Write", "Deploy", "Demo", "Impersonate", "read", "OverrideUsername"];
    assert!(file.document().with_vocabulary(words).check().unwrap().is_empty());
}

#[test]
fn nk_t17_clear_text_passwords_take_a_word_from_the_owner() {
    let file = json(r#"{"identity": "a", "password": "hunter2", "roles": ["Reader"]}"#, RULE);
    let error = file.document().load_users().unwrap_err();
    assert_eq!(
        file.problems(&error),
        [
            r#"users[0].password: user "a" has a password in clear text: give a bcrypt hash as encryptedPassword instead (htpasswd -nB), or call danger_allow_clear_text_passwords"#
        ]
    );
    let users = file.document().danger_allow_clear_text_passwords().load_users().unwrap();
    assert_eq!(names(&users), ["a"]);
    assert!(!format!("{users:?}").contains("hunter2"));

    let empty = json(r#"{"identity": "a", "password": "", "roles": ["Reader"]}"#, RULE);
    let error = empty.document().danger_allow_clear_text_passwords().load_users().unwrap_err();
    assert_eq!(empty.problems(&error), [r#"users[0].password: user "a": it is empty"#]);
}

/// Half a file may end just before the word that counts.
#[test]
fn null_is_no_answer_to_whether_somebody_is_disabled() {
    for (name, content) in [
        (
            "users.json",
            format!(
                r#"{{"rules":[],"users":[{{"identity":"x","encryptedPassword":"{HASH}","roles":[],"disabled":null}}]}}"#
            ),
        ),
        (
            "users.yaml",
            format!(
                "rules: []\nusers:\n  - identity: x\n    encryptedPassword: {HASH}\n    roles: []\n    disabled: "
            ),
        ),
    ] {
        let error = TempFile::new(name, content).document().load_users().unwrap_err().to_string();
        assert!(error.contains("users[0].disabled: expected true or false"), "{error}");
    }
}
