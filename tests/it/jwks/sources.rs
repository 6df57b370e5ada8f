//! Several sources for one issuer, several issuers: trouble stays where it is.

use tower_auth::{AuthErrorKind, Issuer, JwtVerifier, Keys};

use super::provider::{Play, Provider, at_once, judge, kind, remote, token_of};
use crate::support::tokens::{AUDIENCE, ISSUER, clock, token};

fn both(first: &Provider, second: &Provider) -> JwtVerifier {
    let keys = Keys::from(remote(first)).and(remote(second).into());
    let issuer = Issuer::new(ISSUER, AUDIENCE, keys);
    JwtVerifier::builder().issuer(issuer).with_clock(clock()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn keys_of_all_sources_count() {
    let verifier = both(&Provider::of_kids(&["a"]), &Provider::of_kids(&["b"]));
    judge(&verifier, &token_of("a")).await.unwrap();
    at_once(&verifier, &token_of("b")).unwrap();
    assert_eq!(verifier.key_status().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn tk_t7_tk_t8_a_source_that_is_down_takes_no_other_with_it() {
    let (good, bad) = (Provider::of_kids(&["a"]), Provider::new(Play::Answer(500, Vec::new())));
    for verifier in [both(&good, &bad), both(&bad, &good)] {
        judge(&verifier, &token_of("a")).await.unwrap();
        let refusal = kind(&verifier, &token_of("unknown")).await;
        assert_eq!(refusal, Some(AuthErrorKind::Unavailable), "it may be in the other");
        at_once(&verifier, &token_of("a")).unwrap();
        assert!(!verifier.is_ready());
    }
}

#[tokio::test(start_paused = true)]
async fn one_issuers_trouble_is_not_anothers() {
    let (good, bad) = (Provider::of_kids(&["a"]), Provider::new(Play::Hang));
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::new(ISSUER, AUDIENCE, remote(&good)))
        .issuer(Issuer::new("https://down.example", AUDIENCE, remote(&bad)))
        .with_clock(clock())
        .build()
        .unwrap();
    judge(&verifier, &token_of("a")).await.unwrap();
    let other = token().claim("iss", "https://down.example").header("kid", "a").compact();
    let waiting = {
        let (verifier, other) = (verifier.clone(), other.clone());
        tokio::spawn(async move { kind(&verifier, &other).await })
    };
    super::provider::settle().await;
    at_once(&verifier, &token_of("a")).unwrap();
    assert_eq!(waiting.await.unwrap(), Some(AuthErrorKind::Unavailable));
    assert_eq!(good.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_issuers_keys_are_not_anothers() {
    let (first, second) = (Provider::of_kids(&["a"]), Provider::of_kids(&["b"]));
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::new(ISSUER, AUDIENCE, remote(&first)))
        .issuer(Issuer::new("https://b.example", AUDIENCE, remote(&second)))
        .with_clock(clock())
        .build()
        .unwrap();
    let of = |issuer: &str, kid: &str| token().claim("iss", issuer).header("kid", kid).compact();
    judge(&verifier, &of(ISSUER, "a")).await.unwrap();
    judge(&verifier, &of("https://b.example", "b")).await.unwrap();
    assert!(judge(&verifier, &of(ISSUER, "b")).await.is_err());
    assert!(judge(&verifier, &of("https://b.example", "a")).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn fixed_keys_work_while_the_fetched_ones_are_missing() {
    let provider = Provider::new(Play::Fail);
    let fixed = String::from_utf8(super::provider::set(&["fixed"])).unwrap();
    let keys = Keys::from_jwks(fixed).and(remote(&provider).into());
    let issuer = Issuer::new(ISSUER, AUDIENCE, keys);
    let verifier = JwtVerifier::builder().issuer(issuer).with_clock(clock()).build().unwrap();
    at_once(&verifier, &token_of("fixed")).unwrap();
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_the_slowest_source() {
    let (good, bad) = (Provider::of_kids(&["a"]), Provider::new(Play::Hang));
    for verifier in [both(&good, &bad), both(&bad, &good)] {
        good.serve(&["a"]);
        let start = tokio::time::Instant::now();
        judge(&verifier, &token_of("a")).await.unwrap();
        good.serve(&["b"]);
        judge(&verifier, &token_of("b")).await.unwrap();
        assert_eq!(start.elapsed(), std::time::Duration::ZERO);
    }
}
