//! Which hashes and names the store takes, found out while it is built.

use tower_auth::{ConfigError, User, Users};

use super::{PASSWORD, hash};

fn problems(error: &ConfigError) -> Vec<&str> {
    error.problems().collect()
}

#[test]
fn what_is_not_bcrypt_is_refused_by_name_and_all_at_once() {
    let good = hash(PASSWORD);
    let error = Users::builder()
        .user(User::new("broken", good.replacen("$2y$", "$2x$", 1)))
        .user(User::new("apache", "$apr1$Q5wHMnaM$dS3XGjMmJ2Q9pWl1gTlGn0"))
        .user(User::new("sha", "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g="))
        .user(User::new("plain", "open sesame"))
        .user(User::new("alice", good.clone()))
        .user(User::new("alice", good))
        .user(User::new("a:b", hash("x")))
        .build()
        .unwrap_err();
    let problems = problems(&error);
    assert_eq!(problems.len(), 6, "{error}");
    for (problem, (name, says)) in problems.iter().zip([
        ("broken", "$2x"),
        ("apache", "MD5"),
        ("sha", "SHA-1"),
        ("plain", "plain text"),
        ("alice", "twice"),
        ("a:b", "colon"),
    ]) {
        assert!(problem.contains(name) && problem.contains(says), "{problem}");
    }
}

#[test]
fn damaged_hashes_are_refused_before_anybody_logs_in() {
    let good = hash(PASSWORD);
    for (damaged, what) in [
        (good[..59].to_owned(), "too short"),
        (format!("{good}x"), "too long"),
        (format!("{good} "), "a space after it"),
        (format!(" {good}"), "a space before it"),
        (format!("{good}\n"), "a line end after it"),
        (good.replacen("$04$", "$4$", 1), "one digit of cost"),
        (good.replacen("$04$", "$03$", 1), "below the lowest cost"),
        (good.replacen("$04$", "$19$", 1), "above the highest cost"),
        (good.replacen("$04$", "$31$", 1), "a cost of days"),
        (good.replacen("$04$", "$xx$", 1), "no number"),
        (format!("{}!{}", &good[..20], &good[21..]), "salt outside of the alphabet"),
        (format!("{}!{}", &good[..50], &good[51..]), "hash outside of the alphabet"),
        (format!("{}é{}", &good[..20], &good[22..]), "not ASCII in the salt"),
        (format!("{}é{}", &good[..50], &good[52..]), "not ASCII in the hash"),
        ("$2y$".to_owned(), "nothing after the name"),
        (String::new(), "nothing at all"),
    ] {
        let built = Users::builder().user(User::new("alice", damaged)).build();
        assert!(built.is_err(), "{what}");
    }
}

#[test]
fn names_that_cannot_be_sent_are_refused() {
    for name in ["", "a:b", ":", "a\nb", "\0", "a\u{85}"] {
        let built = Users::builder().user(User::new(name, hash("x"))).build();
        assert!(built.is_err(), "{name:?}");
    }
}
