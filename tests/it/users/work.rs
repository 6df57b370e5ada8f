//! Equal work whoever asks, and no more of it than was allowed.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use tower::Layer;
use tower_auth::{AuthError, AuthErrorKind, BasicAuthLayer, Identity, User, Users};

use super::{PASSWORD, WRONG, bounded, hash, login};
use crate::support::{
    callers::{authorized, basic_line, grpc},
    probe::{Probe, send},
};

type Login<'u> = Pin<Box<dyn Future<Output = Result<Identity, AuthErrorKind>> + 'u>>;

/// Logs in this often at once; gives back who waits and counts who was turned away.
fn burst<'u>(users: &'u Users, name: &'u str, times: usize) -> (Vec<Login<'u>>, usize) {
    let mut context = Context::from_waker(Waker::noop());
    let mut waiting: Vec<Login<'u>> = Vec::new();
    let mut turned_away = 0;
    for _ in 0..times {
        let mut attempt: Login<'u> = Box::pin(login(users, name, PASSWORD));
        match attempt.as_mut().poll(&mut context) {
            Poll::Pending => waiting.push(attempt),
            Poll::Ready(Err(AuthErrorKind::Overloaded)) => turned_away += 1,
            // The worker was quicker than this thread.
            Poll::Ready(verdict) => waiting.push(Box::pin(std::future::ready(verdict))),
        }
    }
    (waiting, turned_away)
}

#[tokio::test]
async fn a_full_queue_turns_requests_away_at_once() {
    let users = bounded(1).build().unwrap();
    let (waiting, turned_away) = burst(&users, "alice", 500);
    assert!(turned_away > 0 && !waiting.is_empty());
    for attempt in waiting {
        assert!(attempt.await.is_ok(), "who waits is served");
    }
    assert!(login(&users, "alice", PASSWORD).await.is_ok(), "the store lives on");
}

/// The pool cannot be full of requests that cost it nothing.
#[tokio::test]
async fn an_unknown_user_is_work_for_the_pool_like_a_known_one() {
    let users = bounded(1).build().unwrap();
    for name in ["nobody", "", "alice"] {
        let (waiting, turned_away) = burst(&users, name, 500);
        assert!(turned_away > 0, "{name:?}");
        for attempt in waiting {
            assert_eq!(attempt.await.is_ok(), name == "alice");
        }
    }
}

#[tokio::test]
async fn a_password_of_73_bytes_is_work_for_the_pool_too() {
    let users = bounded(1).build().unwrap();
    let mut context = Context::from_waker(Waker::noop());
    let too_long = "p".repeat(73);
    let mut attempts: Vec<_> =
        (0..500).map(|_| Box::pin(login(&users, "alice", too_long.as_str()))).collect();
    let turned_away =
        attempts.iter_mut().filter_map(|attempt| match attempt.as_mut().poll(&mut context) {
            Poll::Ready(verdict) => Some(verdict.unwrap_err()),
            Poll::Pending => None,
        });
    assert!(turned_away.filter(|kind| *kind == AuthErrorKind::Overloaded).count() > 0);
}

#[tokio::test]
async fn a_full_queue_is_a_503_that_says_when_to_come_back() {
    let users = bounded(1).build().unwrap();
    let service = BasicAuthLayer::new(users.clone()).layer(Probe::new());
    let alice = || authorized(basic_line("alice", PASSWORD));
    let mut requests = vec![alice(); 200];
    requests.extend(vec![grpc(alice()); 200]);
    let mut tasks = tokio::task::JoinSet::new();
    for request in requests {
        let service = service.clone();
        tasks.spawn(async move { send(&service, request).await });
    }
    let (mut http, mut grpc) = (0, 0);
    while let Some(answer) = tasks.join_next().await {
        let answer = answer.unwrap();
        if answer.status() == 503 {
            assert_eq!(answer.headers()["retry-after"], "1");
            http += 1;
        } else if let Some(status) = answer.headers().get("grpc-status") {
            assert_eq!(status, "8");
            grpc += 1;
        }
    }
    assert!(http > 0 && grpc > 0, "{http} {grpc}");
}

/// Costly passwords would keep the one worker busy for minutes if they were computed.
#[tokio::test]
async fn a_cancelled_request_is_not_computed_and_frees_its_place() {
    let of_cost = |cost| hash("x").replacen("$04$", cost, 1);
    let users = bounded(8)
        .user(User::new("blocks", of_cost("$10$")))
        .user(User::new("costly", of_cost("$18$")))
        .build()
        .unwrap();
    let (mut blocking, turned_away) = burst(&users, "blocks", 1);
    assert_eq!(turned_away, 0);
    let (cancelled, _) = burst(&users, "costly", 7);
    drop(cancelled);

    let all = async {
        assert_eq!(blocking.remove(0).await.unwrap_err(), WRONG);
        loop {
            match login(&users, "alice", PASSWORD).await {
                Err(AuthErrorKind::Overloaded) => tokio::task::yield_now().await,
                verdict => break verdict,
            }
        }
    };
    let verdict = tokio::time::timeout(Duration::from_secs(30), all).await;
    assert!(verdict.expect("nothing costly was computed").is_ok());
}

#[tokio::test]
async fn a_store_is_shared_by_its_clones() {
    let users = bounded(1).build().unwrap();
    let clone = users.clone();
    let (waiting, _) = burst(&users, "alice", 500);
    let (_, turned_away) = burst(&clone, "alice", 500);
    assert!(turned_away > 0 && !waiting.is_empty());
    let error: AuthError = AuthErrorKind::Overloaded.into();
    assert_eq!(error.retry_after(), Some(1));
}
