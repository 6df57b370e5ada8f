//! `Users`: bcrypt on threads of its own, bounded, with equal work for everybody.

use std::{num::NonZeroUsize, time::Duration};

use tower_auth::{
    AuthErrorKind, Authenticator, Basic, BasicAuthLayer, Identity, Secret, User, Users,
};

use crate::support::{
    probe::{lines, request, send},
    schemes::basic,
};

/// The lowest cost that bcrypt has: tests verify many.
fn hash(password: impl AsRef<[u8]>) -> String {
    bcrypt::hash(password, 4).unwrap()
}

async fn ask(users: &Users, name: &str, password: &str) -> Result<Identity, AuthErrorKind> {
    let credentials = Basic::new(name, Secret::new(password));
    users.authenticate(credentials).await.map_err(|error| error.kind())
}

async fn admits(users: &Users, name: &str, password: &str) -> bool {
    match ask(users, name, password).await {
        Ok(identity) => identity.subject() == name,
        Err(kind) => {
            assert_eq!(kind, AuthErrorKind::InvalidCredentials);
            false
        }
    }
}

#[tokio::test]
async fn the_right_password_of_the_right_user() {
    let users = Users::builder()
        .user(User::new("alice", hash("wonderland")).with_claim("roles", vec!["editor"]))
        .user(User::new("älice", hash("pä:ß€")))
        .user(User::new("", hash("")))
        .build()
        .unwrap();
    assert!(admits(&users, "alice", "wonderland").await);
    assert!(admits(&users, "älice", "pä:ß€").await);
    assert!(admits(&users, "", "").await);
    for (name, password) in [
        ("alice", "Wonderland"),
        ("alice", ""),
        ("alice", "wonderland "),
        ("Alice", "wonderland"),
        ("bob", "wonderland"),
        ("alice ", "wonderland"),
        ("älice", "wonderland"),
        ("", "wonderland"),
    ] {
        assert!(!admits(&users, name, password).await, "{name:?} {password:?}");
    }
    let alice = ask(&users, "alice", "wonderland").await.unwrap();
    assert_eq!(alice.claims().get("roles"), Some(&serde_json::json!(["editor"])));
}

#[tokio::test]
async fn hashes_of_every_version_of_bcrypt() {
    let parts = bcrypt::hash_with_result("wonderland", 4).unwrap();
    for version in [bcrypt::Version::TwoA, bcrypt::Version::TwoB, bcrypt::Version::TwoY] {
        let hash = parts.format_for_version(version);
        let users = Users::builder().user(User::new("alice", hash)).build().unwrap();
        assert!(admits(&users, "alice", "wonderland").await);
    }
}

/// bcrypt does not see beyond 72 bytes: whoever knows those must not get in with another ending.
#[tokio::test]
async fn more_than_72_bytes_are_refused() {
    let (at_the_limit, beyond) = ("x".repeat(72), "x".repeat(73));
    let users = Users::builder().user(User::new("alice", hash(&at_the_limit))).build().unwrap();
    assert!(admits(&users, "alice", &at_the_limit).await);
    assert!(!admits(&users, "alice", &beyond).await);
    // Bytes count, not characters.
    let users = Users::builder().user(User::new("alice", hash("ä".repeat(36)))).build().unwrap();
    assert!(admits(&users, "alice", &"ä".repeat(36)).await);
    assert!(!admits(&users, "alice", &"ä".repeat(37)).await);
}

#[test]
fn all_that_is_wrong_is_reported_at_once_and_no_hash_is_quoted() {
    let good = hash("x");
    let wrong = [
        ("md5", "$apr1$salt$WONDERLANDWONDERLAND0".to_owned()),
        ("sha", "{SHA}WONDERLANDWONDERLAND=".to_owned()),
        ("plain", "WONDERLAND".to_owned()),
        ("broken", good.replace("$2b$", "$2x$")),
        ("short", good[..59].to_owned()),
        ("cheap", good.replace("$04$", "$03$")),
        ("dear", good.replace("$04$", "$31$")),
        ("odd", format!("{}ä", &good[..58])),
        ("a:b", good.clone()),
        ("twice", good.clone()),
        ("twice", good.clone()),
    ];
    let mut builder = Users::builder();
    for (name, hash) in wrong {
        builder = builder.user(User::new(name, hash));
    }
    let error = builder.build().unwrap_err();
    assert_eq!(error.problems().count(), 10, "{error}");
    for name in ["md5", "sha", "plain", "broken", "short", "cheap", "dear", "odd", "a:b", "twice"] {
        assert!(error.problems().any(|problem| problem.contains(name)), "{name}: {error}");
    }
    assert!(error.problems().any(|problem| problem.contains("set the password anew")), "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("WONDERLAND") && !text.contains(&good[7..]), "{text}");
}

fn one() -> NonZeroUsize {
    NonZeroUsize::MIN
}

/// One thread and a queue of one: of many at once, two are served and the others are told to wait.
/// Whether a user exists makes no difference to that, so unknown names cost the same work.
#[tokio::test]
async fn a_full_queue_refuses_at_once_whoever_asks() {
    for name in ["alice", "mallory"] {
        let users = Users::builder()
            .user(User::new("alice", bcrypt::hash("wonderland", 10).unwrap()))
            .with_workers(one())
            .with_queue(one())
            .build()
            .unwrap();
        let asked = (0..8).map(|_| ask(&users, name, "wrong"));
        let answers = futures_util::future::join_all(asked).await;
        let refused = answers
            .iter()
            .filter(|answer| matches!(answer, Err(AuthErrorKind::Overloaded)))
            .count();
        // The worker may have taken the first job before the queue was full, or not yet.
        assert!((6..=7).contains(&refused), "{name}: {refused}");
    }
}

#[tokio::test]
async fn overload_is_a_503_for_http_and_resource_exhausted_for_grpc() {
    let users = Users::builder()
        .user(User::new("alice", bcrypt::hash("wonderland", 12).unwrap()))
        .with_workers(one())
        .with_queue(one())
        .build()
        .unwrap();
    let layer = BasicAuthLayer::new(users);
    let password = basic("alice", "wrong");
    let http = [("authorization", password.as_str())];
    let grpc = [http[0], ("content-type", "application/grpc")];
    let answers = futures_util::future::join_all(
        [&http[..], &http, &http, &http, &grpc, &grpc]
            .map(|headers| send(&layer, request(headers))),
    );
    let answers = answers.await;
    let overloaded: Vec<_> =
        answers.iter().filter(|(response, _)| response.status() == 503).collect();
    assert!(overloaded.len() >= 2);
    for (response, _) in overloaded {
        assert_eq!(lines(response.headers(), "retry-after"), ["1"]);
        assert!(lines(response.headers(), "www-authenticate").is_empty());
    }
    assert_eq!(answers[5].0.headers()["grpc-status"], "8");
}

/// Nobody waits for the answer any more: the work is not done, and the next one is.
#[tokio::test]
async fn a_request_that_is_cancelled_is_not_computed() {
    let users = Users::builder()
        .user(User::new("alice", hash("wonderland")))
        .with_workers(one())
        .with_queue(NonZeroUsize::new(64).unwrap())
        .build()
        .unwrap();
    for _ in 0..64 {
        let waiting = ask(&users, "alice", "wonderland");
        // Polled once, so that the job is in the queue, and then dropped.
        let polled = tokio::time::timeout(Duration::ZERO, waiting).await;
        drop(polled);
    }
    assert!(admits(&users, "alice", "wonderland").await);
}
