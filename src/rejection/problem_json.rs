//! Problem documents (RFC 9457).

use http::{HeaderValue, Response, header::CONTENT_TYPE, request::Parts};
use serde_json::json;

use crate::{
    error::AuthError,
    rejection::{Rejection, grpc_response},
};

/// Answers with a problem document (RFC 9457) of the type `about:blank`.
///
/// The document says no more than the status and the fixed message of the error's kind. gRPC
/// requests are answered trailers-only.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthErrorKind, ProblemJson, Rejection};
///
/// let (parts, ()) = http::Request::new(()).into_parts();
/// let response = ProblemJson.reject(&AuthErrorKind::TenantDenied.into(), &parts);
///
/// let body: String = response.into_body();
/// assert_eq!(
///     body,
///     r#"{"detail":"the tenant is not accessible","status":403,"title":"Forbidden","type":"about:blank"}"#,
/// );
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ProblemJson;

impl<B: Default + From<String>> Rejection<B> for ProblemJson {
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B> {
        grpc_response(error, parts).unwrap_or_else(|| {
            let status = error.kind().status();
            // RFC 9457, section 4.2.1: with `about:blank` the title is the status phrase.
            let document = json!({
                "type": "about:blank",
                "title": status.canonical_reason(),
                "status": status.as_u16(),
                "detail": error.kind().message(),
            });
            let mut response = Response::new(B::from(document.to_string()));
            *response.status_mut() = status;
            response
                .headers_mut()
                .insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
            response
        })
    }
}
