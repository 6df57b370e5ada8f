//! Files as Apache's htpasswd writes them.

use tower_auth::UsersFile;

use super::{HASH, TempFile, names};

fn problems(content: &str) -> Vec<String> {
    let file = TempFile::new("htpasswd", content);
    let error = file.htpasswd().load_users().unwrap_err();
    assert!(!error.to_string().contains("Zm9vYmFy"), "{error}");
    file.problems(&error)
}

#[test]
fn bcrypt_lines_are_read() {
    let y = HASH.replace("$2b$", "$2y$");
    let a = HASH.replace("$2b$", "$2a$");
    for content in [
        format!("alice:{HASH}\nbob:{y}\ncarol d.:{a}\n"),
        format!("# our people\n\nalice:{HASH}\n   \nbob:{y}\n#dave:{y}\ncarol d.:{a}"),
        format!("alice:{HASH}\r\n\r\nbob:{y}\r\ncarol d.:{a}\r\n"),
        format!("\u{FEFF}alice:{HASH}\nbob:{y}\ncarol d.:{a}\n\n"),
    ] {
        let file = TempFile::new("any.name", content);
        assert_eq!(names(&file.htpasswd().load_users().unwrap()), ["alice", "bob", "carol d."]);
        assert!(file.htpasswd().check().unwrap().is_empty());
    }
}

#[test]
fn every_other_hash_is_refused_for_what_it_is() {
    let content = format!(
        "good:{HASH}\n\
         a:$apr1$Zm9vYmFy$Zm9vYmFyZm9vYmFyZm9vYm\n\
         b:{{SHA}}Zm9vYmFyZm9vYmFyZm9vYmFyZm8=\n\
         c:{{SSHA}}Zm9vYmFyZm9vYmFyZm9vYmFyZm8=\n\
         d:$1$Zm9vYmFy$Zm9vYmFy\n\
         e:$5$Zm9vYmFy$Zm9vYmFy\n\
         f:$6$rounds=5000$Zm9vYmFy$Zm9vYmFy\n\
         g:Zm9vYmFyZm9vY\n\
         h:Zm9vYmFy\n\
         i:$2x$05$Zm9vYmFy\n\
         j:$2y$05$Zm9vYmFy\n\
         k:$argon2id$v=19$m=19456,t=2,p=1$Zm9vYmFy\n\
         l:\n\
         m:{HASH} \n\
         n:{HASH}:Zm9vYmFy\n"
    );
    let advice = "it is not accepted, set the password anew with htpasswd -B";
    let expected = [
        format!(r#"line 2: user "a": a hash made by Apache's MD5 ($apr1$): {advice}"#),
        format!(r#"line 3: user "b": a hash made by SHA-1 ({{SHA}}): {advice}"#),
        format!(r#"line 4: user "c": a hash made by salted SHA-1 ({{SSHA}}): {advice}"#),
        format!(r#"line 5: user "d": a hash made by MD5 crypt ($1$): {advice}"#),
        format!(r#"line 6: user "e": a hash made by SHA-256 crypt ($5$): {advice}"#),
        format!(r#"line 7: user "f": a hash made by SHA-512 crypt ($6$): {advice}"#),
        format!(r#"line 8: user "g": a hash made by DES crypt: {advice}"#),
        format!(
            r#"line 9: user "h": a password in plain text, or a hash of no known kind: {advice}"#
        ),
        format!(r#"line 10: user "i": a hash made by a bcrypt that was broken ($2x$): {advice}"#),
        r#"line 11: user "j": the bcrypt hash is damaged"#.to_owned(),
        r#"line 12: user "k": the argon2id hash is damaged"#.to_owned(),
        r#"line 13: user "l": the hash is missing"#.to_owned(),
        r#"line 14: user "m": the bcrypt hash is damaged"#.to_owned(),
        r#"line 15: user "n": the bcrypt hash is damaged"#.to_owned(),
    ];
    assert_eq!(problems(&content), expected);
}

/// In a file whose users have passwords in clear text there is no telling a password from a hash.
#[test]
fn clear_text_is_refused_even_where_documents_may_have_it() {
    let file = TempFile::new("htpasswd", "alice:wonderland\n");
    let error = file.htpasswd().danger_allow_clear_text_passwords().load_users().unwrap_err();
    assert!(!error.to_string().contains("wonderland"), "{error}");
}

#[test]
fn names_that_nobody_can_send_and_names_used_twice() {
    let content =
        format!("alice:{HASH}\n:{HASH}\na\tb:{HASH}\nZm9vYmFy\nalice:{HASH}\nbob:{HASH}\n");
    assert_eq!(
        problems(&content),
        [
            r#"line 2: user "": the name is empty"#,
            r#"line 3: user "a\tb": a name holds no colon and no control character"#,
            "line 4: no colon between name and hash",
            r#"line 5: user "alice": the name is used twice, first in line 1"#,
        ]
    );
}

/// Half a file must not lock everyone out.
#[test]
fn a_file_without_users_is_refused() {
    for content in ["", "\n\n", "# nobody\n", "\u{FEFF}"] {
        assert_eq!(problems(content), ["the file has no users"], "{content:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let file = TempFile::new("htpasswd", b"# a\nalice:\xFF\n");
    let error = file.htpasswd().load_users().unwrap_err();
    assert_eq!(file.problems(&error), ["line 2: not UTF-8"]);
}

#[test]
fn there_are_no_rules_in_it() {
    let error = UsersFile::htpasswd("nowhere").load_rules().unwrap_err();
    assert_eq!(error.to_string(), "nowhere: an htpasswd file has no rules");
}
