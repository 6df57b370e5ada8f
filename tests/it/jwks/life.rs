//! The life of a key set: first fetch, renewal, rotation.

use std::time::Duration;

use tower_auth::{AuthErrorKind, CacheLimits, RemoteKeys};

use super::provider::{
    Play, Provider, at_once, builder, judge, kind, named, pass, remote, set, token_of, verifier,
};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(start_paused = true)]
async fn the_first_token_has_the_keys_fetched_and_the_next_ones_do_not_wait() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    assert!(!verifier.is_ready());
    assert_eq!(provider.fetches(), 0, "building fetches nothing");

    assert_eq!(judge(&verifier, &token_of("a")).await.unwrap().subject(), "alice");
    assert!(verifier.is_ready());
    for _ in 0..100 {
        at_once(&verifier, &token_of("a")).unwrap();
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_at_once_share_one_fetch() {
    let provider = Provider::new(Play::Slow(Duration::from_secs(1), set(&["a"])));
    let verifier = verifier(&provider);
    let requests: Vec<_> = (0..50)
        .map(|_| {
            let verifier = verifier.clone();
            tokio::spawn(async move { judge(&verifier, &token_of("a")).await.is_ok() })
        })
        .collect();
    for request in requests {
        assert!(request.await.unwrap());
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn warm_up_fetches_before_the_first_token() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    verifier.warm_up().await.unwrap();
    at_once(&verifier, &token_of("a")).unwrap();
    verifier.warm_up().await.unwrap();
    assert_eq!(provider.fetches(), 1, "what is there is not fetched again");
    provider.play(Play::Fail);
    judge(&verifier, &token_of("b")).await.unwrap_err();
    verifier.warm_up().await.expect("the keys are there, though a fetch has failed");
}

#[tokio::test(start_paused = true)]
async fn keys_are_renewed_in_the_background_before_they_are_stale() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();

    pass(7 * MINUTE).await;
    at_once(&verifier, &token_of("a")).unwrap();
    pass(Duration::ZERO).await;
    assert_eq!(provider.fetches(), 1, "72 % is the earliest");

    // Slow, but nobody waits for it.
    provider.play(Play::Slow(Duration::from_secs(4), set(&["a", "b"])));
    pass(2 * MINUTE).await;
    at_once(&verifier, &token_of("a")).unwrap();
    pass(Duration::from_secs(1)).await;
    at_once(&verifier, &token_of("a")).unwrap();
    pass(Duration::from_secs(4)).await;
    at_once(&verifier, &token_of("b")).unwrap();
    assert_eq!(provider.fetches(), 2, "88 % is the latest");
}

#[tokio::test(start_paused = true)]
async fn stale_keys_are_fetched_before_a_token_is_judged() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.serve(&["b"]);
    pass(11 * MINUTE).await;
    let refusal = kind(&verifier, &token_of("a")).await;
    assert_eq!(refusal, Some(AuthErrorKind::InvalidCredentials), "the key was withdrawn");
    at_once(&verifier, &token_of("b")).unwrap();
}

#[tokio::test(start_paused = true)]
async fn max_age_counts_between_a_minute_and_a_day() {
    for (said, fresh) in [(0, 60), (5, 60), (1800, 1800), (10_000_000, 24 * 3600)] {
        let provider = Provider::new(Play::MaxAge(said, set(&["a"])));
        let verifier = verifier(&provider);
        judge(&verifier, &token_of("a")).await.unwrap();
        pass(Duration::from_secs(fresh * 7 / 10)).await;
        at_once(&verifier, &token_of("a")).unwrap();
        pass(Duration::ZERO).await;
        assert_eq!(provider.fetches(), 1, "{said}: too early");
        pass(Duration::from_secs(fresh * 3 / 10 + 1)).await;
        judge(&verifier, &token_of("a")).await.unwrap();
        assert_eq!(provider.fetches(), 2, "{said}: too late");
    }
}

#[tokio::test(start_paused = true)]
async fn b15_b05_a_new_key_is_accepted_after_one_fetch() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.serve(&["a", "b"]);
    judge(&verifier, &token_of("b")).await.unwrap();
    assert_eq!(provider.fetches(), 2);
    at_once(&verifier, &token_of("b")).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_new_key_under_an_old_name_is_accepted_after_one_fetch() {
    use crate::support::tokens::{Signing, jwk_with, jwks, token_by};
    use serde_json::json;

    let of =
        |signing| jwks([jwk_with(signing, &json!({ "kid": "a", "alg": "RS256" }))]).into_bytes();
    let provider = Provider::new(Play::Answer(200, of(Signing::OtherRs256)));
    let verifier = verifier(&provider);
    let old = token_by(Signing::OtherRs256).header("kid", "a").compact();
    let new = token_by(Signing::Rs256).header("kid", "a").compact();
    judge(&verifier, &old).await.unwrap();
    provider.play(Play::Answer(200, of(Signing::Rs256)));
    judge(&verifier, &new).await.unwrap();
    assert!(at_once(&verifier, &old).is_err());
    assert_eq!(provider.fetches(), 2, "and none for the old key: the cooldown is not over");
}

#[tokio::test(start_paused = true)]
async fn tk_t9_a_withdrawn_key_is_gone_with_the_tokens_that_were_remembered() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = builder(remote(&provider)).with_cache(CacheLimits::new()).build().unwrap();
    let token = token_of("a");
    judge(&verifier, &token).await.unwrap();
    at_once(&verifier, &token).unwrap();
    assert_eq!(verifier.signature_checks(), 1, "the second time it was remembered");

    provider.serve(&["b"]);
    pass(9 * MINUTE).await;
    at_once(&verifier, &token).unwrap();
    pass(Duration::ZERO).await;
    assert_eq!(kind(&verifier, &token).await, Some(AuthErrorKind::InvalidCredentials));
    assert_eq!(verifier.signature_checks(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_set_that_has_not_changed_keeps_what_was_verified() {
    let provider = Provider::of_kids(&["a"]);
    let limits = CacheLimits::new().with_max_age(60 * MINUTE);
    let verifier = builder(remote(&provider)).with_cache(limits).build().unwrap();
    for _ in 0..5 {
        judge(&verifier, &token_of("a").clone()).await.unwrap();
        pass(11 * MINUTE).await;
    }
    let token = named("a").claim("jti", "one").compact();
    judge(&verifier, &token).await.unwrap();
    let checks = verifier.signature_checks();
    pass(11 * MINUTE).await;
    judge(&verifier, &token).await.unwrap();
    assert_eq!(verifier.signature_checks(), checks);
    assert!(provider.fetches() >= 6);
}

#[tokio::test(start_paused = true)]
async fn the_status_tells_how_the_keys_are_doing() {
    let provider = Provider::of_kids(&["a", "b"]);
    let verifier = verifier(&provider);
    let before = verifier.key_status().remove(0);
    assert_eq!((before.is_ready, before.keys, before.fetches), (false, 0, 0));
    assert_eq!((before.age, before.last_success, before.key_set_hash), (None, None, None));

    judge(&verifier, &token_of("a")).await.unwrap();
    pass(MINUTE).await;
    let good = verifier.key_status().remove(0);
    assert_eq!((good.is_ready, good.keys, good.fetches), (true, 2, 1));
    assert_eq!(good.age, Some(MINUTE));
    assert_eq!(good.key_set_hash.as_ref().map(String::len), Some(64));
    assert_eq!(good.source, super::provider::URL);
    assert!(good.last_success.is_some() && good.last_error.is_none());

    provider.play(Play::Fail);
    judge(&verifier, &token_of("unknown")).await.unwrap_err();
    let failing = verifier.key_status().remove(0);
    assert!(failing.is_ready, "the old keys are good");
    assert_eq!(failing.consecutive_failures, 1);
    assert_eq!(failing.last_error.unwrap().1, "connection refused");
}

#[tokio::test(start_paused = true)]
async fn no_duration_overflows() {
    let provider = Provider::of_kids(&["a"]);
    let longest = RemoteKeys::from_jwks_url(super::provider::URL)
        .with_fetch(provider.clone())
        .with_soft_ttl(Duration::MAX)
        .with_stale_limit(Duration::MAX)
        .with_cooldown(Duration::MAX)
        .with_timeout(Duration::MAX);
    let verifier = builder(longest).build().unwrap();
    judge(&verifier, &token_of("a")).await.unwrap();
    judge(&verifier, &token_of("b")).await.unwrap_err();
    pass(24 * 365 * 60 * MINUTE).await;
    at_once(&verifier, &token_of("a")).unwrap();
}
