//! A file of users that changes under a running service.

use std::{fs, path::PathBuf, time::Duration};

use tempfile::TempDir;
use tower_auth::{
    Authenticator, Basic, CacheLimits, ClaimMapper, Secret, Tenant, User, Users, UsersBuilder,
    UsersFile,
};

use super::{PASSWORD, WRONG, hash, held::Held, login};

struct File {
    path: PathBuf,
    _folder: TempDir,
}

impl File {
    fn new(name: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = Self { path: folder.path().join(name), _folder: folder };
        file.replace(text);
        file
    }

    /// As a whole, the way `mv` does it.
    fn replace(&self, text: &str) {
        let new = self.path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(&new, &self.path).unwrap();
    }

    fn htpasswd(&self) -> UsersBuilder {
        Users::builder().file(UsersFile::htpasswd(&self.path)).without_reload()
    }
}

fn line(name: &str, password: &str) -> String {
    format!("{name}:{}\n", hash(password))
}

fn document(role: &str, permission: &str) -> String {
    let hash = hash(PASSWORD);
    format!(
        r#"{{"users":[{{"identity":"alice","encryptedPassword":"{hash}","roles":["{role}"]}}],
            "rules":[{{"role":"Writer","categories":["c1"],"permissions":["{permission}"]}}]}}"#
    )
}

#[tokio::test]
async fn a_changed_file_changes_who_gets_in() {
    let file = File::new("htpasswd", &(line("alice", "one") + &line("bob", "two")));
    let users = file.htpasswd().user(User::new("carol", hash("three"))).build().unwrap();
    assert_eq!(users.status().users, 3);
    file.replace(&(line("alice", "new") + &line("dave", "four")));
    assert_eq!(users.reload().unwrap(), 3, "alice, bob and dave");
    assert_eq!(login(&users, "alice", "one").await.unwrap_err(), WRONG);
    assert_eq!(login(&users, "bob", "two").await.unwrap_err(), WRONG);
    for (name, password) in [("alice", "new"), ("dave", "four"), ("carol", "three")] {
        assert!(login(&users, name, password).await.is_ok(), "{name}");
    }
    assert_eq!(users.reload().unwrap(), 0);
}

#[tokio::test]
async fn after_a_bad_edit_the_last_good_users_stay_and_the_status_says_so() {
    let file = File::new("htpasswd", &line("alice", PASSWORD));
    let users = file.htpasswd().build().unwrap();
    let loaded_at = users.status().loaded_at;
    let plain = "bob:secret-in-the-clear\n";
    for bad in ["", "\n# nobody\n", "alice", plain, &line("alice", PASSWORD).repeat(2), "\u{0}"] {
        file.replace(bad);
        let error = users.reload().unwrap_err().to_string();
        assert!(!error.contains("secret-in-the-clear"), "{error}");
        let status = users.status();
        let (_, failure) = status.failure.expect("it is told");
        assert_eq!((failure, status.users, status.loaded_at), (error, 1, loaded_at));
        assert!(login(&users, "alice", PASSWORD).await.is_ok(), "{bad:?}");
    }
    fs::remove_file(&file.path).unwrap();
    assert!(users.reload().is_err());
    assert!(login(&users, "alice", PASSWORD).await.is_ok());

    file.replace(&line("alice", "new"));
    assert_eq!(users.reload().unwrap(), 1);
    assert!(users.status().failure.is_none());
    assert_eq!(login(&users, "alice", PASSWORD).await.unwrap_err(), WRONG);
}

#[test]
fn a_file_that_cannot_be_used_is_found_at_the_start() {
    let file = File::new("htpasswd", "alice:plain\n");
    assert!(file.htpasswd().build().is_err());
    let nowhere = Users::builder().file(UsersFile::htpasswd("/nowhere/htpasswd")).build();
    assert!(nowhere.unwrap_err().to_string().contains("/nowhere/htpasswd"));
    let twice = File::new("htpasswd", &line("alice", PASSWORD));
    let twice = twice.htpasswd().user(User::new("alice", hash("x"))).build().unwrap_err();
    assert!(twice.to_string().contains("twice"), "{twice}");
    let file = File::new("htpasswd", &line("alice", PASSWORD));
    let restless = file.htpasswd().with_reload_every(Duration::ZERO).build().unwrap_err();
    assert!(restless.to_string().contains("without_reload"), "{restless}");
    let low = file.htpasswd().with_min_cost(10).build().unwrap_err();
    assert!(low.to_string().contains("cost 4"), "{low}");
}

/// What was remembered of users who have changed dies with the change; of others it goes on.
#[tokio::test]
async fn remembered_judgements_end_with_the_users_they_are_of() {
    let file = File::new("htpasswd", &(line("alice", "one") + &line("bob", "two")));
    let users = file.htpasswd().build().unwrap();
    let cached = users.clone().cached(CacheLimits::new());
    let ask = async |name: &str, password: &str| {
        let credentials = Basic::new(name, Secret::new(password));
        let judged = match cached.answer(credentials.clone()) {
            tower_auth::Answer::Now(judged) => judged,
            tower_auth::Answer::Later(credentials) => cached.authenticate(credentials).await,
        };
        judged.is_ok()
    };
    assert!(ask("alice", "one").await && ask("bob", "two").await);
    file.replace(&(line("alice", "one") + &line("bob", "three")));
    users.reload().unwrap();
    let done = users.verifier().status().done;
    assert!(ask("alice", "one").await);
    assert_eq!(users.verifier().status().done, done, "alice has not changed");
    assert!(!ask("bob", "two").await && ask("bob", "three").await);
    file.replace(&line("alice", "one"));
    users.reload().unwrap();
    assert!(!ask("bob", "three").await, "bob is gone");
    file.replace(&(line("alice", "one") + &line("bob", "four")));
    users.reload().unwrap();
    assert!(!ask("bob", "three").await, "and is another one when he comes back");
}

#[test]
fn rules_and_users_change_together() {
    let file = File::new("users.json", &document("Writer", "Read"));
    let users = Users::builder().file(UsersFile::at(&file.path)).without_reload().build().unwrap();
    let rules = users.rules().expect("the file has rules");
    let alice = tower_auth::Identity::new("alice").with_claim("roles", vec!["Writer"]);
    let category = Tenant::new("c1").unwrap();
    let holds =
        |permission| rules.permissions(&alice, Some(&category)).unwrap().contains(permission);
    assert!(holds("Read") && !holds("Write"));
    file.replace(&document("Writer", "Write"));
    assert_eq!(users.reload().unwrap(), 0, "alice is the same");
    assert!(!holds("Read") && holds("Write"));
    file.replace(&document("Writer", "Wrte"));
    assert!(users.reload().is_err());
    assert!(holds("Write"), "the last good rules stay");
    let htpasswd = File::new("htpasswd", &line("alice", PASSWORD));
    assert!(htpasswd.htpasswd().build().unwrap().rules().is_none());
}

/// By one of the threads that verify passwords, while nobody logs in.
#[tokio::test]
async fn a_change_is_found_without_being_told() {
    let file = File::new("htpasswd", &line("alice", "one"));
    let users = Users::builder()
        .file(UsersFile::htpasswd(&file.path))
        .with_reload_every(Duration::from_millis(1))
        .build()
        .unwrap();
    let until = async |is_so: &dyn Fn(&Users) -> bool| {
        let wait = async {
            while !is_so(&users) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("found in a minute");
    };
    file.replace(&(line("alice", "two") + &line("bob", "three")));
    until(&|users| users.status().users == 2).await;
    assert!(login(&users, "alice", "two").await.is_ok());
    file.replace("half a li");
    until(&|users| users.status().failure.is_some()).await;
    assert!(login(&users, "alice", "two").await.is_ok());
    file.replace(&line("alice", "four"));
    until(&|users| users.status().failure.is_none()).await;
    assert_eq!(login(&users, "bob", "three").await.unwrap_err(), WRONG);
}

/// A judgement of a name that nobody had does not count for one who had it meanwhile.
#[tokio::test]
async fn the_generation_of_nobody_does_not_come_back() {
    let file = File::new("htpasswd", &line("bob", "two"));
    let users = file.htpasswd().build().unwrap();
    let generation = || users.generation(&Basic::new("alice", Secret::new("")));
    let mut seen = vec![generation()];
    for text in [line("alice", "one"), line("bob", "two"), line("alice", "one"), line("bob", "two")]
    {
        file.replace(&text);
        users.reload().unwrap();
        assert!(!seen.contains(&generation()), "{text}");
        seen.push(generation());
    }
}

/// Same length, same time of the last change: a file that was put together elsewhere, and moved into place.
#[cfg(unix)]
#[tokio::test]
async fn a_change_is_found_that_looks_like_none() {
    let long_ago = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let put = |file: &File, password: &str| {
        let new = file.path.with_extension("new");
        fs::write(&new, line("alice", password)).unwrap();
        fs::File::options().write(true).open(&new).unwrap().set_modified(long_ago).unwrap();
        fs::rename(&new, &file.path).unwrap();
    };
    let file = File::new("htpasswd", &line("alice", "zero"));
    put(&file, "one");
    let users = Users::builder()
        .file(UsersFile::htpasswd(&file.path))
        .with_reload_every(Duration::from_millis(1))
        .build()
        .unwrap();
    assert!(login(&users, "alice", "one").await.is_ok());
    put(&file, "two");
    let found = async {
        while login(&users, "alice", "two").await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), found).await.expect("found in a minute");
}

/// What stood in the way may go without the file being another one.
#[cfg(unix)]
#[tokio::test]
async fn a_file_that_could_not_be_read_is_read_again() {
    let file = File::new("htpasswd", &line("alice", "one"));
    let users = Users::builder()
        .file(UsersFile::htpasswd(&file.path).with_max_bytes(100))
        .with_reload_every(Duration::from_millis(1))
        .build()
        .unwrap();
    let hidden = file.path.with_extension("hidden");
    fs::rename(&file.path, &hidden).unwrap();
    let until = async |is_so: &dyn Fn(&Users) -> bool| {
        let wait = async {
            while !is_so(&users) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("found in a minute");
    };
    until(&|users| users.status().failure.is_some()).await;
    fs::rename(&hidden, &file.path).unwrap();
    until(&|users| users.status().failure.is_none()).await;
    assert!(login(&users, "alice", "one").await.is_ok());
}

#[test]
fn any_pause_between_two_looks_is_possible() {
    let file = File::new("htpasswd", &line("alice", "one"));
    for every in [Duration::MAX, Duration::from_nanos(1)] {
        let users = Users::builder().file(UsersFile::htpasswd(&file.path)).with_reload_every(every);
        let users = users.build().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert!(runtime.block_on(login(&users, "alice", "one")).is_ok(), "{every:?}");
    }
}

/// Who waits for a thread while the file is read gets in by what the file says then.
#[tokio::test]
async fn a_login_that_waits_is_judged_by_the_users_at_its_end() {
    let both = line("alice", PASSWORD) + &line("bob", PASSWORD);
    let file = File::new("htpasswd", &both);
    let held = Held::over(file.htpasswd(), 8, 8);
    held.hold().await;
    let attempt = |name: &'static str| {
        let users = held.users.clone();
        tokio::spawn(async move { login(&users, name, PASSWORD).await.is_ok() })
    };
    let (alice, bob) = (attempt("alice"), attempt("bob"));
    while held.users.verifier().status().waiting < 2 {
        tokio::task::yield_now().await;
    }
    file.replace(&line("alice", PASSWORD));
    assert_eq!(held.users.reload().unwrap(), 1);
    held.release();
    assert!(alice.await.unwrap() && !bob.await.unwrap());
}
