//! The table of refusals, row by row, on the wire of HTTP, gRPC and gRPC-Web.

use std::time::Duration;

use http::{
    HeaderMap, Request, Response,
    header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use tower::Layer;
use tower_auth::{AuthError, AuthErrorKind, Bearer, JwtAuthLayer};

use crate::support::{
    callers::{basic, bearer, nobody, refusing, refusing_tokens, tokens, user, with},
    challenges::challenges,
    probe::{Probe, send},
};

struct Row {
    kind: AuthErrorKind,
    name: &'static str,
    status: u16,
    grpc_status: &'static str,
    bearer_error: Option<&'static str>,
    message: &'static str,
}

const fn row(
    kind: AuthErrorKind,
    name: &'static str,
    status: u16,
    grpc_status: &'static str,
    bearer_error: Option<&'static str>,
    message: &'static str,
) -> Row {
    Row { kind, name, status, grpc_status, bearer_error, message }
}

const BAD: &str = "the credentials were not accepted";

/// Written down a second time, so that a change to the table in the source is noticed.
#[rustfmt::skip]
const TABLE: [Row; 12] = [
    row(AuthErrorKind::MissingCredentials, "missing_credentials", 401, "16", None, "no credentials were presented"),
    row(AuthErrorKind::AmbiguousCredentials, "ambiguous_credentials", 400, "16", Some("invalid_request"), "more than one set of credentials was presented"),
    row(AuthErrorKind::UnreadableCredentials, "unreadable_credentials", 401, "16", Some("invalid_token"), BAD),
    row(AuthErrorKind::InvalidCredentials, "invalid_credentials", 401, "16", Some("invalid_token"), BAD),
    row(AuthErrorKind::ExpiredCredentials, "expired_credentials", 401, "16", Some("invalid_token"), BAD),
    row(AuthErrorKind::TenantDenied, "tenant_denied", 403, "7", None, "the tenant is not accessible"),
    row(AuthErrorKind::PermissionDenied, "permission_denied", 403, "7", Some("insufficient_scope"), "a required permission is missing"),
    row(AuthErrorKind::Throttled, "throttled", 429, "8", None, "too many failed attempts"),
    row(AuthErrorKind::Overloaded, "overloaded", 503, "8", None, "too many requests are waiting"),
    row(AuthErrorKind::Unavailable, "unavailable", 503, "14", None, "authentication is temporarily unavailable"),
    row(AuthErrorKind::AmbiguousPath, "ambiguous_path", 400, "12", None, "the path of the request is ambiguous"),
    row(AuthErrorKind::Misconfigured, "misconfigured", 500, "13", None, "authentication layers are not wired correctly"),
];

/// The answer to a bearer token that is refused with this error.
async fn answer_to(error: AuthError, request: Request<()>) -> Response<String> {
    let layer = JwtAuthLayer::new(move |_: Bearer| {
        let error = error.clone();
        async move { Err(error) }
    });
    send(&layer.layer(Probe::new()), request).await
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    assert!(headers.get_all(name).iter().count() <= 1, "{name} occurs twice");
    headers.get(name).map(|value| value.to_str().expect("visible ASCII"))
}

#[test]
fn the_table_has_every_kind() {
    assert_eq!(TABLE.each_ref().map(|row| row.kind), AuthErrorKind::ALL);
    for row in &TABLE {
        assert_eq!(row.kind.as_str(), row.name);
        assert_eq!(row.kind.to_string(), row.name);
        assert_eq!(row.kind.status(), row.status);
        assert_eq!(row.kind.grpc_code().to_string(), row.grpc_status);
        assert_eq!(row.kind.bearer_error(), row.bearer_error);
        assert_eq!(row.kind.message(), row.message);
        assert_eq!(AuthError::new(row.kind).to_string(), row.message);
    }
}

#[tokio::test]
async fn http_answers() {
    for row in &TABLE {
        let response = answer_to(row.kind.into(), bearer("t")).await;
        let headers = response.headers();
        assert_eq!(response.status(), row.status, "{}", row.name);
        assert_eq!(response.body(), "", "{}", row.name);
        assert_eq!(text(headers, "cache-control"), Some("no-store"));
        let is_to_come_back = matches!(row.status, 429 | 503);
        assert_eq!(text(headers, "retry-after"), is_to_come_back.then_some("1"));
        assert_eq!(text(headers, "content-type"), None);
        assert_eq!(text(headers, "grpc-status"), None);

        let challenges = challenges(headers);
        let is_challenged = row.status == 401 || row.bearer_error.is_some();
        assert_eq!(challenges.len(), usize::from(is_challenged), "{}", row.name);
        for challenge in challenges {
            assert_eq!(challenge.scheme, "Bearer");
            assert_eq!(challenge.parameter("realm"), Some("api"));
            assert_eq!(challenge.parameter("error"), row.bearer_error);
            let description = row.bearer_error.and(Some(row.message));
            assert_eq!(challenge.parameter("error_description"), description);
        }
    }
}

#[tokio::test]
async fn grpc_answers() {
    for (asked, answered) in [
        ("application/grpc", "application/grpc"),
        ("application/grpc+proto", "application/grpc"),
        ("application/grpc;charset=utf-8", "application/grpc"),
        ("Application/GRPC", "application/grpc"),
        ("application/grpc-web", "application/grpc-web"),
        ("application/grpc-web+proto", "application/grpc-web"),
        ("application/grpc-web-text", "application/grpc-web-text"),
        ("application/grpc-web-text+proto", "application/grpc-web-text"),
    ] {
        for row in &TABLE {
            let request = with(bearer("t"), "content-type", asked);
            let response = answer_to(row.kind.into(), request).await;
            let headers = response.headers();
            assert_eq!(response.status(), 200, "{asked} {}", row.name);
            assert_eq!(text(headers, "content-type"), Some(answered), "{asked}");
            assert_eq!(text(headers, "grpc-status"), Some(row.grpc_status), "{}", row.name);
            assert_eq!(text(headers, "grpc-message"), Some(row.message), "{}", row.name);
            assert_eq!(text(headers, "cache-control"), Some("no-store"));
            assert_eq!(text(headers, "www-authenticate"), None);
            assert_eq!(text(headers, "retry-after"), None);
            assert_eq!(response.body(), "");
            assert_eq!(headers.len(), 4, "nothing else is sent: {headers:?}");
        }
    }
}

#[tokio::test]
async fn what_only_looks_like_grpc_gets_the_http_answer() {
    for asked in [
        "application/grpcx",
        "application/grp",
        "text/plain",
        "",
        "application/grpc-webx",
        "application/json; x=application/grpc",
        " application/grpc",
    ] {
        let request = with(bearer("t"), "content-type", asked);
        let response = answer_to(AuthErrorKind::InvalidCredentials.into(), request).await;
        assert_eq!(response.status(), 401, "{asked:?}");
        assert!(!response.headers().contains_key("grpc-status"), "{asked:?}");
    }
}

#[test]
fn grpc_messages_need_no_percent_encoding() {
    for kind in AuthErrorKind::ALL {
        let is_plain = |byte: u8| (0x20..=0x7E).contains(&byte) && byte != b'%';
        assert!(kind.message().bytes().all(is_plain), "{kind}");
        let is_plain_in_quotes = |byte| byte != b'"' && byte != b'\\';
        assert!(kind.message().bytes().all(is_plain_in_quotes), "{kind}");
    }
}

#[tokio::test]
async fn the_three_kinds_of_bad_credentials_are_alike_on_the_wire() {
    const BAD_KINDS: [AuthErrorKind; 3] = [
        AuthErrorKind::UnreadableCredentials,
        AuthErrorKind::InvalidCredentials,
        AuthErrorKind::ExpiredCredentials,
    ];
    for asked in ["text/plain", "application/grpc", "application/grpc-web-text"] {
        let mut answers = Vec::new();
        for kind in BAD_KINDS {
            let by_token = refusing_tokens(kind).layer(Probe::new());
            let by_password = refusing(kind).layer(Probe::new());
            for response in [
                send(&by_token, with(bearer("t"), "content-type", asked)).await,
                send(&by_password, with(user("alice"), "content-type", asked)).await,
            ] {
                let wire = format!("{:?} {:?}", response.status(), response.headers());
                answers.push(wire + response.body());
            }
        }
        let (tokens, passwords): (Vec<_>, Vec<_>) =
            answers.chunks(2).map(|pair| (&pair[0], &pair[1])).unzip();
        assert!(tokens.windows(2).all(|pair| pair[0] == pair[1]), "{tokens:#?}");
        assert!(passwords.windows(2).all(|pair| pair[0] == pair[1]), "{passwords:#?}");
    }
}

#[tokio::test]
async fn bad_credentials_that_come_about_by_themselves_are_alike_too() {
    let service = tokens().layer(Probe::new());
    let mut answers = Vec::new();
    for token in ["bad", "with space", "", "\u{e9}"] {
        let response = send(&service, bearer(token)).await;
        answers.push(format!("{:?} {:?}", response.status(), response.headers()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");

    let service = basic().layer(Probe::new());
    let mut answers = Vec::new();
    for line in ["Basic YWxpY2U6d3Jvbmc=", "Basic bm9ib2R5Ong=", "Basic !", "Basic", "Basic YQ=="] {
        let request = with(nobody(), "authorization", line);
        let response = send(&service, request).await;
        answers.push(format!("{:?} {:?}", response.status(), response.headers()));
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:#?}");
}

#[tokio::test]
async fn retry_after_is_whole_seconds_rounded_up() {
    for (asked, sent) in [
        (Duration::ZERO, "0"),
        (Duration::from_millis(1), "1"),
        (Duration::from_secs(30), "30"),
        (Duration::from_millis(30_001), "31"),
        (Duration::MAX, "18446744073709551615"),
    ] {
        for kind in
            [AuthErrorKind::Throttled, AuthErrorKind::Overloaded, AuthErrorKind::Unavailable]
        {
            let error = AuthError::new(kind).with_retry_after(asked);
            let response = answer_to(error, bearer("t")).await;
            assert_eq!(response.headers()[RETRY_AFTER], sent);
        }
    }
    let error = AuthError::invalid("no").with_retry_after(Duration::from_secs(9));
    let response = answer_to(error, bearer("t")).await;
    assert!(!response.headers().contains_key(RETRY_AFTER));
}

#[tokio::test]
async fn a_lacking_permission_names_the_scopes_that_would_do() {
    use tower_auth::{ClaimPermissions, PermissionClaimLayer, all, require};

    let mapper = PermissionClaimLayer::new(ClaimPermissions::at("roles"));
    let wanted = all(["orders:read", "orders:write", "orders:read", "has space", "quo\"te"]);
    let service = (tokens(), mapper, require(wanted)).layer(Probe::new());
    let response = send(&service, bearer("alice")).await;

    assert_eq!(response.status(), 403);
    let lines: Vec<_> = response.headers().get_all(WWW_AUTHENTICATE).iter().collect();
    assert_eq!(
        lines,
        ["Bearer realm=\"api\", error=\"insufficient_scope\", \
          error_description=\"a required permission is missing\", scope=\"orders:read orders:write\""]
    );
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    assert!(!response.headers().contains_key(CONTENT_TYPE));
}
