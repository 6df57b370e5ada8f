//! The plain HTTP answer, and what holds for every answer.

use http::{
    HeaderValue, Response,
    header::{CACHE_CONTROL, RETRY_AFTER},
    request::Parts,
};

use crate::{
    error::{AuthError, asks_to_come_back},
    rejection::{Rejection, grpc_response},
};

/// Answers with the status of the error's kind and an empty body; gRPC requests trailers-only.
#[derive(Clone, Copy, Debug, Default)]
pub struct DefaultRejection;

impl<B: Default> Rejection<B> for DefaultRejection {
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B> {
        grpc_response(error, parts).unwrap_or_else(|| {
            let mut response = Response::new(B::default());
            *response.status_mut() = error.kind().status();
            response
        })
    }
}

/// Makes sure of what must hold whatever a rejection did; challenges are the gate's to write.
pub(crate) fn seal<B>(response: &mut Response<B>, error: &AuthError) {
    let must_say_when = asks_to_come_back(response.status());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if must_say_when {
        // None for another refusal, of which the rejection made a 429 or a 503.
        headers.insert(RETRY_AFTER, HeaderValue::from(error.retry_after().unwrap_or(1)));
    }
    response.extensions_mut().insert(error.clone());
}
