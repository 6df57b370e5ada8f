//! A provider that is down, and requests that are cut off.

use std::{
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use tower_auth::{AuthErrorKind, Clock};

use super::provider::{
    Play, Provider, at_once, judge, kind, pass, set, settle, token_of, verifier,
};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn b39_a_service_starts_with_its_provider_down_and_recovers() {
    let provider = Provider::new(Play::Fail);
    let verifier = verifier(&provider);
    let error = judge(&verifier, &token_of("a")).await.unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Unavailable, "and not 401");
    assert!(error.retry_after().is_some_and(|seconds| (1..=60).contains(&seconds)));
    assert!(verifier.warm_up().await.is_err());
    assert!(!verifier.is_ready());

    provider.serve(&["a"]);
    assert!(at_once(&verifier, &token_of("a")).is_err(), "the pause is not over");
    pass(Duration::from_secs(2)).await;
    judge(&verifier, &token_of("a")).await.unwrap();
    assert!(verifier.is_ready());
}

#[tokio::test(start_paused = true)]
async fn b11_stale_keys_are_used_for_an_hour_and_then_no_longer() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.play(Play::Answer(503, b"<html>down</html>".to_vec()));
    for minute in 1..70 {
        pass(MINUTE).await;
        judge(&verifier, &token_of("a")).await.unwrap_or_else(|error| panic!("{minute}: {error}"));
        assert!(kind(&verifier, &token_of("new")).await.is_some());
    }
    assert!(verifier.is_ready());
    pass(MINUTE).await;
    assert_eq!(kind(&verifier, &token_of("a")).await, Some(AuthErrorKind::Unavailable));
    assert!(!verifier.is_ready());

    provider.serve(&["a"]);
    pass(MINUTE).await;
    judge(&verifier, &token_of("a")).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn only_the_first_request_waits_for_a_provider_that_hangs() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.play(Play::Hang);
    pass(11 * MINUTE).await;
    let start = tokio::time::Instant::now();
    judge(&verifier, &token_of("a")).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(5), "stale keys after one try");
    for _ in 0..100 {
        at_once(&verifier, &token_of("a")).unwrap();
        pass(Duration::from_secs(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_grow_to_a_minute_and_a_success_ends_them() {
    let provider = Provider::new(Play::Fail);
    let verifier = verifier(&provider);
    for _ in 0..3600 {
        let _ = judge(&verifier, &token_of("a")).await;
        pass(Duration::from_secs(1)).await;
    }
    let in_an_hour = provider.fetches();
    assert!((60..=140).contains(&in_an_hour), "{in_an_hour} fetches in an hour");

    provider.serve(&["a"]);
    pass(MINUTE).await;
    judge(&verifier, &token_of("a")).await.unwrap();
    assert_eq!(verifier.key_status()[0].consecutive_failures, 0);
    provider.play(Play::Fail);
    pass(11 * MINUTE).await;
    judge(&verifier, &token_of("a")).await.unwrap();
    let before = provider.fetches();
    pass(Duration::from_secs(1)).await;
    at_once(&verifier, &token_of("a")).unwrap();
    settle().await;
    assert_eq!(provider.fetches(), before + 1, "the pause is one second again");
}

#[tokio::test(start_paused = true)]
async fn b36_a_request_that_is_cut_off_takes_no_fetch_with_it() {
    let provider = Provider::new(Play::Slow(Duration::from_secs(2), set(&["a"])));
    let verifier = verifier(&provider);
    let request = {
        let verifier = verifier.clone();
        tokio::spawn(async move { judge(&verifier, &token_of("a")).await.is_ok() })
    };
    settle().await;
    request.abort();
    pass(Duration::from_secs(2)).await;
    at_once(&verifier, &token_of("a")).unwrap();
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_panics_is_a_failed_fetch() {
    let provider = Provider::new(Play::Panic);
    let verifier = verifier(&provider);
    assert_eq!(kind(&verifier, &token_of("a")).await, Some(AuthErrorKind::Unavailable));
    let status = verifier.key_status().remove(0);
    assert_eq!(status.last_error.unwrap().1, "the fetch was broken off");
    provider.serve(&["a"]);
    pass(Duration::from_secs(2)).await;
    judge(&verifier, &token_of("a")).await.unwrap();
}

#[test]
fn a_runtime_that_ends_breaks_a_fetch_off_and_blocks_none() {
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_current_thread();
        builder.enable_time().start_paused(true).build().unwrap()
    };
    let provider = Provider::new(Play::Hang);
    let verifier = verifier(&provider);
    let first = runtime();
    first.block_on(async {
        let verifier = verifier.clone();
        tokio::spawn(async move { judge(&verifier, &token_of("a")).await.is_ok() });
        settle().await;
    });
    drop(first);
    provider.serve(&["a"]);
    runtime().block_on(async {
        pass(Duration::from_secs(2)).await;
        assert!(judge(&verifier, &token_of("a")).await.is_ok());
    });
}

/// A fetch in a runtime that nobody drives is given up, and nobody waits for it for ever.
#[test]
fn a_fetch_that_was_left_behind_blocks_no_other_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let provider = Provider::new(Play::Hang);
    let keys = super::provider::remote(&provider).with_timeout(Duration::from_millis(1));
    let verifier = super::provider::builder(keys).build().unwrap();
    let (asleep, awake) = (runtime(), runtime());
    {
        // Starts the fetch; the request that waits for it is cut off, and the runtime stops.
        asleep.block_on(async {
            let token = token_of("a");
            let mut request = Box::pin(judge(&verifier, &token));
            std::future::poll_fn(|cx| {
                let _ = request.as_mut().poll(cx);
                std::task::Poll::Ready(())
            })
            .await;
        });
    }
    provider.serve(&["a"]);
    let accepted = awake.block_on(async {
        let first = judge(&verifier, &token_of("a")).await.is_ok();
        first || judge(&verifier, &token_of("a")).await.is_ok()
    });
    assert!(accepted);
}

#[test]
fn outside_of_a_runtime_nothing_panics() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    let answer = catch_unwind(AssertUnwindSafe(|| {
        use tower_auth::{Answer, Authenticator, Bearer};
        matches!(verifier.answer(Bearer::new(token_of("a"))), Answer::Later(_))
    }));
    assert!(answer.unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_jumps_changes_nothing_about_fetches() {
    use crate::support::tokens::{AUDIENCE, ISSUER, NOW, clock_at};
    use tower_auth::{Issuer, JwtVerifier};

    let provider = Provider::of_kids(&["a"]);
    let clock: Clock = clock_at(NOW);
    let issuer = Issuer::new(ISSUER, AUDIENCE, super::provider::remote(&provider));
    let verifier = JwtVerifier::builder().issuer(issuer).with_clock(clock.clone()).build().unwrap();
    judge(&verifier, &token_of("a")).await.unwrap();
    clock.advance(Duration::from_secs(10 * 365 * 24 * 3600));
    assert_eq!(kind(&verifier, &token_of("a")).await, Some(AuthErrorKind::ExpiredCredentials));
    let late = super::provider::named("a").claim("exp", NOW + 20 * 365 * 24 * 3600).compact();
    at_once(&verifier, &late).unwrap();
    settle().await;
    assert_eq!(provider.fetches(), 1);
}
