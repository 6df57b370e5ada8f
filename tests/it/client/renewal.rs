//! Tokens are renewed ahead, by one at a time, and used until they end.

use std::time::Duration;

use tower::{Layer, Service, ServiceExt};
use tower_auth::{AuthorizationLayer, ClientAuthErrorKind, Renewal};

use super::{
    issuer::{Play, Source, pass, settle},
    server::{Server, error, kind, request, send},
};

const SECOND: Duration = Duration::from_secs(1);

/// Sends a request, and says with which token it went.
async fn sent(layer: &AuthorizationLayer) -> String {
    let server = Server::accepting_all();
    send(layer, &server, request()).await.unwrap();
    settle().await;
    server.seen().remove(0).replace("Bearer ", "")
}

#[tokio::test(start_paused = true)]
async fn kf_t5_kuflows_rule_renews_after_a_tenth() {
    let source = Source::lasting(3600);
    let layer = source.layer().with_renewal(Renewal::kuflow()).build().unwrap();
    for (wait, asked) in [(0, 1), (359, 1), (2, 2)] {
        pass(Duration::from_secs(wait)).await;
        sent(&layer).await;
        assert_eq!(source.asked(), asked);
    }
    assert_eq!(sent(&layer).await, "token-2");
}

#[tokio::test(start_paused = true)]
async fn kf_t8_many_callers_ask_once() {
    let source = Source::new(Play::Slow(SECOND));
    let layer = source.layer().build().unwrap();
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let layer = layer.clone();
            tokio::spawn(async move { sent(&layer).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), "token-1");
    }
    assert_eq!(source.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_renewal() {
    let source = Source::lasting(1000);
    let layer = source.layer().build().unwrap();
    assert_eq!(sent(&layer).await, "token-1");
    pass(Duration::from_secs(719)).await;
    assert_eq!(sent(&layer).await, "token-1");
    assert_eq!(source.asked(), 1, "not before 72 %");

    source.play(Play::Hang);
    pass(Duration::from_secs(162)).await;
    assert_eq!(sent(&layer).await, "token-1");
    assert_eq!(source.asked(), 2, "by 88 %");
    for _ in 0..10 {
        assert_eq!(sent(&layer).await, "token-1", "nobody waits for the second");
    }
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_old_token_is_used_until_it_ends_and_no_longer() {
    let source = Source::lasting(1000);
    let layer = source.layer().build().unwrap();
    assert_eq!(sent(&layer).await, "token-1");
    source.play(Play::Fail);
    pass(Duration::from_secs(900)).await;
    assert_eq!(sent(&layer).await, "token-1");
    assert_eq!(layer.token_status().unwrap().consecutive_failures, 1);
    pass(Duration::from_millis(99_999)).await;
    assert_eq!(sent(&layer).await, "token-1");

    pass(Duration::from_millis(2)).await;
    let server = Server::accepting_all();
    let refused = kind(&layer, &server, request()).await;
    assert_eq!(refused, Some(ClientAuthErrorKind::TokenUnavailable));
    assert!(server.seen().is_empty(), "it is not sent without a token");

    source.play(Play::Lasting(SECOND * 60));
    pass(SECOND * 60).await;
    assert!(sent(&layer).await.starts_with("token-"));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_has_its_peace() {
    let source = Source::new(Play::Fail);
    let layer = source.layer().build().unwrap();
    let server = Server::accepting_all();
    for _ in 0..1000 {
        let refused = send(&layer, &server, request()).await.unwrap_err();
        assert_eq!(refused.kind(), ClientAuthErrorKind::TokenUnavailable);
    }
    assert_eq!(source.asked(), 1);
    // Pauses of 1, 2, 4, 8, 16, 32, 60, 60 .. s, each shortened to no less than half.
    for _ in 0..3600 {
        pass(SECOND).await;
        let _ = send(&layer, &server, request()).await;
    }
    assert!((62..140).contains(&source.asked()), "{}", source.asked());
    let status = layer.token_status().unwrap();
    assert!(!status.is_ready);
    assert_eq!(u64::from(status.consecutive_failures), source.asked());
    assert_eq!(status.last_error.unwrap().1.kind(), ClientAuthErrorKind::TokenUnavailable);
}

#[tokio::test(start_paused = true)]
async fn the_kind_of_the_failure_comes_through() {
    let source = Source::new(Play::Refuse);
    let layer = source.layer().build().unwrap();
    let server = Server::accepting_all();
    for _ in 0..2 {
        let refused = kind(&layer, &server, request()).await;
        assert_eq!(refused, Some(ClientAuthErrorKind::TokenRefused), "also in the pause");
    }
    let error = layer.warm_up().await.unwrap_err();
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "who are you?");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_hangs_is_given_up() {
    let source = Source::new(Play::Hang);
    let layer = source.layer().build().unwrap();
    let started = tokio::time::Instant::now();
    let error = layer.warm_up().await.unwrap_err();
    assert_eq!(started.elapsed().as_secs(), 5);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "no token after 5s");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_panics_harms_nobody() {
    let source = Source::new(Play::Panic);
    let layer = source.layer().build().unwrap();
    let started = tokio::time::Instant::now();
    let error = layer.warm_up().await.unwrap_err();
    assert_eq!(error.kind(), ClientAuthErrorKind::TokenUnavailable);
    assert_eq!(started.elapsed(), Duration::ZERO, "nobody waits for what has ended");
    source.play(Play::Same);
    pass(SECOND).await;
    assert_eq!(sent(&layer).await, "token");
}

#[tokio::test(start_paused = true)]
async fn who_hangs_up_takes_nothing_along() {
    let source = Source::new(Play::Slow(SECOND));
    let layer = source.layer().build().unwrap();
    let server = Server::accepting_all();
    let mut service = layer.layer(server.clone());
    let call = service.ready().await.unwrap().call(request());
    tokio::time::timeout(SECOND / 2, call).await.unwrap_err();
    pass(SECOND).await;
    assert_eq!(source.asked(), 1);
    assert_eq!(sent(&layer).await, "token-1");
    assert!(server.seen().is_empty());
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_are_bounded() {
    let source = Source::new(Play::Slow(SECOND));
    let layer = source.layer().build().unwrap();
    let server = Server::accepting_all();
    let mut service = layer.layer(server.clone());
    let mut calls = Vec::new();
    for _ in 0..1030 {
        let mut call = Box::pin(service.ready().await.unwrap().call(request()));
        match futures_util::FutureExt::now_or_never(call.as_mut()) {
            Some(done) => {
                assert_eq!(error(done.unwrap_err()).kind(), ClientAuthErrorKind::Overloaded);
            }
            None => calls.push(call),
        }
    }
    assert_eq!(calls.len(), 1024);
    for call in calls {
        assert_eq!(call.await.unwrap().status(), 200);
    }
    assert_eq!(source.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_token_that_has_ended_on_arrival_is_a_failure() {
    for lifetime in [Duration::ZERO, Duration::from_millis(999)] {
        let source = Source::new(Play::Lasting(lifetime));
        let layer = source.layer().build().unwrap();
        let server = Server::accepting_all();
        for _ in 0..10 {
            let refused = kind(&layer, &server, request()).await;
            assert_eq!(refused, Some(ClientAuthErrorKind::TokenUnusable), "{lifetime:?}");
        }
        assert_eq!(source.asked(), 1, "no call of its own for each");
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_life_overflows_nothing() {
    let source = Source::new(Play::Lasting(Duration::MAX));
    for renewal in [Renewal::default(), Renewal::kuflow(), Renewal::at_share(0.9)] {
        let layer = source.layer().with_renewal(renewal).build().unwrap();
        sent(&layer).await;
        assert!(layer.token_status().unwrap().ends_in.unwrap() > Duration::from_secs(1 << 30));
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_lifetime_a_token_lasts_five_minutes() {
    let token = || async { tower_auth::AccessToken::new("t") };
    let layer =
        AuthorizationLayer::tokens(token).for_origin(super::issuer::ORIGIN).build().unwrap();
    layer.warm_up().await.unwrap();
    assert_eq!(layer.token_status().unwrap().ends_in, Some(Duration::from_secs(300)));
}

#[tokio::test(start_paused = true)]
async fn a_warm_layer_has_its_token() {
    let source = Source::lasting(60);
    let layer = source.layer().build().unwrap();
    assert!(!layer.token_status().unwrap().is_ready);
    layer.warm_up().await.unwrap();
    layer.warm_up().await.unwrap();
    assert_eq!(source.asked(), 1);
    let status = layer.token_status().unwrap();
    assert!(status.is_ready && status.last_success.is_some());
    assert_eq!((status.fetches, status.retries), (1, 0));
}

#[test]
fn times_of_nothing_are_mistakes() {
    let source = Source::lasting(60);
    let built = source
        .layer()
        .with_timeout(Duration::ZERO)
        .with_cooldown(Duration::ZERO)
        .with_default_lifetime(Duration::ZERO)
        .with_renewal(Renewal::at_share(1.0))
        .build();
    assert_eq!(built.unwrap_err().problems().count(), 4);
    for share in [0.0, -1.0, 0.91, f64::NAN, f64::INFINITY] {
        assert!(source.layer().with_renewal(Renewal::at_share(share)).build().is_err(), "{share}");
    }
}

#[test]
fn the_end_of_a_runtime_ends_the_question() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_time().start_paused(true).build().unwrap()
    };
    let source = Source::lasting(60);
    let layer = source.layer().build().unwrap();
    let first = runtime();
    first.block_on(async {
        assert!(futures_util::FutureExt::now_or_never(layer.warm_up()).is_none());
    });
    drop(first);
    assert_eq!(source.asked(), 0, "the task never ran");
    assert_eq!(layer.token_status().unwrap().consecutive_failures, 1);
    runtime().block_on(async {
        tokio::time::sleep(SECOND * 2).await;
        assert_eq!(sent(&layer).await, "token-1");
    });
}

#[test]
fn outside_of_a_runtime_there_is_an_error_and_no_panic() {
    let source = Source::lasting(60);
    let layer = source.layer().build().unwrap();
    let error = futures_util::FutureExt::now_or_never(layer.warm_up()).unwrap().unwrap_err();
    assert_eq!(error.kind(), ClientAuthErrorKind::TokenUnavailable);
}
