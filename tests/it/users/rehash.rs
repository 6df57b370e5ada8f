//! Costs that are warned of and refused, and better hashes that take the place of old ones.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, mpsc::channel},
};

use tower_auth::{Authenticator, Basic, PasswordVerifier, Rehash, Secret, User, Users};

use super::{PASSWORD, WRONG, hash, login};

fn passwords() -> PasswordVerifier {
    let builder = PasswordVerifier::builder().with_workers(NonZeroUsize::MIN).with_cost(5);
    builder.build().unwrap()
}

/// A store of one user whose rehash is answered by `replace`, and the hashes that were told.
fn store(
    replace: impl Fn(&Rehash) -> bool + Send + Sync + 'static,
) -> (Users, std::sync::mpsc::Receiver<(String, String)>) {
    let (told, hears) = channel();
    let told = Mutex::new(told);
    let users = Users::builder()
        .user(User::new("alice", hash(PASSWORD)))
        .with_verifier(passwords())
        .with_rehash(move |rehash| {
            let is_replaced = replace(rehash);
            let hashes = (rehash.old_hash().to_owned(), rehash.new_hash().to_owned());
            told.lock().unwrap().send(hashes).unwrap();
            is_replaced
        })
        .build();
    (users.unwrap(), hears)
}

#[tokio::test]
async fn an_outdated_hash_is_replaced_once() {
    let (users, hears) = store(|_| true);
    let before = users.generation(&Basic::new("alice", Secret::new(PASSWORD)));
    login(&users, "alice", PASSWORD).await.unwrap();
    let (old, new) = hears.recv().unwrap();
    assert_eq!(old, hash(PASSWORD));
    assert!(new.starts_with("$2b$05$"), "of the cost that is set");
    assert!(bcrypt::verify(PASSWORD, &new).unwrap());
    // The one worker has put it in by the time when it answers again.
    login(&users, "alice", PASSWORD).await.unwrap();
    login(&users, "alice", PASSWORD).await.unwrap();
    assert_eq!(login(&users, "alice", "wrong").await.unwrap_err(), WRONG);
    assert!(hears.try_recv().is_err(), "it is not outdated any more");
    let after = users.generation(&Basic::new("alice", Secret::new(PASSWORD)));
    assert_eq!(before, after, "the password is the same: what was remembered goes on");
}

#[tokio::test]
async fn a_wrong_password_makes_no_hash() {
    let (users, hears) = store(|_| true);
    for _ in 0..3 {
        assert_eq!(login(&users, "alice", "wrong").await.unwrap_err(), WRONG);
    }
    assert!(hears.try_recv().is_err());
}

#[tokio::test]
async fn what_the_store_does_not_take_is_tried_again_and_harms_no_login() {
    let (users, hears) = store(|_| false);
    for _ in 0..2 {
        login(&users, "alice", PASSWORD).await.unwrap();
        assert_eq!(hears.recv().unwrap().0, hash(PASSWORD));
        // Until the worker is free again, the last attempt counts as under way.
        assert_eq!(login(&users, "nobody", "").await.unwrap_err(), WRONG);
    }
}

#[tokio::test]
async fn a_store_that_panics_harms_no_login() {
    let users = Users::builder()
        .user(User::new("alice", hash(PASSWORD)))
        .with_verifier(passwords())
        .with_rehash(|_| panic!("the database is gone"))
        .build()
        .unwrap();
    for _ in 0..3 {
        login(&users, "alice", PASSWORD).await.unwrap();
    }
}

#[test]
fn no_hash_is_printed() {
    let seen = Arc::new(Mutex::new(String::new()));
    let (users, hears) = {
        let seen = Arc::clone(&seen);
        store(move |rehash| {
            *seen.lock().unwrap() = format!("{rehash:?}");
            true
        })
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(login(&users, "alice", PASSWORD)).unwrap();
    let (old, new) = hears.recv().unwrap();
    let seen = seen.lock().unwrap().clone();
    assert!(seen.contains("alice") && !seen.contains(&old) && !seen.contains(&new), "{seen}");
}

#[test]
fn low_costs_are_warned_of_or_refused() {
    let user = || User::new("alice", hash(PASSWORD));
    let users = Users::builder().user(user()).build().unwrap();
    let warnings = users.status().warnings;
    assert!(warnings[0].contains("alice") && warnings[0].contains("cost 4"), "{warnings:?}");
    let quiet = Users::builder().user(user()).with_warning_cost(4).build().unwrap();
    assert!(quiet.status().warnings.is_empty());
    let error = Users::builder().user(user()).with_min_cost(10).build().unwrap_err();
    assert!(error.to_string().contains("lower than 10"), "{error}");
    for cost in [0, 3, 19] {
        assert!(PasswordVerifier::builder().with_cost(cost).build().is_err());
    }
}

/// For stores of one's own: the same work for accounts that are not there and for damaged hashes.
#[tokio::test]
async fn passwords_serve_a_store_of_ones_own() {
    let passwords = passwords();
    let of = |password: &str| Basic::new("alice", Secret::new(password));
    let stored = hash(PASSWORD);
    assert!(passwords.verify(&of(PASSWORD), Some(&stored)).await.is_ok());
    for (password, stored) in
        [("wrong", Some(stored.as_str())), (PASSWORD, None), (PASSWORD, Some("$2y$04$damaged"))]
    {
        let done = passwords.status().done;
        let refusal = passwords.verify(&of(password), stored).await.unwrap_err();
        assert_eq!(refusal.kind(), WRONG);
        while passwords.status().done == done {
            tokio::task::yield_now().await;
        }
    }
    assert!(passwords.is_outdated(&stored));
    let fresh = passwords.hash("alice", &Secret::new(PASSWORD)).await.unwrap();
    assert!(!passwords.is_outdated(&fresh));
    assert!(passwords.verify(&of(PASSWORD), Some(&fresh)).await.is_ok());
    for bad in ["p".repeat(73), "a\0b".to_owned()] {
        assert_eq!(passwords.hash("alice", &Secret::new(bad)).await.unwrap_err().kind(), WRONG);
    }
}

/// What the store of the users was given is not undone by a look at the file or the code they are from.
#[tokio::test]
async fn a_better_hash_outlives_a_reload() {
    let (users, hears) = store(|_| true);
    let generation = |users: &Users| users.generation(&Basic::new("alice", Secret::new("")));
    let before = generation(&users);
    login(&users, "alice", PASSWORD).await.unwrap();
    hears.recv().unwrap();
    // The one worker has put it in by the time when it answers again.
    login(&users, "nobody", "").await.unwrap_err();
    assert_eq!(users.reload().unwrap(), 0);
    login(&users, "alice", PASSWORD).await.unwrap();
    login(&users, "nobody", "").await.unwrap_err();
    assert!(hears.try_recv().is_err(), "no other hash is made");
    assert_eq!(generation(&users), before);
    assert!(users.status().warnings[0].contains("cost 5"), "warnings are of the hash that counts");
}
