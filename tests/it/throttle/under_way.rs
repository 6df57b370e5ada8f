//! Attempts that are not judged yet, and those that never will be.

use std::{
    future::Future,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    thread,
    time::Duration,
};

use tower::{Layer, ServiceExt};
use tower_auth::{
    AuthError, AuthErrorKind, Authenticator, Basic, BasicAuthLayer, Clock, Failures, Identity,
    Secret, Throttled,
};

use super::{Accounts, HERE, MANY, SECRET, attempt, clock, from, throttle, wrong};
use crate::support::probe::Probe;

const FROM: [u8; 4] = [192, 0, 2, 7];
const ELSEWHERE: [u8; 4] = [198, 51, 100, 9];

/// Never judges before its second look; counts what has begun.
#[derive(Clone, Debug, Default)]
struct Slow {
    begun: Arc<AtomicUsize>,
}

impl Slow {
    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }
}

impl Authenticator<Basic> for Slow {
    async fn authenticate(&self, user: Basic) -> Result<Identity, AuthError> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        assert!(user.username() != "panic", "a bug");
        if user.username() == "away" {
            return Err(AuthError::unavailable("away"));
        }
        let is_right = *user.password() == Secret::new(SECRET);
        is_right.then(|| Identity::new(user.username())).ok_or(AuthError::invalid("wrong"))
    }
}

type Judging<'a> = Pin<Box<dyn Future<Output = Result<Identity, AuthError>> + Send + 'a>>;

/// Looks once at an attempt; what is refused at once is an error.
fn begin<A: Authenticator<Basic>>(
    guarded: &Throttled<A>,
    credentials: Basic,
) -> Result<Judging<'_>, AuthError> {
    let mut judging: Judging<'_> = Box::pin(guarded.authenticate(credentials));
    match look(&mut judging) {
        Poll::Pending => Ok(judging),
        Poll::Ready(judged) => Err(judged.expect_err("nothing is right at once")),
    }
}

fn look(judging: &mut Judging<'_>) -> Poll<Result<Identity, AuthError>> {
    judging.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn kind_and_wait(error: &AuthError) -> (AuthErrorKind, Option<u64>) {
    (error.kind(), error.retry_after())
}

const A_MOMENT: (AuthErrorKind, Option<u64>) = (AuthErrorKind::Throttled, Some(1));

#[test]
fn no_more_are_under_way_than_may_fail() {
    let clock = clock();
    let slow = Slow::default();
    let limit = throttle(&clock).with_address_limit(Failures::per_minute(6));
    let guarded = limit.around(slow.clone()).expect("limits");
    let (mut let_in, mut refused) = (Vec::new(), Vec::new());
    for _ in 0..30 {
        match begin(&guarded, attempt(FROM, "alice", "guess")) {
            Ok(judging) => let_in.push(judging),
            Err(error) => refused.push(kind_and_wait(&error)),
        }
    }
    assert_eq!((let_in.len(), slow.begun()), (6, 6));
    assert_eq!(refused, vec![A_MOMENT; 24]);
    assert!(begin(&guarded, attempt(ELSEWHERE, "alice", "guess")).is_ok(), "of another address");

    // Each is counted when it is judged, and then there is no room before time has passed.
    for (number, mut judging) in let_in.into_iter().enumerate() {
        assert!(look(&mut judging).is_ready());
        let error = begin(&guarded, attempt(FROM, "alice", SECRET)).err().expect("no room");
        let wait = if number == 5 { 10 } else { 1 };
        assert_eq!(kind_and_wait(&error), (AuthErrorKind::Throttled, Some(wait)), "{number}");
    }
    clock.advance(Duration::from_secs(10));
    let one = begin(&guarded, attempt(FROM, "alice", "guess"));
    let error = begin(&guarded, attempt(FROM, "alice", "guess")).err().expect("one is given back");
    assert!(one.is_ok());
    assert_eq!(kind_and_wait(&error).0, AuthErrorKind::Throttled);
}

#[test]
fn what_is_not_a_guess_gives_its_place_back() {
    let slow = Slow::default();
    let limit = throttle(&clock())
        .with_address_limit(Failures::per_hour(2))
        .with_user_and_address_limit(Failures::per_hour(1));
    let guarded = limit.around(slow.clone()).expect("limits");
    for (name, password) in [("alice", SECRET), ("away", "guess")] {
        for round in 0..20 {
            let judging = begin(&guarded, attempt(FROM, name, password));
            let mut judging = judging.unwrap_or_else(|error| panic!("{name} {round}: {error}"));
            // Refused by the second limit: it must give back what it has of the first.
            for _ in 0..5 {
                assert!(begin(&guarded, attempt(FROM, name, password)).is_err());
            }
            assert!(look(&mut judging).is_ready());
        }
    }
    assert_eq!(slow.begun(), 40);
}

#[test]
fn what_the_address_limit_refuses_takes_no_place_of_another_limit() {
    let one = Failures::per_hour(1);
    let limit = throttle(&clock()).with_address_limit(one).danger_with_user_limit(one);
    let guarded = limit.around(Slow::default()).expect("limits");
    let alice = begin(&guarded, attempt(FROM, "alice", SECRET));
    for _ in 0..5 {
        assert!(begin(&guarded, attempt(FROM, "bob", SECRET)).is_err());
    }
    assert!(begin(&guarded, attempt(ELSEWHERE, "bob", SECRET)).is_ok());
    assert!(alice.is_ok());
}

#[test]
fn twenty_addresses_have_twenty_quotas_and_no_more() {
    let slow = Slow::default();
    let limit = throttle(&clock())
        .with_user_and_address_limit(Failures::per_minute(5))
        .with_address_limit(Failures::per_minute(50));
    let guarded = limit.around(slow.clone()).expect("limits");
    let mut under_way = Vec::new();
    for number in 0..20_000_u32 {
        let [.., address] = (number % 20).to_be_bytes();
        under_way.extend(begin(&guarded, attempt([10, 0, 0, address], "alice", "guess")).ok());
    }
    assert_eq!(slow.begun(), 100, "five for each address");
    for number in 0..20_000_u32 {
        let [.., address] = (number % 20).to_be_bytes();
        let name = format!("name {number}");
        under_way.extend(begin(&guarded, attempt([10, 0, 0, address], &name, "guess")).ok());
    }
    assert_eq!(slow.begun(), 1_000, "fifty for each address, whatever the names");
}

/// Counting comes before leaving, and those that enter at the same time see each other.
#[test]
fn threads_let_in_exactly_as_many_as_may_fail() {
    for _ in 0..50 {
        let accounts = Accounts::at_once();
        let limit = throttle(&clock()).with_address_limit(Failures::per_hour(7));
        let guarded = limit.around(accounts.clone()).expect("a limit");
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let _ = guarded.answer(attempt(FROM, "alice", "guess"));
                    }
                });
            }
        });
        assert_eq!(accounts.asked(), 7);
    }
}

#[test]
fn an_attempt_that_hangs_up_has_failed() {
    let clock = clock();
    let slow = Slow::default();
    let limit = throttle(&clock)
        .with_user_and_address_limit(Failures::per_minute(3))
        .with_address_limit(MANY);
    let guarded = limit.around(slow.clone()).expect("limits");
    // Whether the password is right is not known then.
    for password in [SECRET, "guess", "guess"] {
        drop(begin(&guarded, attempt(FROM, "alice", password)).expect("let in"));
    }
    let error = begin(&guarded, attempt(FROM, "alice", SECRET)).err().expect("throttled");
    assert_eq!(kind_and_wait(&error), (AuthErrorKind::Throttled, Some(20)));
    assert_eq!(slow.begun(), 3);

    // It does not stay under way: time gives back what it was counted as.
    clock.advance(Duration::from_secs(60));
    let all: Vec<_> = (0..4).map(|_| begin(&guarded, attempt(FROM, "alice", SECRET))).collect();
    assert_eq!(all.iter().filter(|one| one.is_ok()).count(), 3);
}

#[test]
fn an_attempt_that_was_never_begun_does_not_count() {
    let limit = throttle(&clock()).with_address_limit(Failures::per_hour(1));
    let guarded = limit.around(Slow::default()).expect("a limit");
    for _ in 0..20 {
        drop(guarded.authenticate(attempt(FROM, "alice", "guess")));
    }
    assert!(begin(&guarded, attempt(FROM, "alice", "guess")).is_ok());
}

#[test]
fn a_panic_gives_the_place_back_and_is_nobodys_failure() {
    let limit = throttle(&clock()).with_address_limit(Failures::per_hour(1));
    let guarded = limit.around(Slow::default()).expect("a limit");
    for _ in 0..5 {
        let mut judging = begin(&guarded, attempt(FROM, "panic", "guess")).expect("let in");
        let look = std::panic::AssertUnwindSafe(|| look(&mut judging));
        assert!(std::panic::catch_unwind(look).is_err());
    }
    assert!(begin(&guarded, attempt(FROM, "alice", "guess")).is_ok());
}

/// The same through a service, which is dropped by its server when the client goes.
#[tokio::test]
async fn requests_that_are_dropped_are_throttled_in_the_end() {
    let slow = Slow::default();
    let limit = throttle(&Clock::system()).with_address_limit(Failures::per_hour(4));
    let layer = BasicAuthLayer::new(limit.around(slow.clone()).expect("a limit"));
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let answer = layer.layer(Probe::new()).oneshot(from(HERE, wrong("alice")));
        let mut answer = pin!(answer);
        if let Poll::Ready(answer) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            statuses.push(answer.expect("never fails").status().as_u16());
        }
    }
    assert_eq!((slow.begun(), statuses), (4, vec![429; 6]));
}
