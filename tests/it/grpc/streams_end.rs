//! Streams that end with the identity of the caller, over a connection and in virtual time.

use std::{convert::Infallible, error::Error, time::Duration};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use http::{Extensions, Request};
use http_body_util::{BodyExt, BodyStream};
use hyper_util::rt::TokioIo;
use tokio::time::{sleep, timeout};
use tonic::{Code, Status, transport::Channel};
use tower_auth::{
    AuthError, AuthErrorKind, Clock, IdentityEnd, JwtAuthLayer, JwtVerifier, RevocationList,
};

use super::served::{Kind, Messages, Orders, Sent, boxed, connected, messages, open, reader};
use crate::support::tokens::{ISSUER, NOW, Token, all_keys, clock, issuer};

/// The kinds whose answers may last.
const LASTING: [(Kind, &str); 2] = [
    (Kind::ServerStreaming, "/orders.v1.Orders/List"),
    (Kind::Bidirectional, "/orders.v1.Orders/Chat"),
];

/// Moves both clocks, a second at a time; timers of other tasks run meanwhile.
async fn pass(clock: &Clock, seconds: u32) {
    for _ in 0..seconds {
        clock.advance(Duration::from_secs(1));
        sleep(Duration::from_secs(1)).await;
    }
}

fn layer(clock: &Clock, revoked: &RevocationList) -> JwtAuthLayer {
    let verifier = JwtVerifier::builder()
        .issuer(issuer(all_keys()))
        .with_clock(clock.clone())
        .with_revocation(revoked.clone());
    JwtAuthLayer::new(verifier.build().unwrap())
}

/// Says one thing, and nothing more as long as the call lasts.
fn held_open() -> Messages {
    messages(&["watch"]).chain(stream::pending()).boxed()
}

type Answers = stream::BoxStream<'static, Result<String, Status>>;

/// A stream whose first answer has come.
async fn opened(channel: &Channel, call: (Kind, &'static str), token: &Token) -> Answers {
    let mut answers = open(channel, call, &Sent::by(token), held_open()).await.unwrap();
    assert_eq!(answers.next().await.unwrap().unwrap(), "alice: watch");
    answers
}

/// Whether the stream has ended, and how; none where it goes on.
fn end(answers: &mut Answers) -> Option<Code> {
    let next = answers.next().now_or_never()?;
    Some(next.expect("an end has a status").unwrap_err().code())
}

#[tokio::test(start_paused = true)]
async fn streams_end_with_the_token_and_others_go_on() {
    let clock = clock();
    let orders = Orders::new(&clock);
    let channel = connected(boxed(layer(&clock, &RevocationList::new())), &orders).await;
    let idle = orders.open();
    let short = reader().claim("exp", NOW + 60);
    let [mut watch, mut chat] = LASTING.map(|call| opened(&channel, call, &short).boxed());
    let (mut watch, mut chat) = (watch.as_mut().await, chat.as_mut().await);
    let mut lasting = opened(&channel, LASTING[1], &reader()).await;
    assert_eq!(orders.open(), idle + 3);

    pass(&clock, 59).await;
    assert_eq!((end(&mut watch), end(&mut chat), end(&mut lasting)), (None, None, None));
    pass(&clock, 60).await;
    let unauthenticated = Some(Code::Unauthenticated);
    assert_eq!((end(&mut watch), end(&mut chat)), (unauthenticated, unauthenticated));
    assert_eq!(end(&mut lasting), None);
    // The client sends still, and the server holds nothing of it.
    assert_eq!(orders.open(), idle + 1);
    pass(&clock, 600).await;
    assert_eq!(end(&mut lasting), unauthenticated);
    assert_eq!(orders.open(), idle);
}

#[tokio::test(start_paused = true)]
async fn streams_end_when_the_token_is_revoked_and_others_go_on() {
    let clock = clock();
    let (orders, revoked) = (Orders::new(&clock), RevocationList::with_clock(clock.clone()));
    let channel = connected(boxed(layer(&clock, &revoked)), &orders).await;
    for call in LASTING {
        let until = clock.now() + Duration::from_secs(600);
        let token = |id: &str| reader().claim("jti", id).claim("exp", NOW + 600);
        let (one, other) = (format!("{:?}-1", call.0), format!("{:?}-2", call.0));
        let mut first = opened(&channel, call, &token(&one)).await;
        let mut second = opened(&channel, call, &token(&other)).await;
        pass(&clock, 20).await;
        assert_eq!((end(&mut first), end(&mut second)), (None, None));
        revoked.revoke_token(ISSUER, &one, until);
        pass(&clock, 20).await;
        assert_eq!((end(&mut first), end(&mut second)), (Some(Code::Unauthenticated), None));
        // Whoever comes back with it is refused at the gate.
        let again = open(&channel, call, &Sent::by(&token(&one)), held_open()).await;
        assert_eq!(again.err().unwrap().code(), Code::Unauthenticated);
    }
}

/// Messages that come and go do not keep a stream alive.
#[tokio::test(start_paused = true)]
async fn a_busy_stream_ends_as_well() {
    let clock = clock();
    let orders = Orders::new(&clock);
    let channel = connected(boxed(layer(&clock, &RevocationList::new())), &orders).await;
    let every_second = stream::unfold(clock.clone(), async |clock| {
        pass(&clock, 1).await;
        Some(("price".to_owned(), clock))
    });
    let sent = Sent::by(&reader().claim("exp", NOW + 60));
    let answers = open(&channel, LASTING[1], &sent, every_second.boxed()).await.unwrap();
    let answers = timeout(Duration::from_secs(600), answers.collect::<Vec<_>>()).await.unwrap();
    let (last, before) = answers.split_last().unwrap();
    assert_eq!(last.as_ref().unwrap_err().code(), Code::Unauthenticated);
    assert!(before.iter().all(Result::is_ok) && (58..=91).contains(&before.len()), "{before:?}");
}

/// A handler of axum that sends events until the caller may not have them any more.
async fn events(clock: Clock, extensions: Extensions) -> axum::response::Response<Body> {
    let end = IdentityEnd::from_extensions(&extensions).unwrap().with_clock(clock);
    let first = stream::iter([Ok::<_, AuthError>(Bytes::from("data: opened\n\n"))]);
    let answer = Body::from_stream(end.guard(first.chain(stream::pending())));
    http::Response::builder().header("content-type", "text/event-stream").body(answer).unwrap()
}

fn router(clock: &Clock) -> Router {
    let of_handler = clock.clone();
    let handler =
        move |request: Request<Body>| events(of_handler.clone(), request.into_parts().0.extensions);
    Router::new().route("/events", get(handler)).layer(layer(clock, &RevocationList::new()))
}

/// The client of a connection sees an answer that was cut off, and not one that has ended.
#[tokio::test(start_paused = true)]
async fn a_stream_of_axum_is_cut_off() {
    let clock = clock();
    let (near, far) = tokio::io::duplex(16_384);
    let service = hyper_util::service::TowerToHyperService::new(router(&clock));
    tokio::spawn(async move {
        let builder = hyper::server::conn::http1::Builder::new();
        let _ = builder.serve_connection(TokioIo::new(far), service).await;
    });
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(near)).await.unwrap();
    tokio::spawn(connection);
    let line = format!("Bearer {}", reader().claim("exp", NOW + 60).compact());
    let request = Request::get("/events").header("host", "x").header("authorization", line);
    let response = sender.send_request(request.body(String::new()).unwrap()).await.unwrap();
    let mut body = BodyStream::new(response.into_body());
    assert_eq!(body.next().await.unwrap().unwrap().into_data().unwrap(), "data: opened\n\n");
    pass(&clock, 59).await;
    assert!(body.next().now_or_never().is_none());
    pass(&clock, 60).await;
    let cut = body.next().now_or_never().unwrap().unwrap().unwrap_err();
    assert!(!cut.is_canceled(), "{cut:?}");
}

/// Within the process the reason is there to be read.
#[tokio::test(start_paused = true)]
async fn the_body_of_axum_says_why() {
    let clock = clock();
    let line = format!("Bearer {}", reader().claim("exp", NOW + 60).compact());
    let request = Request::get("/events").header("authorization", line).body(Body::empty());
    let response = tower::ServiceExt::oneshot(router(&clock), request.unwrap()).await;
    let response: Result<_, Infallible> = response;
    let mut body = response.unwrap().into_body();
    assert!(body.frame().await.unwrap().is_ok());
    pass(&clock, 59).await;
    assert!(body.frame().now_or_never().is_none());
    pass(&clock, 60).await;
    let error = body.frame().now_or_never().unwrap().unwrap().unwrap_err();
    // A router wraps bodies, and what comes out of them.
    let mut why: &(dyn Error + 'static) = &error;
    while !why.is::<AuthError>() {
        why = why.source().unwrap();
    }
    let kind = why.downcast_ref::<AuthError>().map(AuthError::kind);
    assert_eq!(kind, Some(AuthErrorKind::ExpiredCredentials));
    assert!(body.frame().now_or_never().unwrap().is_none());
}
