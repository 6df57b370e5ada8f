//! Tokens in other places than usual, by explicit settings only.

use std::convert::Infallible;

use http::{HeaderName, Request, Response};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{Authenticator, Bearer, JwtAuthLayer, TokenLocation};

use crate::support::tokens::{base64url, token, verifier};

const PREFIX: &str = "base64url.bearer.authorization.k8s.io.";

fn extras() -> HeaderName {
    HeaderName::from_static("authorization-extras")
}

fn everywhere() -> [TokenLocation; 5] {
    [
        TokenLocation::authorization(),
        TokenLocation::field(HeaderName::from_static("x-authorization")),
        TokenLocation::bare_field(extras()),
        TokenLocation::cookie("session"),
        TokenLocation::websocket_protocol(PREFIX),
    ]
}

/// The status, and the header lines that the handler saw.
async fn send(layer: &JwtAuthLayer, lines: &[(&str, &[u8])]) -> (u16, Vec<(String, String)>) {
    let mut request = Request::builder();
    for (name, value) in lines {
        request = request.header(*name, *value);
    }
    let service = layer.layer(service_fn(async |request: Request<()>| {
        let seen = request.headers().iter().map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        Ok::<_, Infallible>(Response::new(seen.collect::<Vec<_>>()))
    }));
    let response = service.oneshot(request.body(()).unwrap()).await.unwrap();
    let status = response.status().as_u16();
    (status, response.into_body())
}

fn layer(locations: impl IntoIterator<Item = TokenLocation>) -> JwtAuthLayer {
    JwtAuthLayer::reading_from(locations, verifier().clone())
}

/// The token in each of the places.
fn places(token: &str) -> [(&'static str, String); 5] {
    [
        ("authorization", format!("Bearer {token}")),
        ("x-authorization", format!("bEaReR {token}")),
        ("authorization-extras", token.to_owned()),
        ("cookie", format!("theme=dark; session={token}; lang=en")),
        ("sec-websocket-protocol", format!("chat, {PREFIX}{}", base64url(token))),
    ]
}

#[tokio::test]
async fn a_token_is_found_where_it_may_be_and_is_gone_afterwards() {
    let token = token().compact();
    let layer = layer(everywhere());
    for (name, value) in places(&token) {
        let (status, seen) = send(&layer, &[(name, value.as_bytes()), ("accept", b"*/*")]).await;
        assert_eq!(status, 200, "{name}");
        assert!(seen.contains(&("accept".to_owned(), "*/*".to_owned())));
        let all = format!("{seen:?}");
        assert!(!all.contains(&token) && !all.contains(&base64url(&token)), "{all}");
    }
    let (_, seen) = send(&layer, &[("cookie", places(&token)[3].1.as_bytes())]).await;
    assert_eq!(seen, [("cookie".to_owned(), "theme=dark; lang=en".to_owned())]);
    let (_, seen) =
        send(&layer, &[("sec-websocket-protocol", places(&token)[4].1.as_bytes())]).await;
    assert_eq!(seen, [("sec-websocket-protocol".to_owned(), "chat".to_owned())]);
}

#[tokio::test]
async fn nothing_is_read_from_where_it_may_not_be() {
    let token = token().compact();
    for (allowed, location) in everywhere().into_iter().enumerate() {
        let layer = layer([location]);
        for (place, (name, value)) in places(&token).into_iter().enumerate() {
            let (status, _) = send(&layer, &[(name, value.as_bytes())]).await;
            assert_eq!(status == 200, place == allowed, "{name}");
        }
    }
    let (status, _) = send(&layer([]), &[("authorization", places(&token)[0].1.as_bytes())]).await;
    assert_eq!(status, 401);
}

#[tokio::test]
async fn two_places_are_ambiguous() {
    let token = token().compact();
    let layer = layer(everywhere());
    let places = places(&token);
    for first in 0..places.len() {
        for second in 0..places.len() {
            let lines = [first, second].map(|place| (places[place].0, places[place].1.as_bytes()));
            assert_eq!(send(&layer, &lines).await.0, 400, "{first} and {second}");
        }
    }
    let twice = format!("session={token}; session={token}");
    assert_eq!(send(&layer, &[("cookie", twice.as_bytes())]).await.0, 400);
}

#[tokio::test]
async fn a_cookie_of_another_name_is_another_cookie() {
    let token = token().compact();
    let layer = layer([TokenLocation::cookie("session")]);
    for other in ["xsession", "session2", "Session", "sess", "session.x"] {
        let (status, _) = send(&layer, &[("cookie", format!("{other}={token}").as_bytes())]).await;
        assert_eq!(status, 401, "{other}");
    }
    for form in [format!("session=\"{token}\""), format!("  session={token}  ;a=b")] {
        assert_eq!(send(&layer, &[("cookie", form.as_bytes())]).await.0, 200, "{form}");
    }
    let split: [(&str, &[u8]); 2] =
        [("cookie", b"a=b"), ("cookie", &[b"session=", token.as_bytes()].concat())];
    let (status, seen) = send(&layer, &split).await;
    assert_eq!((status, seen), (200, vec![("cookie".to_owned(), "a=b".to_owned())]));
}

#[tokio::test]
async fn what_is_in_the_place_and_no_token_is_refused() {
    let layer = layer(everywhere());
    let bad: [(&str, &[u8]); 9] = [
        ("cookie", b"session="),
        ("cookie", b"session=a b"),
        ("cookie", b"session=\xff\xfe"),
        ("cookie", b"session=\""),
        ("authorization-extras", b""),
        ("authorization-extras", b"Bearer abc"),
        ("sec-websocket-protocol", b"base64url.bearer.authorization.k8s.io."),
        ("sec-websocket-protocol", b"base64url.bearer.authorization.k8s.io.!!"),
        ("x-authorization", b"Bearer"),
    ];
    for line in bad {
        assert_eq!(send(&layer, &[line]).await.0, 401, "{line:?}");
    }
}

#[tokio::test]
async fn kept_tokens_are_marked_as_sensitive() {
    let token = token().compact();
    for (name, value) in places(&token) {
        let layer = layer(everywhere()).keep_credentials();
        let service = layer.layer(service_fn(async |request: Request<()>| {
            let mut lines = request.headers().values();
            Ok::<_, Infallible>(Response::new(lines.all(http::HeaderValue::is_sensitive)))
        }));
        let request = Request::builder().header(name, value.as_bytes()).body(()).unwrap();
        assert!(service.oneshot(request).await.unwrap().into_body(), "{name}");
    }
}

#[tokio::test]
async fn what_is_left_of_a_field_is_as_sensitive_as_it_was() {
    let layer = layer([TokenLocation::cookie("session")]);
    let service = layer.layer(service_fn(async |request: Request<()>| {
        Ok::<_, Infallible>(Response::new(request.headers()["cookie"].is_sensitive()))
    }));
    let mut line = http::HeaderValue::try_from(format!("csrf=x; session={}", token().compact()));
    line.as_mut().unwrap().set_sensitive(true);
    let request = Request::builder().header("cookie", line.unwrap()).body(()).unwrap();
    assert!(service.oneshot(request).await.unwrap().into_body());
}

/// One type may still judge tokens wherever they were found.
#[tokio::test]
async fn the_authenticator_sees_a_bearer_token() {
    let seen = verifier().authenticate(Bearer::new(token().compact())).await;
    assert_eq!(seen.unwrap().subject(), "alice");
}
