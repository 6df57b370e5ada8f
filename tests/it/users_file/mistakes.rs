//! Every mistake has its place, and all are told at once.

use super::{HASH, TempFile, json, user};

#[test]
fn all_mistakes_are_told_at_once() {
    let users = format!(
        r#"{good},
           {{"identity": "b", "encryptedPassword": "$apr1$hunter2$hunter2", "roles": ["R"]}},
           {{"encryptedPassword": "{HASH}", "roles": ["R"]}},
           {{"identity": "c:d", "encryptedPassword": "{HASH}", "roles": "hunter2"}},
           "hunter2",
           {{"identity": "e\nf", "encryptedPassword": 7, "roles": ["R", null, 7, ["hunter2"]]}},
           {{"identity": ["hunter2"], "password": {{"hunter2": 1}}, "roles": [], "disabled": "hunter2"}},
           {{"identity": "g", "username": "", "encryptedPassword": "{HASH}", "encryptedPassword": "{HASH}", "roles": ["R"]}},
           {{"identity": "good", "password": "hunter2", "roles": ["R"]}}"#,
        good = user("good"),
    );
    let rules = r#"{"isAdmin": true}, {"role": "R", "isAdmin": 1, "categories": "hunter2", "permissions": ["Fly"]},
                   [], {"role": "", "categories": ["global:x"]}"#;
    let file = json(&users, rules);
    let error = file.document().check().unwrap_err();
    assert_eq!(
        file.problems(&error),
        [
            r#"users[1].encryptedPassword: user "b": a hash made by Apache's MD5 ($apr1$): it is not accepted, set the password anew with htpasswd -B"#,
            "users[2].identity: missing",
            "users[3].identity: a name holds no colon and no control character",
            "users[3].roles: expected a list, found a string",
            "users[4]: expected an object, found a string",
            "users[5].identity: a name holds no colon and no control character",
            "users[5].roles[1]: expected a string, found nothing",
            "users[5].roles[2]: expected a string, found a number: put it in quotes",
            "users[5].roles[3]: expected a string, found a list",
            "users[5].encryptedPassword: expected a string, found a number: put it in quotes",
            "users[6].identity: expected a string, found a list",
            "users[6].disabled: expected true or false, found a string",
            "users[6].password: expected a string, found an object",
            "users[6].password: the user has a password in clear text: give a bcrypt hash as encryptedPassword instead (htpasswd -nB), or call danger_allow_clear_text_passwords",
            "users[7].encryptedPassword: given twice",
            "users[7].username: a name is not empty and holds no control character",
            r#"users[8].password: user "good" has a password in clear text: give a bcrypt hash as encryptedPassword instead (htpasswd -nB), or call danger_allow_clear_text_passwords"#,
            r#"users[8].identity: "good" is used twice, first by users[0]"#,
            "rules[0].role: missing",
            "rules[1].isAdmin: expected true or false, found a number",
            "rules[1].categories: expected a list, found a string",
            r#"rules[1]: rule "R": the permission "Fly" is not one of Demo, Deploy, Impersonate, Read, Write"#,
            "rules[2]: expected an object, found a list",
            r#"rules[3]: rule "": an empty name"#,
            r#"rules[3]: rule "": "global:x": no category and no permission of one starts with "global:", which is how global permissions are told apart"#,
        ]
    );
    let text = error.to_string();
    assert!(!text.contains("hunter2") && !text.contains(HASH), "{text}");
}

#[test]
fn keys_that_nobody_reads_are_warned_of() {
    let file = TempFile::new(
        "users.json",
        format!(
            r#"{{"configId": 1, "users": [{{"identity": "a", "encryptedPassword": "{HASH}", "permissions": ["Deployer"]}}],
                 "rules": [{{"role": "R", "admin": true}}]}}"#
        ),
    );
    assert_eq!(
        file.document().check().unwrap(),
        [
            "configId: nobody reads a key of this name",
            "users[0].permissions: nobody reads a key of this name",
            "users[0]: the user has no roles, so every request of theirs is refused",
            "rules[0].admin: nobody reads a key of this name",
        ]
    );
}

/// `{password:hunter2}` without a space is one key in YAML.
#[test]
fn a_key_that_may_be_a_secret_is_not_quoted() {
    for user in ["{identity: a, password:hunter2}", "{identity: a, hunter2}"] {
        let text = format!(
            "users: [{user}, {{identity: b, encryptedPassword: {HASH}, roles: [R]}}]\nrules: []"
        );
        let file = TempFile::new("users.yaml", &text);
        let error = file.document().check().unwrap_err();
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let text = text.replace("a, ", &format!("a, encryptedPassword: {HASH}, "));
        let file = TempFile::new("users.yaml", text);
        let warnings = file.document().check().unwrap();
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        assert!(!warnings.concat().contains("hunter2"), "{warnings:?}");
        assert!(warnings[0].starts_with("users[0]: a key that nobody reads"), "{warnings:?}");
    }
}

#[test]
fn a_document_that_is_no_object() {
    for content in ["[]", "7", "\"hunter2\"", "null"] {
        let file = TempFile::new("users.json", content);
        let problems = file.problems(&file.document().check().unwrap_err());
        assert!(problems[0].starts_with("expected an object, found "), "{problems:?}");
        assert!(!problems.concat().contains("hunter2"));
    }
}
