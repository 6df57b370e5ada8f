//! [`HttpFetch`]: the ready HTTP client.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use http::{Response, Uri};
use reqwest::{Certificate, Client, ClientBuilder, redirect::Policy};

use crate::{config_error::ConfigError, error::BoxError, jwks::Fetch};

/// Fetches over HTTPS with `reqwest`.
///
/// It trusts the roots of the system, follows no redirect, gives up connecting after two seconds and
/// stops reading a body that is too large. Proxies are taken from the environment (`HTTPS_PROXY`,
/// `NO_PROXY`).
#[derive(Clone, Debug)]
pub struct HttpFetch(Arc<Result<Client, String>>);

/// One client for all sources that need nothing special.
static SHARED: LazyLock<HttpFetch> =
    LazyLock::new(|| HttpFetch(Arc::new(client(|builder| builder))));

impl HttpFetch {
    /// A client that trusts the roots of the system.
    #[must_use]
    pub fn new() -> Self {
        SHARED.clone()
    }

    /// A client that trusts the certificates in this PEM and no others.
    ///
    /// # Errors
    ///
    /// When the PEM holds no certificate, or one that cannot be read.
    pub fn trusting(pem: impl AsRef<[u8]>) -> Result<Self, ConfigError> {
        let problem = |text: String| ConfigError::new(format!("HTTP client: {text}"));
        let roots = Certificate::from_pem_bundle(pem.as_ref())
            .map_err(|error| problem(error.to_string()))?;
        if roots.is_empty() {
            return Err(problem("there is no certificate in the PEM".to_owned()));
        }
        let client = client(|builder| builder.tls_certs_only(roots)).map_err(problem)?;
        Ok(Self(Arc::new(Ok(client))))
    }
}

impl Default for HttpFetch {
    fn default() -> Self {
        Self::new()
    }
}

impl Fetch for HttpFetch {
    async fn get(&self, url: &Uri, max_bytes: usize) -> Result<Response<Vec<u8>>, BoxError> {
        let request = reqwest::Request::new(reqwest::Method::GET, url.to_string().parse()?);
        self.send(request, max_bytes).await
    }
}

impl HttpFetch {
    /// The answer to a request, read no further than it may be long.
    pub(crate) async fn send(
        &self,
        request: reqwest::Request,
        max_bytes: usize,
    ) -> Result<Response<Vec<u8>>, BoxError> {
        let client = self.0.as_ref().as_ref().map_err(String::as_str)?;
        let mut answer = client.execute(request).await?;
        let mut response = Response::new(Vec::new());
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        while let Some(chunk) = answer.chunk().await? {
            if response.body().len() + chunk.len() > max_bytes {
                return Err(format!("the document has more than {max_bytes} bytes").into());
            }
            response.body_mut().extend_from_slice(&chunk);
        }
        Ok(response)
    }
}

fn client(configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Result<Client, String> {
    let builder = Client::builder()
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(2))
        .user_agent(concat!("tower-auth/", env!("CARGO_PKG_VERSION")))
        // Minutes pass between two fetches; an idle connection would only go stale.
        .pool_max_idle_per_host(0);
    configure(builder).build().map_err(|error| error.to_string())
}
