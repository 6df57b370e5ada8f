//! Users who are disabled, who have clear-text passwords, or hashes of other kinds than bcrypt.

use tower_auth::{ConfigError, User, Users};

use super::{PASSWORD, WRONG, hash, login};

/// Of the reference implementations' command lines, at the lowest cost that makes sense.
const ARGON2ID: &str = "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcy4uIQ$";
const SCRYPT: &str = "$scrypt$ln=4,r=1,p=1$c2l4dGVlbiBieXRlcy4uIQ$";

fn phc(prefix: &str, password: &str) -> String {
    let salt = b"sixteen bytes..!";
    let mut output = [0; 32];
    if prefix == ARGON2ID {
        let parameters = argon2::Params::new(64, 1, 1, Some(32)).unwrap();
        let (algorithm, version) = (argon2::Algorithm::Argon2id, argon2::Version::V0x13);
        let engine = argon2::Argon2::new(algorithm, version, parameters);
        engine.hash_password_into(password.as_bytes(), salt, &mut output).unwrap();
    } else {
        let parameters = scrypt::Params::new(4, 1, 1, 32).unwrap();
        scrypt::scrypt(password.as_bytes(), salt, &parameters, &mut output).unwrap();
    }
    use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
    format!("{prefix}{}", STANDARD_NO_PAD.encode(output))
}

fn users() -> Users {
    Users::builder()
        .user(User::new("alice", hash(PASSWORD)))
        .user(User::new("gone", hash(PASSWORD)).disabled())
        .user(User::danger_with_clear_text_password("clear", PASSWORD))
        .user(User::danger_with_clear_text_password("clear and gone", PASSWORD).disabled())
        .user(User::new("argon", phc(ARGON2ID, PASSWORD)))
        .user(User::new("scrypt", phc(SCRYPT, PASSWORD)))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_disabled_user_is_refused_like_a_wrong_password() {
    for name in ["gone", "clear and gone"] {
        assert_eq!(login(&users(), name, PASSWORD).await.unwrap_err(), WRONG, "{name}");
    }
}

#[tokio::test]
async fn nk_16_and_t17_clear_text_passwords_are_compared_whole() {
    let users = users();
    assert_eq!(login(&users, "clear", PASSWORD).await.unwrap().subject(), "clear");
    for wrong in ["", "open sesam", "open sesame ", "Open sesame"] {
        assert_eq!(login(&users, "clear", wrong).await.unwrap_err(), WRONG, "{wrong:?}");
    }
    let empty = User::danger_with_clear_text_password("empty", "");
    let users = Users::builder().user(empty).build().unwrap();
    assert!(login(&users, "empty", "").await.is_ok(), "the store decides");
}

/// A clear-text password costs what a hash of the store costs.
#[tokio::test]
async fn a_clear_text_password_is_work_for_the_pool() {
    let users = users();
    let done = users.verifier().status().done;
    login(&users, "clear", PASSWORD).await.unwrap();
    // The count is made after the answer.
    while users.verifier().status().done == done {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn argon2id_and_scrypt_get_in_beside_bcrypt() {
    let users = users();
    for name in ["argon", "scrypt", "alice"] {
        assert!(login(&users, name, PASSWORD).await.is_ok(), "{name}");
        assert_eq!(login(&users, name, "open sesam").await.unwrap_err(), WRONG, "{name}");
    }
    let long = "p".repeat(100);
    let user = User::new("long", phc(ARGON2ID, &long));
    let users = Users::builder().user(user).build().unwrap();
    assert!(login(&users, "long", long.as_str()).await.is_ok(), "only bcrypt stops at 72 bytes");
    assert_eq!(login(&users, "long", &long[..72]).await.unwrap_err(), WRONG);
}

#[tokio::test]
async fn what_stands_in_for_other_hashes_matches_nothing() {
    // In a store of one user every name that nobody has is held against that user's work.
    for prefix in [ARGON2ID, SCRYPT] {
        let user = User::new("alice", phc(prefix, PASSWORD));
        let users = Users::builder().user(user).build().unwrap();
        for password in [PASSWORD, "", "\0"] {
            assert_eq!(login(&users, "nobody", password).await.unwrap_err(), WRONG);
        }
    }
}

#[test]
fn hashes_that_would_take_the_machine_or_are_damaged_are_refused() {
    let problem = |hash: &str| -> String {
        let built: Result<Users, ConfigError> =
            Users::builder().user(User::new("alice", hash)).build();
        built.expect_err(hash).to_string()
    };
    let good = phc(ARGON2ID, PASSWORD);
    for (hash, says) in [
        (good.replace("m=64", "m=4194304"), "bounds"),
        (good.replace("t=1", "t=65"), "bounds"),
        (good.replace("p=1", "p=17"), "bounds"),
        (good.replace("m=64,t=1,p=1", "m=64,t=1"), "bounds"),
        (good.replace("m=64,t=1,p=1", "m=64,t=1,p=1,p=1"), "bounds"),
        (good.replace("v=19", "v=16"), "damaged"),
        (good.replace("argon2id", "argon2i"), "another Argon2"),
        (good.replace("argon2id", "argon2d"), "another Argon2"),
        (good.rsplit_once('$').unwrap().0.to_owned(), "damaged"),
        (format!("{good}$x"), "damaged"),
        (phc(SCRYPT, PASSWORD).replace("ln=4", "ln=21"), "bounds"),
        (phc(SCRYPT, PASSWORD).replace("r=1", "r=9"), "bounds"),
        ("$pbkdf2-sha256$i=310000$c2FsdA$aGFzaA".to_owned(), "PBKDF2"),
    ] {
        let problem = problem(&hash);
        assert!(problem.contains(says), "{hash}: {problem}");
        assert!(!problem.contains(hash.rsplit_once('$').unwrap().1), "{problem}");
    }
}
