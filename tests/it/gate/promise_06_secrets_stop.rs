//! Promise 6: the secret is gone from what the handler sees; opting out has a name.

use http::{Request, header::AUTHORIZATION};
use tower::Layer;
use tower_auth::{AuthLayer, Identity, Scheme};

use crate::support::{
    callers::{
        SECRET, basic, bearer, judge, judge_token, key_scheme, keys, nobody, tokens, user, with,
    },
    probe::{Probe, send},
};

/// What the handler sees of a request.
async fn seen<L>(layer: L, request: Request<()>) -> http::request::Parts
where
    L: Layer<Probe>,
    L::Service: tower::Service<Request<()>, Response = http::Response<String>> + Clone,
    <L::Service as tower::Service<Request<()>>>::Error: std::fmt::Debug,
{
    let probe = Probe::new();
    send(&layer.layer(probe.clone()), request).await;
    probe.head()
}

fn with_key(key: &str) -> Request<()> {
    with(nobody(), "x-api-key", key)
}

#[tokio::test]
async fn the_secret_of_each_scheme_is_gone() {
    assert!(!seen(basic(), user("alice")).await.headers.contains_key(AUTHORIZATION));
    assert!(!seen(tokens(), bearer("alice")).await.headers.contains_key(AUTHORIZATION));
    assert!(!seen(keys(), with_key("alice")).await.headers.contains_key("x-api-key"));
}

#[tokio::test]
async fn the_secret_of_the_chosen_scheme_is_gone() {
    let any =
        || AuthLayer::first_of([Scheme::bearer(judge_token), Scheme::basic(judge), key_scheme()]);
    for request in [user("alice"), bearer("alice"), with_key("alice")] {
        let head = seen(any(), request).await;
        assert!(head.headers.is_empty(), "{:?}", head.headers);
    }
}

#[tokio::test]
async fn kept_credentials_arrive_and_are_marked_sensitive() {
    let basic = seen(basic().keep_credentials(), user("alice")).await;
    let bearer = seen(tokens().keep_credentials(), bearer("alice")).await;
    let key = seen(keys().keep_credentials(), with_key("alice")).await;

    assert!(basic.headers[AUTHORIZATION].to_str().unwrap().starts_with("Basic "));
    assert_eq!(bearer.headers[AUTHORIZATION], "Bearer alice");
    assert_eq!(key.headers["x-api-key"], "alice");
    for kept in
        [&basic.headers[AUTHORIZATION], &bearer.headers[AUTHORIZATION], &key.headers["x-api-key"]]
    {
        assert!(kept.is_sensitive());
        assert_eq!(format!("{kept:?}"), "Sensitive");
    }
}

#[tokio::test]
async fn credentials_for_another_layer_are_left_for_it() {
    let probe = Probe::new();
    let service = (keys(), basic()).layer(probe.clone());
    send(&service, with(user("bob"), "x-api-key", "alice")).await;

    let head = probe.head();
    assert!(head.headers.is_empty());
    let identity = Identity::from_extensions(&head.extensions).expect("admitted");
    assert_eq!((identity.subject(), identity.outer().unwrap().subject()), ("bob", "alice"));
}

#[tokio::test]
async fn nothing_else_in_the_request_holds_the_secret() {
    let head = seen(basic(), user("alice")).await;
    let identity = Identity::from_extensions(&head.extensions).expect("admitted");
    assert!(!format!("{head:?} {identity:?}").contains(SECRET));
    assert!(identity.claims().iter().all(|(_, value)| value != SECRET));
}
