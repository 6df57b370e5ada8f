//! [`Post`]: the HTTP client behind token endpoints.

use std::{future::Future, sync::Arc};

use http::{Request, Response};

use crate::{error::BoxError, gate::BoxFuture};

/// Sends a request to a token endpoint: the seam for a client of your own, with your proxy, your roots
/// and your client certificate.
///
/// With the feature `reqwest` there is a ready one, [`HttpFetch`](crate::HttpFetch).
///
/// # What the client must do
///
/// - send this request as it is, with no other credentials and no cookies, and follow no redirect;
/// - stop reading the body of the answer after `max_bytes`, and answer with an error;
/// - give up connecting after a while of its own;
/// - print neither the request nor the answer: there are secrets in both, and none in its errors.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower_auth::{BoxError, ClientCredentials, Post};
///
/// struct Canned;
///
/// impl Post for Canned {
///     async fn post(&self, _: Request<Vec<u8>>, _: usize) -> Result<Response<Vec<u8>>, BoxError> {
///         Ok(Response::new(br#"{"access_token":"t","token_type":"Bearer"}"#.to_vec()))
///     }
/// }
///
/// let source = ClientCredentials::with_basic("https://login.example.com/token", "orders", "s3cr3t")
///     .with_client(Canned)
///     .build()?;
/// # let _ = source;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot send requests to a token endpoint",
    note = "implement `Post` for it, or enable the feature `reqwest` and use `HttpFetch`"
)]
pub trait Post: Send + Sync + 'static {
    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Why there is no answer. An answer with a bad status is none of these.
    fn post(
        &self,
        request: Request<Vec<u8>>,
        max_bytes: usize,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, BoxError>> + Send;
}

impl<P: Post> Post for Arc<P> {
    fn post(
        &self,
        request: Request<Vec<u8>>,
        max_bytes: usize,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, BoxError>> + Send {
        P::post(self, request, max_bytes)
    }
}

/// The object-safe face of a client.
pub(super) trait AnyPost: Send + Sync {
    fn post(
        &self,
        request: Request<Vec<u8>>,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, BoxError>>;
}

impl<P: Post> AnyPost for P {
    fn post(
        &self,
        request: Request<Vec<u8>>,
        max_bytes: usize,
    ) -> BoxFuture<'_, Result<Response<Vec<u8>>, BoxError>> {
        Box::pin(Post::post(self, request, max_bytes))
    }
}
