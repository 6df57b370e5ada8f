//! The ready HTTP client, for token endpoints.

use http::{Request, Response};

use crate::{client::Post, error::BoxError, jwks::HttpFetch};

impl Post for HttpFetch {
    async fn post(
        &self,
        request: Request<Vec<u8>>,
        max_bytes: usize,
    ) -> Result<Response<Vec<u8>>, BoxError> {
        self.send(request.try_into()?, max_bytes).await
    }
}
