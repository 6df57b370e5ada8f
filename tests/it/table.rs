//! The one table, row by row, for HTTP and gRPC.

use std::convert::Infallible;

use http::{Request, Response, request::Parts};
use http_body_util::{BodyExt, Full};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{AuthError, AuthErrorKind, AuthLayer, Basic, Check, GateLayer, Scheme, Verdict};

use crate::support::{
    probe::{Probe, lines, request, send},
    schemes::{SECRET, basic},
};

#[derive(Clone)]
struct No(AuthErrorKind);

impl Check for No {
    type Grant = ();

    fn check(&self, _: &Parts) -> Verdict<()> {
        Verdict::Denied(AuthError::new(self.0).with_source("a reason for the log"))
    }

    fn admit(&self, (): (), _: &mut Parts) {}
}

/// Kind, HTTP status, gRPC status, Bearer error, message: written out again, not read from the crate.
#[rustfmt::skip]
const TABLE: [(AuthErrorKind, u16, &str, Option<&str>, &str); 10] = [
    (AuthErrorKind::MissingCredentials, 401, "16", None, "no credentials were presented"),
    (AuthErrorKind::AmbiguousCredentials, 400, "16", Some("invalid_request"), "more than one set of credentials was presented"),
    (AuthErrorKind::UnreadableCredentials, 401, "16", Some("invalid_token"), "the credentials were not accepted"),
    (AuthErrorKind::InvalidCredentials, 401, "16", Some("invalid_token"), "the credentials were not accepted"),
    (AuthErrorKind::ExpiredCredentials, 401, "16", Some("invalid_token"), "the credentials were not accepted"),
    (AuthErrorKind::TenantDenied, 403, "7", None, "the tenant is not accessible"),
    (AuthErrorKind::PermissionDenied, 403, "7", Some("insufficient_scope"), "a required permission is missing"),
    (AuthErrorKind::Overloaded, 503, "8", None, "too many requests are waiting"),
    (AuthErrorKind::Unavailable, 503, "14", None, "authentication is temporarily unavailable"),
    (AuthErrorKind::Misconfigured, 500, "13", None, "authentication layers are not wired correctly"),
];

#[test]
fn every_kind_is_in_the_table() {
    assert_eq!(TABLE.map(|(kind, ..)| kind), AuthErrorKind::ALL);
}

#[tokio::test]
async fn http_answers() {
    for (kind, status, ..) in TABLE {
        let (response, _) = send(&GateLayer::new(No(kind)), request(&[])).await;
        assert_eq!(response.status(), status, "{kind}");
        assert_eq!(response.body(), "");
        let retry_after = lines(response.headers(), "retry-after");
        assert_eq!(retry_after, if status == 503 { vec!["1"] } else { vec![] });
        assert!(!response.headers().contains_key("grpc-status"));
    }
}

#[tokio::test]
async fn grpc_answers_are_trailers_only() {
    for (asked, answered) in [
        ("application/grpc", "application/grpc"),
        ("application/grpc+proto", "application/grpc"),
        ("Application/gRPC; charset=x", "application/grpc"),
        ("application/grpc-web", "application/grpc-web"),
        ("application/grpc-web+proto", "application/grpc-web"),
        ("application/grpc-web-text+proto", "application/grpc-web-text"),
    ] {
        for (kind, _, code, _, message) in TABLE {
            let gate = GateLayer::new(No(kind));
            let (response, _) = send(&gate, request(&[("content-type", asked)])).await;
            assert_eq!(response.status(), 200, "{kind} {asked}");
            assert_eq!(response.headers()["content-type"], answered);
            assert_eq!(response.headers()["grpc-status"], code);
            assert_eq!(response.headers()["grpc-message"], message);
            assert_eq!(response.body(), "");
            assert!(!response.headers().contains_key("www-authenticate"));
        }
    }
}

#[tokio::test]
async fn other_content_types_are_not_grpc() {
    for content_type in ["application/json", "application/grpcx", "text/application/grpc", ""] {
        let gate = GateLayer::new(No(AuthErrorKind::MissingCredentials));
        let (response, _) = send(&gate, request(&[("content-type", content_type)])).await;
        assert_eq!(response.status(), 401, "{content_type}");
    }
}

/// A trailers-only answer is a head without a body: the stream ends with the headers.
#[tokio::test]
async fn grpc_answers_have_no_body_at_all() {
    let inner = service_fn(async |_: Request<()>| {
        Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::default()))
    });
    let service = GateLayer::new(No(AuthErrorKind::MissingCredentials)).layer(inner);
    let request = Request::builder().header("content-type", "application/grpc").body(()).unwrap();
    let body = service.oneshot(request).await.unwrap().into_body();
    assert!(http_body::Body::is_end_stream(&body));
    assert!(body.collect().await.unwrap().to_bytes().is_empty());
}

#[test]
fn messages_need_no_escaping_anywhere() {
    for (kind, .., message) in TABLE {
        assert_eq!(kind.message(), message);
        let plain = |c: char| c == ' ' || (c.is_ascii_graphic() && !"\"\\%".contains(c));
        assert!(message.chars().all(plain), "{message}");
    }
}

#[tokio::test]
async fn bearer_challenges_name_the_error_of_the_table() {
    for (kind, status, _, bearer_error, message) in TABLE {
        let judge = move |_: tower_auth::Bearer| async move { Err(AuthError::new(kind)) };
        let layer = AuthLayer::new(Scheme::bearer(judge));
        let (response, _) = send(&layer, request(&[("authorization", "Bearer x")])).await;
        let challenges = lines(response.headers(), "www-authenticate");
        let expected = match bearer_error {
            Some(error) => vec![format!(
                r#"Bearer realm="api", error="{error}", error_description="{message}""#
            )],
            None if status == 401 => vec![r#"Bearer realm="api""#.to_owned()],
            None => vec![],
        };
        assert_eq!(challenges, expected, "{kind}");
    }
}

/// Whether a token was unreadable, wrong or too old is for the log, not for who sent it.
#[tokio::test]
async fn bad_credentials_are_alike_on_the_wire() {
    let mut heads = Vec::new();
    for kind in [
        AuthErrorKind::UnreadableCredentials,
        AuthErrorKind::InvalidCredentials,
        AuthErrorKind::ExpiredCredentials,
    ] {
        let judge = move |_: Basic| async move { Err(AuthError::new(kind)) };
        let layers = [Scheme::basic(judge)].map(AuthLayer::new);
        for content_type in ["application/json", "application/grpc"] {
            let credentials = basic("alice", SECRET);
            let headers = [("authorization", credentials.as_str()), ("content-type", content_type)];
            let service = layers[0].layer(Probe::new());
            let response = service.oneshot(request(&headers)).await.unwrap();
            heads.push((content_type, format!("{:?} {:?}", response.status(), response.headers())));
        }
    }
    for (content_type, head) in &heads {
        let of_this_type = heads.iter().filter(|(other, _)| other == content_type);
        assert!(of_this_type.into_iter().all(|(_, other)| other == head));
    }
}
