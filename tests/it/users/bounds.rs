//! The bounds on work, with a worker that stands still: who waits, who is turned away, what is counted.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use tower_auth::{AuthErrorKind, Identity};

use super::{PASSWORD, WRONG, held::Held, login};

type Login<'u> = Pin<Box<dyn Future<Output = Result<Identity, AuthErrorKind>> + 'u>>;

fn poll(attempt: &mut Login<'_>) -> Poll<Result<Identity, AuthErrorKind>> {
    attempt.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Logs in under these names at once; gives back who waits, and why the others do not.
fn attempts<'u>(held: &'u Held, names: &'u [String]) -> (Vec<Login<'u>>, Vec<AuthErrorKind>) {
    let (mut waiting, mut refused) = (Vec::new(), Vec::new());
    for name in names {
        let mut attempt: Login<'u> = Box::pin(login(&held.users, name, "wrong"));
        match poll(&mut attempt) {
            Poll::Pending => waiting.push(attempt),
            Poll::Ready(verdict) => refused.push(verdict.unwrap_err()),
        }
    }
    (waiting, refused)
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("user-{number}")).collect()
}

/// 10,000 wrong passwords: as many wait as there are places, all others are turned away at once, and
/// who comes after the storm is served.
#[tokio::test]
async fn a_storm_of_logins_takes_the_places_there_are_and_no_more() {
    let held = Held::new(64, 8);
    held.hold().await;
    let names = names(10_000);
    let (waiting, refused) = attempts(&held, &names);
    // The worker is between two passwords: its place is free too.
    assert_eq!(waiting.len(), 65);
    assert_eq!(refused, vec![AuthErrorKind::Overloaded; 10_000 - 65]);
    let status = held.users.verifier().status();
    assert_eq!((status.workers, status.waiting, status.running), (1, 65, 0));
    assert_eq!(status.refused, 10_000 - 65);
    held.release();
    for attempt in waiting {
        assert_eq!(attempt.await.unwrap_err(), WRONG);
    }
    assert!(login(&held.users, "alice", PASSWORD).await.is_ok());
    // The last one is counted after its answer.
    while held.users.verifier().status().done < 67 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn one_name_cannot_fill_the_queue() {
    let held = Held::new(64, 3);
    held.hold().await;
    let of_one = vec!["victim".to_owned(); 100];
    let (waiting, refused) = attempts(&held, &of_one);
    assert_eq!((waiting.len(), refused.len()), (3, 97));
    let others = names(10);
    let (others, refused) = attempts(&held, &others);
    assert_eq!((others.len(), refused.len()), (10, 0), "others are untouched");
    held.release();
    for attempt in waiting.into_iter().chain(others) {
        assert_eq!(attempt.await.unwrap_err(), WRONG);
    }
    // All places have been given back.
    let (waiting, refused) = attempts(&held, &of_one[..3]);
    assert!(refused.is_empty());
    drop(waiting);
}

/// What somebody does to a name of one store does nothing to that name in another.
#[tokio::test]
async fn names_of_two_stores_are_apart() {
    let held = Held::new(64, 2);
    let other = super::store().with_verifier(held.users.verifier().clone()).build().unwrap();
    held.hold().await;
    let of_one = vec!["alice".to_owned(); 3];
    let (waiting, refused) = attempts(&held, &of_one);
    assert_eq!((waiting.len(), refused.len()), (2, 1));
    let mut elsewhere: Login<'_> = Box::pin(login(&other, "alice", PASSWORD));
    assert!(poll(&mut elsewhere).is_pending());
    held.release();
    assert!(elsewhere.await.is_ok());
    drop(waiting);
}

#[tokio::test]
async fn a_cancelled_request_gives_its_place_back_at_once() {
    let held = Held::new(2, 2);
    held.hold().await;
    let (first, second) = (names(3), vec!["victim".to_owned(); 2]);
    let (waiting, _) = attempts(&held, &first);
    assert_eq!(waiting.len(), 3);
    assert_eq!(attempts(&held, &second).1.len(), 2, "the queue is full");
    drop(waiting);
    assert_eq!(held.users.verifier().status().waiting, 0);
    let (waiting, refused) = attempts(&held, &second);
    assert_eq!((waiting.len(), refused.len()), (2, 0));
    drop(waiting);
    let (waiting, refused) = attempts(&held, &second);
    assert_eq!((waiting.len(), refused.len()), (2, 0), "and the name's places too");
    held.release();
    drop(waiting);
}

#[tokio::test]
async fn metrics_are_told_of_each_password() {
    let held = Held::new(8, 8);
    held.hold().await;
    let names = names(3);
    let (waiting, _) = attempts(&held, &names);
    held.release();
    for attempt in waiting {
        let _ = attempt.await;
    }
    // The last sample is told after its answer.
    while held.samples().len() < 4 {
        tokio::task::yield_now().await;
    }
    let samples = held.samples();
    let waited: Vec<usize> = samples.iter().map(|sample| sample.waiting).collect();
    assert_eq!(waited, [0, 2, 1, 0]);
    assert!(samples.iter().all(|sample| !sample.worked.is_zero()));
}
