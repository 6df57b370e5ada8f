//! What many others, or one who makes up many names, can do to somebody who has not failed.

use tower_auth::{Answer, Authenticator, FailureThrottle, Failures, Throttled};

use super::{Accounts, Door, HERE, SECRET, THERE, attempt, clock, from, right, throttle, wrong};
use std::time::Duration;

/// Memory does not grow with the number of keys, and who has not failed is hardly ever mistaken for
/// those who have.
#[tokio::test]
async fn a_thousand_others_stand_in_nobodys_way() {
    let limit = throttle(&clock()).with_address_limit(Failures::per_hour(1));
    let guarded = limit.around(Accounts::at_once()).expect("limits");
    for number in 0..1_000_u16 {
        let [high, low] = number.to_be_bytes();
        let _ = guarded.authenticate(attempt([10, 0, high, low], "alice", "guess")).await;
    }
    let mut mistaken = 0;
    for number in 0..1_000_u16 {
        let [high, low] = number.to_be_bytes();
        mistaken += u32::from(
            guarded.authenticate(attempt([10, 1, high, low], "alice", SECRET)).await.is_err(),
        );
    }
    assert!(mistaken <= 10, "{mistaken} of 1,000 where a quarter of one is expected");
}

/// How many of 1,000 who have never failed are refused, after one address has failed in so many names.
fn refused_after_names(throttle: FailureThrottle, names: u32) -> usize {
    let guarded: Throttled<_> = throttle.around(Accounts::at_once()).expect("limits");
    for number in 0..names {
        let _ = guarded.answer(attempt([192, 0, 2, 7], &format!("name {number}"), "guess"));
    }
    let innocent = |number: u16| {
        let [high, low] = number.to_be_bytes();
        guarded.answer(attempt([10, 1, high, low], &format!("innocent {number}"), SECRET))
    };
    let answers = (0..1_000).map(innocent);
    answers.filter(|answer| !matches!(answer, Answer::Now(Ok(_)))).count()
}

#[test]
fn one_address_with_many_names_stands_in_nobodys_way() {
    let five = Failures::per_minute(5);
    let limit = throttle(&clock())
        .with_user_and_address_limit(Failures::per_minute(1))
        .with_address_limit(five);
    let refused = refused_after_names(limit.clone(), 150_000);
    assert!(refused <= 1, "{refused}: five failures cannot fill the places of others");
    let refused = refused_after_names(limit.danger_with_user_limit(five), 150_000);
    assert!(refused <= 1, "{refused}");

    // What would happen without the limit by address, which only this setter still allows.
    let alone = throttle(&clock()).danger_with_user_limit(Failures::per_minute(1));
    let refused = refused_after_names(alone, 150_000);
    assert!(refused > 500, "{refused}: else this test would find nothing");
}

#[tokio::test]
async fn what_the_address_limit_refuses_is_counted_nowhere_else() {
    let clock = clock();
    let limit = throttle(&clock)
        .with_address_limit(Failures::per_minute(1))
        .danger_with_user_limit(Failures::per_hour(2));
    let door = Door::of(limit);
    assert_eq!(door.wait(from(HERE, wrong("bob"))).await, None);
    for _ in 0..20 {
        assert_eq!(door.wait(from(HERE, wrong("alice"))).await, Some(60));
    }
    assert_eq!(door.status(from(THERE, wrong("alice"))).await, 401);
    assert_eq!(door.status(from("203.0.113.1", right("alice"))).await, 200, "one failure, not 21");
    clock.advance(Duration::from_secs(60));
    assert_eq!(door.status(from(HERE, wrong("alice"))).await, 401);
    assert_eq!(door.status(from("203.0.113.1", right("alice"))).await, 429, "the second");
}

/// The wait is that of the limit that takes longest, in whichever order they are asked.
#[tokio::test]
async fn the_wait_is_true_when_several_limits_refuse() {
    let limit = throttle(&clock())
        .with_address_limit(Failures::per_minute(2))
        .with_user_and_address_limit(Failures::per_hour(1));
    let door = Door::of(limit);
    assert_eq!(door.wait(from(HERE, wrong("alice"))).await, None);
    assert_eq!(door.wait(from(HERE, wrong("bob"))).await, None);
    assert_eq!(door.wait(from(HERE, right("alice"))).await, Some(3_600));
    assert_eq!(door.wait(from(HERE, right("carol"))).await, Some(30));
}
