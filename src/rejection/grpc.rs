//! The gRPC answer: trailers-only, in the headers of the response.

use http::{
    HeaderName, HeaderValue, Response,
    header::{CONTENT_TYPE, HeaderMap},
    request::Parts,
};

use crate::error::AuthError;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The answer to a gRPC or gRPC-Web request, or `None` when the request is neither.
///
/// gRPC clients look for a `grpc-status`, not for an HTTP status: the answer is 200 with
/// `grpc-status` and `grpc-message` in its only block of headers (the trailers-only form).
///
/// # Examples
///
/// ```
/// use http::{Request, header::CONTENT_TYPE};
/// use tower_auth::{AuthError, AuthErrorKind, grpc_response};
///
/// let request = Request::builder().header(CONTENT_TYPE, "application/grpc+proto").body(()).unwrap();
/// let (parts, ()) = request.into_parts();
/// let error = AuthError::from(AuthErrorKind::MissingCredentials);
///
/// let response = grpc_response::<String>(&error, &parts).unwrap();
/// assert_eq!(response.status(), 200);
/// assert_eq!(response.headers()["grpc-status"], "16");
/// assert_eq!(response.headers()["grpc-message"], "no credentials were presented");
/// ```
#[must_use]
pub fn grpc_response<B: Default>(error: &AuthError, parts: &Parts) -> Option<Response<B>> {
    let content_type = answer_type(&parts.headers)?;
    let mut response = Response::new(B::default());
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(GRPC_STATUS, HeaderValue::from(u16::from(error.kind().grpc_code())));
    // The message is fixed text in which nothing needs percent-encoding.
    headers.insert(GRPC_MESSAGE, HeaderValue::from_static(error.kind().message()));
    Some(response)
}

/// The content type of the answer, if the request's names a form of gRPC.
fn answer_type(headers: &HeaderMap) -> Option<&'static str> {
    let asked = headers.get(CONTENT_TYPE)?.as_bytes();
    // The longest name first: each is a prefix of the one before.
    ["application/grpc-web-text", "application/grpc-web", "application/grpc"].into_iter().find(
        |name| {
            asked.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
                && matches!(asked.get(name.len()), None | Some(b'+' | b';' | b' '))
        },
    )
}
