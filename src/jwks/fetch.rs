//! [`Fetch`]: the HTTP client behind remote key sets.

use std::{future::Future, sync::Arc};

use http::{Response, Uri};

use crate::{error::BoxError, gate::BoxFuture};

/// Gets a document over HTTP: the seam for a client of your own, with your proxy and your roots.
///
/// With the feature `reqwest` there is a ready one, [`HttpFetch`](crate::HttpFetch).
///
/// # What the client must do
///
/// - `GET` exactly this URL, with no credentials and no cookies, and follow no redirect;
/// - stop reading the body after `max_bytes`, and answer with an error;
/// - give up connecting after a while of its own.
///
/// What the answer means is not its business: status, size, `Cache-Control` and content are looked at
/// by this crate, which also gives up after [`RemoteKeys::with_timeout`](crate::RemoteKeys::with_timeout).
///
/// # Examples
///
/// ```
/// use http::{Response, Uri};
/// use tower_auth::{BoxError, Fetch};
///
/// #[derive(Clone)]
/// struct Canned(&'static str);
///
/// impl Fetch for Canned {
///     async fn get(&self, _: &Uri, max_bytes: usize) -> Result<Response<Vec<u8>>, BoxError> {
///         if self.0.len() > max_bytes {
///             return Err("the document is too large".into());
///         }
///         Ok(Response::new(self.0.into()))
///     }
/// }
///
/// # let _ = Canned("{}");
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot fetch documents",
    note = "implement `Fetch` for it, or enable the feature `reqwest` and use `HttpFetch`"
)]
pub trait Fetch: Send + Sync + 'static {
    /// Gets the document.
    ///
    /// # Errors
    ///
    /// Why there is no answer. An answer with a bad status is none of these.
    fn get(
        &self,
        url: &Uri,
        max_bytes: usize,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, BoxError>> + Send;
}

impl<F: Fetch> Fetch for Arc<F> {
    fn get(
        &self,
        url: &Uri,
        max_bytes: usize,
    ) -> impl Future<Output = Result<Response<Vec<u8>>, BoxError>> + Send {
        F::get(self, url, max_bytes)
    }
}

/// The object-safe face of a client.
pub(super) trait AnyFetch: Send + Sync {
    fn get<'f>(
        &'f self,
        url: &'f Uri,
        max_bytes: usize,
    ) -> BoxFuture<'f, Result<Response<Vec<u8>>, BoxError>>;
}

impl<F: Fetch> AnyFetch for F {
    fn get<'f>(
        &'f self,
        url: &'f Uri,
        max_bytes: usize,
    ) -> BoxFuture<'f, Result<Response<Vec<u8>>, BoxError>> {
        Box::pin(Fetch::get(self, url, max_bytes))
    }
}
