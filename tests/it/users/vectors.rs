//! What `crypt_blowfish` tests itself with, held against our store: the same verdict, but for this table.
//!
//! | Vectors | `crypt_blowfish` | Here | Why |
//! |---|---|---|---|
//! | `$2x$` (8) | makes the hash of its versions before 1.1 again | refused when the store is built, and by `PasswordVerifier::verify` | up to three bytes before one over 0x7f count for nothing (CVE-2011-2483) |
//! | `$2a$` of 0xff before another byte over 0x7f (2) | changes the hash on purpose, so that no `$2x$` hash renamed to `$2a$` matches | refused, like a wrong password | only `crypt_blowfish` and its copies do so; a password of a request is UTF-8, which has no byte 0xff |
//! | passwords of more than 72 bytes (2) | reads the first 72 | refused, like a wrong password | whoever knows the first 72 bytes would get in with any others after them |
//! | a NUL in a password (no vector) | ends the password | refused, like a wrong password | bcrypt repeats a short password with a NUL between: one with a NUL can be the same to it |

use serde::Deserialize;
use tower_auth::{AuthErrorKind, Basic, PasswordVerifier, Secret, User, Users};

use super::{WRONG, login};

#[derive(Deserialize)]
struct Table {
    vectors: Vec<Vector>,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct Vector {
    hash: String,
    /// Hexadecimal.
    password: String,
}

#[derive(Debug, PartialEq)]
enum Verdict {
    Same,
    BrokenHash,
    Countermeasure,
    TooLong,
}

impl Vector {
    fn verdict(&self) -> Verdict {
        let countermeasures =
            ["nqd1wy.pTMdcvrRWxyiGL2eMz.2a85.", "ZC1JEJ8Z4gPfpe1JOr/oyPXTWl9EFd."];
        if self.hash.starts_with("$2x$") {
            Verdict::BrokenHash
        } else if countermeasures.iter().any(|digest| self.hash.ends_with(digest)) {
            Verdict::Countermeasure
        } else if self.password().len() > 72 {
            Verdict::TooLong
        } else {
            Verdict::Same
        }
    }

    fn password(&self) -> Vec<u8> {
        let digits = self.password.as_bytes().chunks(2);
        let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        digits.map(byte).collect()
    }

    /// The password with one bit changed at the end of what bcrypt reads.
    fn changed(&self) -> Vec<u8> {
        let mut password = self.password();
        match password.iter_mut().take(72).last() {
            Some(last) => *last ^= 1,
            None => password.push(b'x'),
        }
        password
    }

    /// By `Users` and by `PasswordVerifier`, who agree.
    async fn judge(&self, password: &[u8]) -> Result<(), AuthErrorKind> {
        let users = Users::builder().user(User::new("alice", &*self.hash)).build().unwrap();
        let by_users = login(&users, "alice", password).await.map(drop);
        assert_eq!(by_users, verify(&self.hash, password).await, "{} {password:x?}", self.hash);
        by_users
    }
}

async fn verify(hash: &str, password: &[u8]) -> Result<(), AuthErrorKind> {
    let passwords = PasswordVerifier::builder().with_cost(4).build().unwrap();
    let credentials = Basic::new("alice", Secret::new(password));
    passwords.verify(&credentials, Some(hash)).await.map_err(|error| error.kind())
}

fn table() -> Table {
    serde_json::from_str(include_str!("../../data/crypt_blowfish.json")).unwrap()
}

fn vectors(verdict: &Verdict, count: usize) -> Vec<Vector> {
    let all = table().vectors.into_iter().filter(|vector| vector.verdict() == *verdict);
    let all: Vec<Vector> = all.collect();
    assert_eq!(all.len(), count);
    all
}

#[tokio::test]
async fn the_right_bytes_get_in_and_changed_ones_do_not() {
    for vector in vectors(&Verdict::Same, 16) {
        assert_eq!(vector.judge(&vector.password()).await, Ok(()), "{}", vector.hash);
        assert_eq!(vector.judge(&vector.changed()).await, Err(WRONG), "{}", vector.hash);
    }
}

#[tokio::test]
async fn hashes_of_a_broken_bcrypt_are_refused_when_the_store_is_built() {
    for vector in vectors(&Verdict::BrokenHash, 8) {
        let user = User::new("alice", &*vector.hash);
        let error = Users::builder().user(user).build().unwrap_err();
        assert!(error.to_string().contains("$2x$"), "{error}");
        for password in [vector.password(), vector.changed()] {
            assert_eq!(verify(&vector.hash, &password).await, Err(WRONG), "{}", vector.hash);
        }
    }
}

#[tokio::test]
async fn hashes_that_only_crypt_blowfish_makes_match_nothing() {
    for vector in vectors(&Verdict::Countermeasure, 2) {
        for password in [vector.password(), vector.changed()] {
            assert_eq!(vector.judge(&password).await, Err(WRONG), "{}", vector.hash);
        }
        assert!(vector.password().contains(&0xff));
    }
}

#[tokio::test]
async fn passwords_of_more_than_72_bytes_are_refused_and_their_beginning_is_not() {
    for vector in vectors(&Verdict::TooLong, 2) {
        let password = vector.password();
        assert_eq!(vector.judge(&password).await, Err(WRONG), "{}", vector.hash);
        assert_eq!(vector.judge(&password[..73]).await, Err(WRONG), "{}", vector.hash);
        assert_eq!(vector.judge(&password[..72]).await, Ok(()), "{}", vector.hash);
        let changed = vector.changed();
        assert_eq!(vector.judge(&changed[..72]).await, Err(WRONG), "{}", vector.hash);
    }
}

#[tokio::test]
async fn a_nul_is_refused_where_bcrypt_would_not_tell() {
    let mut alike = 0;
    for vector in vectors(&Verdict::Same, 16) {
        let mut repeated = vector.password();
        repeated.push(0);
        repeated.extend(vector.password());
        alike += usize::from(bcrypt::verify(&repeated, &vector.hash).unwrap_or(false));
        for password in [&repeated[..], b"\0", &repeated[..vector.password().len() + 1]] {
            assert_eq!(vector.judge(password).await, Err(WRONG), "{}", vector.hash);
        }
    }
    assert!(alike > 0, "bcrypt tells them apart by itself");
}

#[test]
fn settings_without_a_hash_are_refused_bare_and_with_one_after_them() {
    let digest = &table().vectors[0].hash[29..];
    for setting in table().refused {
        for hash in [setting.clone(), format!("{setting}{digest}")] {
            let built = Users::builder().user(User::new("alice", &*hash)).build();
            assert!(built.is_err(), "{hash}");
        }
    }
}
