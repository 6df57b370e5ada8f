//! Junk costs the provider next to nothing, and valid requests nothing at all.

use std::time::Duration;

use tower_auth::{AuthErrorKind, Authenticator, Bearer};

use super::provider::{
    Play, Provider, at_once, builder, judge, kind, named, pass, remote, set, settle, token_of,
    verifier,
};

#[tokio::test(start_paused = true)]
async fn b23_b33a_ten_thousand_unknown_kids_cause_one_fetch_in_a_cooldown() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    let good = token_of("a");
    for number in 0..10_000 {
        let refusal = kind(&verifier, &token_of(&format!("junk-{number}"))).await;
        assert_eq!(refusal, Some(AuthErrorKind::InvalidCredentials));
        if number % 100 == 0 {
            at_once(&verifier, &good).unwrap();
        }
    }
    assert_eq!(provider.fetches(), 2);
    let asked = provider.urls();
    assert!(asked.iter().all(|url| url == super::provider::URL), "b11: {asked:?}");
}

#[tokio::test(start_paused = true)]
async fn the_cooldown_counts_fetches_that_fail() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.play(Play::Fail);
    let start = provider.fetches();
    // Five minutes, well before the renewal.
    for second in 0..300 {
        let refusal = kind(&verifier, &token_of(&format!("junk-{second}"))).await;
        assert_eq!(refusal, Some(AuthErrorKind::Unavailable), "nobody can know");
        at_once(&verifier, &token_of("a")).unwrap();
        pass(Duration::from_secs(1)).await;
    }
    let fetches = provider.fetches() - start;
    // The renewals after a failure are spread by the pause, the rest by the cooldown.
    assert!((4..=14).contains(&fetches), "{fetches} fetches in 300 s");
}

#[tokio::test(start_paused = true)]
async fn one_fetch_is_allowed_again_after_the_cooldown() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    judge(&verifier, &token_of("x")).await.unwrap_err();
    pass(Duration::from_secs(29)).await;
    assert!(at_once(&verifier, &token_of("y")).is_err());
    assert_eq!(provider.fetches(), 2);
    pass(Duration::from_secs(1)).await;
    judge(&verifier, &token_of("z")).await.unwrap_err();
    assert_eq!(provider.fetches(), 3);
}

#[tokio::test(start_paused = true)]
async fn bad_signatures_share_the_cooldown() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    let good = token_of("a");
    judge(&verifier, &good).await.unwrap();
    let (signed, _) = good.rsplit_once('.').unwrap();
    let other = named("a").claim("sub", "mallory").compact();
    let forged = format!("{signed}.{}", other.rsplit_once('.').unwrap().1);
    for _ in 0..1_000 {
        let refusal = kind(&verifier, &forged).await;
        assert_eq!(refusal, Some(AuthErrorKind::InvalidCredentials));
    }
    assert_eq!(provider.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn b10_a_fetch_that_hangs_delays_no_valid_request() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    judge(&verifier, &token_of("a")).await.unwrap();
    provider.play(Play::Hang);
    let waiting = {
        let verifier = verifier.clone();
        tokio::spawn(async move { kind(&verifier, &token_of("junk")).await })
    };
    settle().await;
    assert_eq!(provider.fetches(), 2, "it is under way");
    for _ in 0..100 {
        at_once(&verifier, &token_of("a")).unwrap();
    }
    assert_eq!(waiting.await.unwrap(), Some(AuthErrorKind::Unavailable), "after 5 s");
    at_once(&verifier, &token_of("a")).unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_no_longer_than_the_timeout() {
    let provider = Provider::new(Play::Hang);
    let verifier = builder(remote(&provider).with_timeout(Duration::from_secs(3))).build().unwrap();
    let start = tokio::time::Instant::now();
    assert_eq!(kind(&verifier, &token_of("a")).await, Some(AuthErrorKind::Unavailable));
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

#[tokio::test(start_paused = true)]
async fn only_so_many_requests_wait() {
    let provider = Provider::new(Play::Slow(Duration::from_secs(2), set(&["a"])));
    let verifier = verifier(&provider);
    let requests: Vec<_> = (0..1_100)
        .map(|_| {
            let verifier = verifier.clone();
            tokio::spawn(async move {
                let judged = verifier.authenticate(Bearer::new(token_of("a"))).await;
                judged.err().map(|error| error.kind())
            })
        })
        .collect();
    let mut overloaded = 0;
    for request in requests {
        match request.await.unwrap() {
            None => {}
            Some(AuthErrorKind::Overloaded) => overloaded += 1,
            Some(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(overloaded, 1_100 - 1_024);
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_issuer_that_nobody_trusts_causes_no_fetch() {
    let provider = Provider::of_kids(&["a"]);
    let verifier = verifier(&provider);
    let token = named("a").claim("iss", "https://evil.example").compact();
    assert!(at_once(&verifier, &token).is_err());
    assert!(at_once(&verifier, &named("a").expired().compact()).is_err(), "nor does an old token");
    assert_eq!(provider.fetches(), 0);
}
