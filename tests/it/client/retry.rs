//! What happens when a server refuses a token.

use std::time::Duration;

use http::{Response, StatusCode, header::AUTHORIZATION};
use tower_auth::{AuthorizationLayer, CloneBody};

use super::{
    issuer::{Play, Source, pass, settle},
    server::{Body, Server, request, send},
};

fn replaying(source: &Source) -> AuthorizationLayer<CloneBody> {
    source.layer().build().unwrap().with_replay(CloneBody)
}

fn accepting_only(token: &'static str) -> Server {
    Server::accepting(move |line| line == format!("Bearer {token}"))
}

fn trailers_only(status: &str) -> Response<Body> {
    let response = Response::builder().header("content-type", "application/grpc");
    response.header("grpc-status", status).body(Body::default()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_exchanged_and_the_request_sent_again() {
    let unauthenticated = Server::refusing_with(accepting_only("token-2"), trailers_only("16"));
    for server in [accepting_only("token-2"), unauthenticated] {
        let source = Source::lasting(3600);
        let layer = replaying(&source);
        assert_eq!(send(&layer, &server, request()).await.unwrap(), 200);
        assert_eq!(server.seen(), ["Bearer token-1", "Bearer token-2"]);
        let status = layer.token_status().unwrap();
        assert_eq!((status.fetches, status.retries), (2, 1));

        let [first, second] = &server.requests()[..] else { panic!("two requests") };
        assert_eq!((first.method(), first.uri()), (second.method(), second.uri()));
        let bytes = |request: &http::Request<Body>| format!("{:?}", request.body());
        assert_eq!(bytes(first), bytes(second));
        assert_eq!(first.headers().len(), second.headers().len());
        assert!(second.headers()[AUTHORIZATION].is_sensitive());
    }
}

#[tokio::test(start_paused = true)]
async fn kf_7_a_second_refusal_is_final() {
    let source = Source::lasting(3600);
    let layer = replaying(&source);
    let server = Server::accepting(|_| false);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    assert_eq!(server.seen(), ["Bearer token-1", "Bearer token-2"]);
}

#[tokio::test(start_paused = true)]
async fn other_refusals_have_nothing_to_do_with_the_token() {
    let source = Source::lasting(3600);
    let layer = replaying(&source);
    let status = |status: u16| Response::builder().status(status).body(Body::default()).unwrap();
    for refusal in [status(403), status(407), status(500), trailers_only("7"), trailers_only("0")] {
        let server = Server::accepting(|_| false).refusing_with(refusal);
        send(&layer, &server, request()).await.unwrap();
        assert_eq!(server.seen(), ["Bearer token-1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_replayed_is_not_and_the_next_call_has_a_fresh_token() {
    let source = Source::lasting(3600);
    let layer = source.layer().build().unwrap();
    let server = accepting_only("token-2");
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200, "it waited for the new one");
    assert_eq!(server.seen(), ["Bearer token-1", "Bearer token-2"]);
    assert_eq!(layer.token_status().unwrap().retries, 0);

    let some = |body: &Body| format!("{body:?}").contains("small").then(|| body.clone());
    let layer = source.layer().build().unwrap().with_replay(some);
    let server = Server::accepting(|_| false);
    send(&layer, &server, request()).await.unwrap();
    assert_eq!(server.seen().len(), 1, "the closure says that it cannot be");
    pass(Duration::from_secs(30)).await;
    let small = request().map(|_| Body::from("small"));
    send(&layer, &server, small).await.unwrap();
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_same_token_is_not_tried_twice() {
    let source = Source::new(Play::Same);
    let layer = replaying(&source);
    let server = Server::accepting(|_| false);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    assert_eq!((server.seen().len(), source.asked()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_fails_leaves_the_refusal_as_it_was() {
    let source = Source::lasting(3600);
    let layer = replaying(&source);
    layer.warm_up().await.unwrap();
    source.play(Play::Fail);
    let server = Server::accepting(|_| false);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    assert_eq!(server.seen().len(), 1);

    server.accept(|_| true);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200, "it has not ended yet");
    assert_eq!(server.seen()[1], "Bearer token-1");
}

#[tokio::test(start_paused = true)]
async fn refusals_in_numbers_cause_one_question_in_thirty_seconds() {
    let source = Source::lasting(36_000);
    let layer = replaying(&source);
    let server = Server::accepting(|_| false);
    for _ in 0..1000 {
        assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    }
    assert_eq!(source.asked(), 2);
    assert_eq!(server.seen().len(), 1001, "one of them was sent again");
    for _ in 0..300 {
        pass(Duration::from_secs(1)).await;
        send(&layer, &server, request()).await.unwrap();
    }
    assert!((11..=13).contains(&source.asked()), "{}", source.asked());
}

#[tokio::test(start_paused = true)]
async fn those_who_are_refused_together_ask_once() {
    let source = Source::lasting(3600);
    let layer = replaying(&source);
    layer.warm_up().await.unwrap();
    source.play(Play::Slow(Duration::from_secs(1)));
    let server = accepting_only("token-2");
    let callers: Vec<_> = (0..20)
        .map(|_| {
            let (layer, server) = (layer.clone(), server.clone());
            tokio::spawn(async move { send(&layer, &server, request()).await })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap().unwrap(), 200);
    }
    assert_eq!(source.asked(), 2);
    let again = server.seen().iter().filter(|line| *line == "Bearer token-2").count();
    assert_eq!(again, 20);
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_late_takes_the_token_that_is_there() {
    let source = Source::lasting(3600);
    let layer = replaying(&source);
    layer.warm_up().await.unwrap();
    let server = accepting_only("token-2");
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200);
    // Another call of before: within the cooldown, and with the new token at hand.
    server.accept(|line| line == "Bearer token-2");
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200);
    assert_eq!(source.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_in_doubt_holds_calls_up_for_one_question_only() {
    let source = Source::lasting(3600);
    let layer = source.layer().build().unwrap();
    layer.warm_up().await.unwrap();
    source.play(Play::Hang);
    let server = Server::accepting(|_| false);
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 401);
    server.accept(|_| true);
    let started = tokio::time::Instant::now();
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200);
    assert_eq!(started.elapsed().as_secs(), 5, "as long as a source may take");
    assert_eq!(send(&layer, &server, request()).await.unwrap(), 200);
    assert_eq!(started.elapsed().as_secs(), 5);
    settle().await;
    assert_eq!(server.seen(), ["Bearer token-1"; 3]);
}

#[tokio::test(start_paused = true)]
async fn the_status_code_of_the_first_answer_is_not_lost() {
    let source = Source::lasting(3600);
    let layer = replaying(&source);
    let refusal = Response::builder().status(StatusCode::UNAUTHORIZED).header("x-why", "because");
    let server = Server::accepting(|_| false).refusing_with(refusal.body(Body::default()).unwrap());
    source.play(Play::Same);
    let response = tower::ServiceExt::oneshot(tower::Layer::layer(&layer, server), request()).await;
    assert_eq!(response.unwrap().headers()["x-why"], "because");
}
