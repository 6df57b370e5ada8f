//! One document in every format.

use tower_auth::{ClaimMapper, Identity, Tenant, UsersFile};

use super::{HASH, TempFile, names};

fn documents() -> [(&'static str, String); 6] {
    let yaml = format!(
        "# people\nusers:\n  - identity: alice\n    encryptedPassword: {HASH}\n    roles: &roles [Reader]\n  \
         - {{identity: \"123\", encryptedPassword: '{HASH}', roles: *roles}}\nrules:\n  - role: Reader\n    \
         categories: [Fraud]\n    permissions: [Read]\n    isAdmin: false\n"
    );
    let hocon = format!(
        "// people\nusers: [\n  {{ identity: alice, encryptedPassword: \"{HASH}\", roles: [Reader] }}\n  \
         {{ identity = 123\n encryptedPassword = \"{HASH}\", roles: [\"Reader\"] }}\n]\nrules = [ {{ role: Reader, \
         categories: [Fraud]\n permissions: [Read], isAdmin: false }} ]\n"
    );
    let json = format!(
        r#"{{"users": [{{"identity": "alice", "encryptedPassword": "{HASH}", "roles": ["Reader"]}},
            {{"identity": "123", "encryptedPassword": "{HASH}", "roles": ["Reader"]}}],
            "rules": [{{"role": "Reader", "categories": ["Fraud"], "permissions": ["Read"], "isAdmin": false}}]}}"#
    );
    let toml = format!(
        "[[users]]\nidentity = 'alice'\nencryptedPassword = '{HASH}'\nroles = ['Reader']\n\n[[users]]\n\
         identity = '123'\nencryptedPassword = '{HASH}'\nroles = ['Reader']\n\n[[rules]]\nrole = 'Reader'\n\
         categories = ['Fraud']\npermissions = ['Read']\nisAdmin = false\n"
    );
    [
        ("users.json", json),
        ("users.toml", toml),
        ("users.yaml", yaml.clone()),
        ("users.YML", yaml),
        ("users.conf", hocon.clone()),
        ("users.hocon", hocon),
    ]
}

#[test]
fn the_same_document_in_every_format() {
    for (name, content) in documents() {
        let file = TempFile::new(name, content);
        let document = file.document();
        assert_eq!(document.check().unwrap(), [""; 0], "{name}");
        assert_eq!(names(&document.load_users().unwrap()), ["alice", "123"], "{name}");
        let alice = Identity::new("alice").with_claim("roles", "Reader");
        let rules = document.load_rules().unwrap();
        let permissions = rules.permissions(&alice, Some(&Tenant::new("Fraud").unwrap())).unwrap();
        assert!(permissions.contains("Read"), "{name}");
    }
}

/// A half-written file, however far it got, locks nobody out.
#[test]
fn half_a_document_is_refused() {
    for (name, content) in documents() {
        for end in 0..content.trim_end().len() {
            // Of TOML, YAML and HOCON a part may be a whole; what must not happen is no users.
            let file = TempFile::new(name, &content[..end]);
            if let Ok(users) = file.document().load_users() {
                assert!(!users.is_empty(), "{name} to {end}");
                assert!(!name.ends_with("json"), "{name} to {end}");
            }
        }
    }
}

#[test]
fn other_extensions_are_refused_with_those_that_are_read() {
    for name in ["users", "users.xml", "users.properties", ".json", "users.json.bak"] {
        let error = UsersFile::at(name).check().unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "{name}: the extension says no format that is read: \
                 .json, .toml, .yaml, .yml, .conf, .hocon"
            )
        );
    }
}

#[test]
fn mistakes_of_syntax_have_line_and_column_and_quote_nothing() {
    for (name, content, expected) in [
        ("users.json", "{\n \"users\": hunter2 }", "line 2, column 11: not JSON"),
        (
            "users.json",
            "{\"users\": [{\"password\": \"hunter2",
            "line 1, column 32: the JSON ends too early",
        ),
        ("users.json", "{\"users\": [\"hun\nter2\"]}", "line 2, column 0: not JSON"),
        (
            "users.toml",
            "a = 1\npassword = hunter2",
            "line 2, column 12: not TOML, or a key that is given twice",
        ),
        (
            "users.toml",
            "password = 'hunter2'\npassword = 'hunter3'",
            "line 2, column 1: not TOML, or a key that is given twice",
        ),
        ("users.yaml", "a: 1\npassword: @hunter2", "line 2, column 11: not YAML"),
        ("users.yaml", "password: \"hunter2", "not YAML"),
        ("users.yaml", "password: !!int hunter2", "not YAML"),
        ("users.yaml", "password: !!binary hunter2", "not YAML"),
        (
            "users.yaml",
            "a: &a {hunter2: 1}\nb: {<<: *a}",
            "line 2, column 5: merge keys (<<) are not read",
        ),
        ("users.yaml", "a: 1\n---\nhunter2: 1", "more than one document"),
        ("users.yaml", "a: *hunter2", "not YAML"),
        ("users.conf", "a: 1\npassword: \"hunter2", "line 2, column 11: not HOCON"),
        ("users.conf", "users: [ { password: hunter2 hunter3 = 4", "not HOCON"),
        ("users.conf", "[\"hunter2\"]", "not HOCON"),
    ] {
        let file = TempFile::new(name, content);
        for error in
            [file.document().check().unwrap_err(), file.document().load_rules().unwrap_err()]
        {
            let problems = file.problems(&error);
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems[0].contains(expected), "{content}: {problems:?}");
            assert!(!error.to_string().contains("hunter"), "{error}");
        }
    }
}

#[test]
fn members_given_twice_are_refused_where_the_format_has_no_merging() {
    for (name, content) in [
        ("users.json", r#"{"users": [], "rules": [], "rules": []}"#),
        ("users.yaml", "users: []\nrules: []\nrules: []"),
    ] {
        let file = TempFile::new(name, content);
        let problems = file.problems(&file.document().check().unwrap_err());
        assert_eq!(problems, ["rules: given twice", "users: the file has no users"], "{name}");
        assert!(file.document().load_rules().is_err());
    }
    let merged = TempFile::new("users.conf", "rules: [x]\nrules: [{role: R}]\n");
    assert!(merged.document().load_rules().is_ok());
}

#[test]
fn values_of_other_types_are_not_taken_for_strings() {
    for (name, content) in [
        ("users.yaml", "users: [{identity: 1, password: 2024-01-01, username: true}]\nrules: []"),
        (
            "users.toml",
            "rules = []\n[[users]]\nidentity = 1\npassword = 2024-01-01\nusername = true",
        ),
    ] {
        let file = TempFile::new(name, content);
        let problems = file.problems(&file.document().check().unwrap_err());
        for expected in [
            "users[0].identity: expected a string, found a number: put it in quotes",
            "users[0].username: expected a string, found true or false: put it in quotes",
        ] {
            assert!(problems.iter().any(|problem| problem == expected), "{name}: {problems:?}");
        }
    }
}
