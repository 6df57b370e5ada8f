//! Answers to refused requests.

mod challenge;
mod grpc;
mod http;
mod problem_json;
mod temporal;

#[cfg(any(feature = "basic", feature = "jwt", feature = "rust-crypto"))]
pub(crate) use self::challenge::is_token;
pub(crate) use self::http::seal;
pub use self::{
    challenge::Challenge, grpc::grpc_response, http::DefaultRejection, problem_json::ProblemJson,
    temporal::TemporalRejection,
};

use ::http::{Response, request::Parts};

use crate::error::AuthError;

/// Shapes the answer to a refused request.
///
/// The gate then makes sure of what must hold whatever the rejection does: one challenge per scheme
/// on every 401, `Cache-Control: no-store`, `Retry-After` on every 429 and 503, and the [`AuthError`]
/// in the extensions of the response.
///
/// [`DefaultRejection`] answers with a status and an empty body, [`ProblemJson`] with a problem
/// document (RFC 9457); both answer gRPC requests with a `grpc-status`. A closure is a rejection as
/// well. It is asked about gRPC requests too, so let [`grpc_response`] have the first
/// word where gRPC clients call.
///
/// # Examples
///
/// ```
/// use http::{Response, request::Parts};
/// use tower_auth::{AuthError, Rejection, grpc_response};
///
/// let plain_text = |error: &AuthError, parts: &Parts| -> Response<String> {
///     grpc_response(error, parts).unwrap_or_else(|| {
///         let mut response = Response::new(error.to_string());
///         *response.status_mut() = error.kind().status();
///         response
///     })
/// };
///
/// let (parts, ()) = http::Request::new(()).into_parts();
/// let error = AuthError::invalid("wrong password");
/// assert_eq!(plain_text.reject(&error, &parts).body(), "the credentials were not accepted");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot answer with a body of type `{B}`",
    note = "`DefaultRejection` needs `{B}: Default` and `ProblemJson` needs `{B}: From<String>`; \
            for other bodies pass a closure `|error: &AuthError, parts: &Parts| -> Response<{B}>`"
)]
pub trait Rejection<B>: Clone {
    /// The answer to a request that was refused with `error`.
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B>;
}

impl<F, B> Rejection<B> for F
where
    F: Fn(&AuthError, &Parts) -> Response<B> + Clone,
{
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B> {
        self(error, parts)
    }
}
