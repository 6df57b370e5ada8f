//! A [`TestAuthority`] as the client that fetches its keys: no socket, so time can be virtual.

use http::{Response, Uri};

use crate::{error::BoxError, jwks::Fetch, testing::TestAuthority};

/// Answers as its server would. Another host than the issuer's is out of reach.
impl Fetch for TestAuthority {
    async fn get(&self, url: &Uri, max_bytes: usize) -> Result<Response<Vec<u8>>, BoxError> {
        let issuer: Uri = self.issuer().parse()?;
        if url.authority() != issuer.authority() {
            return Err("the host is not the issuer's".into());
        }
        let answer = self.answer(url.path());
        if answer.body().len() > max_bytes {
            return Err("the document is too large".into());
        }
        Ok(answer)
    }
}
