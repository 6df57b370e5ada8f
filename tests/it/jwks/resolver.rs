//! Issuers that are asked for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tower_auth::{
    AuthError, AuthErrorKind, CacheLimits, Clock, Issuer, IssuerQuestion, JwtVerifier, Keys,
};

use super::provider::{at_once, judge, kind, set, settle};
use crate::support::tokens::{AUDIENCE, NOW, clock_at, token};

struct Asked {
    verifier: JwtVerifier,
    clock: Clock,
    questions: Arc<AtomicUsize>,
}

/// Knows the issuers `https://known-..`; takes a second to think.
fn asked(limits: CacheLimits) -> Asked {
    let (clock, questions) = (clock_at(NOW), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&questions);
    let resolver = move |question: IssuerQuestion| {
        count.fetch_add(1, Ordering::SeqCst);
        async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let name = question.issuer;
            match name.as_str() {
                "https://broken" => Err(AuthError::unavailable("the database is down")),
                "https://liar" => Ok(Some(Issuer::new("https://other", AUDIENCE, keys()))),
                "https://faulty" => Ok(Some(Issuer::new(name, "", keys()))),
                known if known.starts_with("https://known-") => {
                    Ok(Some(Issuer::new(name, AUDIENCE, keys())))
                }
                _ => Ok(None),
            }
        }
    };
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(resolver)
        .with_resolved_limits(limits)
        .with_cache(CacheLimits::new())
        .with_clock(clock.clone())
        .build()
        .unwrap();
    Asked { verifier, clock, questions }
}

fn keys() -> Keys {
    Keys::from_jwks(set(&["a"]))
}

fn token_of(issuer: &str) -> String {
    token().claim("iss", issuer).claim("exp", NOW + 86_400).header("kid", "a").compact()
}

#[tokio::test(start_paused = true)]
async fn an_issuer_is_asked_for_once_and_again_when_the_answer_is_old() {
    let Asked { verifier, clock, questions } = asked(CacheLimits::new());
    let token = token_of("https://known-1");
    assert_eq!(judge(&verifier, &token).await.unwrap().issuer(), Some("https://known-1"));
    for _ in 0..10 {
        at_once(&verifier, &token).unwrap();
        at_once(&verifier, &token_of("https://known-1").clone()).unwrap();
    }
    assert_eq!(questions.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(299));
    at_once(&verifier, &late_token()).unwrap();
    clock.advance(Duration::from_secs(2));
    judge(&verifier, &late_token()).await.unwrap();
    assert_eq!(questions.load(Ordering::SeqCst), 2, "also for a token that was remembered late");
}

/// A token that nobody has seen before.
fn late_token() -> String {
    let late = token().claim("iss", "https://known-1").claim("exp", NOW + 86_400);
    late.claim("jti", "late").header("kid", "a").compact()
}

#[tokio::test(start_paused = true)]
async fn requests_that_come_at_once_ask_once() {
    let Asked { verifier, questions, .. } = asked(CacheLimits::new());
    let requests: Vec<_> = (0..40)
        .map(|_| {
            let verifier = verifier.clone();
            tokio::spawn(async move { kind(&verifier, &token_of("https://known-1")).await })
        })
        .collect();
    for request in requests {
        assert_eq!(request.await.unwrap(), None);
    }
    assert_eq!(questions.load(Ordering::SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn a_no_is_remembered_for_a_short_time() {
    let Asked { verifier, clock, questions } = asked(CacheLimits::new());
    for _ in 0..20 {
        let refusal = kind(&verifier, &token_of("https://nobody")).await;
        assert_eq!(refusal, Some(AuthErrorKind::InvalidCredentials));
    }
    assert_eq!(questions.load(Ordering::SeqCst), 1);
    clock.advance(Duration::from_secs(11));
    judge(&verifier, &token_of("https://nobody")).await.unwrap_err();
    assert_eq!(questions.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn names_that_nobody_has_push_out_none_that_somebody_has() {
    let Asked { verifier, questions, .. } = asked(CacheLimits::new().with_max_entries(10));
    judge(&verifier, &token_of("https://known-1")).await.unwrap();
    for number in 0..100 {
        judge(&verifier, &token_of(&format!("https://nobody-{number}"))).await.unwrap_err();
    }
    let before = questions.load(Ordering::SeqCst);
    at_once(&verifier, &token().claim("iss", "https://known-1").header("kid", "a").compact())
        .unwrap();
    assert_eq!(questions.load(Ordering::SeqCst), before);
}

#[tokio::test(start_paused = true)]
async fn errors_are_told_and_not_remembered() {
    let Asked { verifier, questions, .. } = asked(CacheLimits::new());
    for _ in 0..2 {
        let refusal = kind(&verifier, &token_of("https://broken")).await;
        assert_eq!(refusal, Some(AuthErrorKind::Unavailable));
    }
    assert_eq!(questions.load(Ordering::SeqCst), 2);
    for name in ["https://liar", "https://faulty"] {
        let refusal = kind(&verifier, &token_of(name)).await;
        assert_eq!(refusal, Some(AuthErrorKind::Misconfigured), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_so_many_questions_are_waited_for() {
    let Asked { verifier, questions, .. } = asked(CacheLimits::new());
    let requests: Vec<_> = (0..1_500)
        .map(|number| {
            let verifier = verifier.clone();
            let token = token_of(&format!("https://nobody-{number}"));
            tokio::spawn(async move { kind(&verifier, &token).await })
        })
        .collect();
    settle().await;
    assert!(questions.load(Ordering::SeqCst) <= 64, "at a time");
    let mut overloaded = 0;
    for request in requests {
        overloaded += usize::from(request.await.unwrap() == Some(AuthErrorKind::Overloaded));
    }
    assert_eq!(overloaded, 1_500 - 1_024);
}

/// Made-up names fill the queue of names nobody knows. An issuer whose answer has run out is asked for
/// beside it.
#[tokio::test(start_paused = true)]
async fn junk_keeps_no_issuer_waiting_that_had_an_answer() {
    let Asked { verifier, clock, .. } = asked(CacheLimits::new());
    let good = token_of("https://known-1");
    judge(&verifier, &good).await.unwrap();
    clock.advance(Duration::from_secs(301));
    let junk = (0..1_100).map(|number| token_of(&format!("https://junk-{number}")));
    let junk: Vec<_> = junk
        .map(|token| {
            let verifier = verifier.clone();
            tokio::spawn(async move { kind(&verifier, &token).await })
        })
        .collect();
    settle().await;
    let start = tokio::time::Instant::now();
    judge(&verifier, &good).await.unwrap();
    assert_eq!(start.elapsed(), Duration::from_secs(1), "one answer of the resolver");
    for refused in junk {
        assert!(refused.await.unwrap().is_some());
    }
    assert!(start.elapsed() <= Duration::from_secs(5), "the wait for a turn is part of the time");
}

/// Keys that were fetched go on, so that a new answer costs no fetch and an outage is bridged.
#[tokio::test(start_paused = true)]
async fn an_issuer_that_is_asked_for_again_keeps_its_keys() {
    use super::provider::{Play, Provider, remote};

    let (provider, clock) = (Provider::of_kids(&["a"]), clock_at(NOW));
    let fetch = provider.clone();
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(move |question: IssuerQuestion| {
            let keys = remote(&fetch);
            async move { Ok(Some(Issuer::new(question.issuer, AUDIENCE, keys))) }
        })
        .with_clock(clock.clone())
        .build()
        .unwrap();
    let token = token_of("https://known-1");
    judge(&verifier, &token).await.unwrap();
    provider.play(Play::Fail);
    for _ in 0..3 {
        clock.advance(Duration::from_secs(301));
        judge(&verifier, &token).await.unwrap();
    }
    assert_eq!(provider.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_resolver_that_does_not_answer_is_out_of_reach() {
    let verifier = JwtVerifier::builder()
        .issuers_resolved_by(async |_: IssuerQuestion| std::future::pending().await)
        .build()
        .unwrap();
    let start = tokio::time::Instant::now();
    let refusal = kind(&verifier, &token_of("https://known-1")).await;
    assert_eq!(refusal, Some(AuthErrorKind::Unavailable));
    assert_eq!(start.elapsed(), Duration::from_secs(5));
}
