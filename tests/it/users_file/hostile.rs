//! Files that are made to hurt, or are no files.

use std::{fs, thread, time::Duration, time::Instant};

use tower_auth::UsersFile;

use super::{HASH, TempFile, user};

const DEEP: usize = 100_000;

/// Refused in a few seconds, on a thread with as little stack as threads have.
fn refused(name: &'static str, content: String) -> String {
    let start = Instant::now();
    let check = move || {
        let file = TempFile::new(name, content);
        let error = file.document().check().unwrap_err();
        assert_eq!(file.document().load_rules().unwrap_err().problems().count(), 1);
        file.problems(&error).join("\n")
    };
    let problems = thread::Builder::new().stack_size(2 << 20).spawn(check).unwrap().join().unwrap();
    assert!(start.elapsed() < Duration::from_secs(20), "{name}: {:?}", start.elapsed());
    assert!(problems.len() < 200, "{problems}");
    problems
}

#[test]
fn deep_nesting_is_refused() {
    for (name, start, open) in [
        ("users.json", "", "["),
        ("users.json", "", r#"{"a":"#),
        ("users.toml", "a = ", "["),
        ("users.toml", "a = ", "{a = "),
        ("users.yaml", "", "["),
        ("users.yaml", "", "{a: "),
        ("users.yaml", "", "- "),
        ("users.yaml", "", "? "),
        ("users.conf", "a = ", "["),
        ("users.conf", "", "{ a: "),
        ("users.conf", "", "a { "),
    ] {
        let _ = refused(name, format!("{start}{}", open.repeat(DEEP)));
    }
}

/// One name makes one level for each of its steps.
#[test]
fn long_paths_are_refused() {
    let quoted = format!("{}a = 1", "\"a\".".repeat(DEEP));
    let spaced = format!("{}a = 1", "a . ".repeat(DEEP));
    for (name, content) in [
        ("users.toml", format!("{}a = 1", "a.".repeat(DEEP))),
        ("users.toml", format!("[{}a]", "a.".repeat(DEEP))),
        ("users.conf", format!("{}a = 1", "a.".repeat(DEEP))),
        ("users.conf", format!("{}a {{ b = 1 }}", "a.".repeat(DEEP))),
        ("users.conf", quoted),
        ("users.conf", spaced),
        // Within each bound, and beyond them together.
        ("users.conf", format!("{} b = 1", "a.a.a.a.a.a.a.a { ".repeat(120))),
        ("users.conf", format!("{} b = 1", "a.a.a.a.a.a.a.a = [ { ".repeat(60))),
        ("users.conf", format!("a = 1, {}a : {{ b = 1 }}", "a.".repeat(DEEP))),
    ] {
        let _ = refused(name, content);
    }
}

/// Depth that is closed again counts no more, and the dots of a value are no steps.
#[test]
fn what_is_wide_is_not_deep() {
    let many = 2_000;
    let users: Vec<_> = (0..many).map(|number| {
        format!("{{ identity: u{number}, encryptedPassword: {HASH:?}, username: a.b.c.d.e.f, roles: [Reader] }}")
    }).collect();
    let rules: String = (0..many).map(|_| "{ role: a.b.c.d, categories: [v1.2.3] } ").collect();
    let content =
        format!("users = [{}]\nrules = [{}]", users.join(", "), rules.replace("} {", "}, {"));
    let file = TempFile::new("users.conf", content);
    assert_eq!(file.document().load_users().unwrap().len(), many);
}

#[test]
fn aliases_of_yaml_are_bounded() {
    let laughs = (1..10).fold("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned(), |text, level| {
        let aliases = vec![format!("*a{}", level - 1); 10].join(",");
        format!("{text}a{level}: &a{level} [{aliases}]\n")
    });
    let long = format!("a: &a \"{}\"\nb: [{}]", "x ".repeat(500_000), vec!["*a"; 20_000].join(","));
    for content in [laughs, long, "a: &a [*a]".to_owned()] {
        let problem = refused("users.yaml", content);
        assert!(problem.contains("too large once its aliases are written out"), "{problem}");
    }
}

/// Neither files nor the environment are asked; a users file is all there is.
#[test]
fn hocon_includes_nothing_and_refers_to_nothing() {
    let other = TempFile::new("other.conf", "rules: [{role: Admin, isAdmin: true}]");
    let path = other.path.display();
    let included = [
        format!("include \"{path}\""),
        format!("include file(\"{path}\")"),
        format!("include required(file(\"{path}\"))"),
        format!("include required(\"{path}\")"),
        "include url(\"http://127.0.0.1:9/x.conf\")".to_owned(),
        "include classpath(\"x.conf\")".to_owned(),
        "include package(\"a\", \"x.conf\")".to_owned(),
        "include // here\n \"x.conf\"".to_owned(),
        format!("a {{ include \"{path}\" }}"),
    ];
    for include in included {
        for content in [format!("{include}\nusers: []"), format!("users: []\n{include}\nrules: []")]
        {
            let problem = refused("users.conf", content);
            assert!(problem.contains("other files are not included"), "{include}: {problem}");
        }
    }
    for reference in
        ["${PATH}", "${?PATH}", "${PATH[]}", "x${PATH}x", "${rules}", "[${PATH}]", "{a: ${PATH}}"]
    {
        let problem = refused("users.conf", format!("users: []\nrules: []\nb: {reference}"));
        assert!(problem.contains("substitutions (${..}) are not read"), "{reference}: {problem}");
    }
    let problem = refused("users.conf", "a += 1\n".repeat(20_000));
    assert!(problem.contains("`+=` is not read"), "{problem}");
    let quoted = TempFile::new("users.conf", r#"rules: [{role: "include"}, {role: "${PATH}"}]"#);
    assert!(quoted.document().load_rules().is_ok());
}

#[test]
fn large_files_are_refused_before_they_are_read_as_a_whole() {
    let padding = " ".repeat(5 << 20);
    let content = format!(r#"{{"users": [{}], "rules": []}}"#, user("a")) + &padding;
    let file = TempFile::new("users.json", &content);
    let error = file.document().check().unwrap_err();
    assert_eq!(file.problems(&error), ["the file is larger than 4194304 bytes"]);
    assert!(file.document().with_max_bytes(content.len()).check().is_ok());
    assert!(file.document().with_max_bytes(content.len() - 1).check().is_err());

    let htpasswd = TempFile::new("htpasswd", format!("alice:{HASH}\n{padding}"));
    assert!(htpasswd.htpasswd().load_users().is_err());
    assert!(htpasswd.htpasswd().with_max_bytes(usize::MAX).load_users().is_ok());
}

#[test]
fn only_regular_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let missing = UsersFile::at(folder.path().join("none.json")).check().unwrap_err();
    assert!(missing.to_string().contains("the file cannot be read"), "{missing}");
    let directory = UsersFile::htpasswd(folder.path()).check().unwrap_err();
    assert!(directory.to_string().ends_with("not a regular file"), "{directory}");
}

#[cfg(unix)]
#[test]
fn devices_and_pipes_never_end_and_links_are_followed() {
    let device = UsersFile::htpasswd("/dev/zero").check().unwrap_err();
    assert!(device.to_string().ends_with("not a regular file"), "{device}");
    // As Kubernetes mounts secrets.
    let file = TempFile::new("htpasswd", format!("alice:{HASH}\n"));
    let link = file.path.with_file_name("link");
    std::os::unix::fs::symlink(&file.path, &link).unwrap();
    assert_eq!(UsersFile::htpasswd(&link).load_users().unwrap().len(), 1);
    let endless = file.path.with_file_name("endless");
    std::os::unix::fs::symlink("/dev/zero", &endless).unwrap();
    assert!(UsersFile::htpasswd(&endless).load_users().is_err());
    fs::remove_file(link).unwrap();
}
