//! [`HttpFetch`]: the ready HTTP client.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use http::{Response, Uri};
use reqwest::{Certificate, Client, ClientBuilder, Identity, redirect::Policy};

use crate::{
    config_error::{ConfigError, Problems},
    error::BoxError,
    jwks::Fetch,
    plain_http::is_loopback,
    secret::Secret,
};

/// Fetches keys, and with the feature `client` tokens, over HTTPS with `reqwest`.
///
/// It trusts the roots of the system, follows no redirect, gives up connecting after two seconds and
/// stops reading a body that is too large. Proxies are taken from the environment (`HTTPS_PROXY`,
/// `NO_PROXY`), though not on the way to loopback.
#[derive(Clone, Debug)]
pub struct HttpFetch(Arc<Result<Clients, String>>);

#[derive(Debug)]
struct Clients {
    /// Plain HTTP will do on loopback because nothing leaves this machine; by a proxy it would.
    to_loopback: Client,
    elsewhere: Client,
}

/// One client for all sources that need nothing special.
static SHARED: LazyLock<HttpFetch> =
    LazyLock::new(|| HttpFetch(Arc::new(Clients::new(|builder| builder))));

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
        Self::builder().with_roots(pem).build()
    }

    /// Sets what a client trusts and what it presents.
    pub fn builder() -> HttpFetchBuilder {
        HttpFetchBuilder { roots: None, certificate: None }
    }
}

/// Builds an [`HttpFetch`].
///
/// # Examples
///
/// ```
/// use tower_auth::HttpFetch;
///
/// let error = HttpFetch::builder()
///     .with_roots("no PEM")
///     .with_client_certificate("no PEM either")
///     .build()
///     .unwrap_err();
/// assert_eq!(error.problems().count(), 2);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpFetchBuilder {
    roots: Option<Vec<u8>>,
    certificate: Option<Secret>,
}

impl HttpFetchBuilder {
    /// Trusts the certificates in this PEM and no others; the roots of the system otherwise.
    pub fn with_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.roots = Some(pem.as_ref().to_vec());
        self
    }

    /// Presents a client certificate: the chain and its key, in one PEM.
    pub fn with_client_certificate(mut self, pem: impl Into<Secret>) -> Self {
        self.certificate = Some(pem.into());
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// When the PEM of the roots or of the client certificate lacks what it must hold, or cannot be read.
    pub fn build(self) -> Result<HttpFetch, ConfigError> {
        let mut problems = Problems::default();
        let roots = self.roots.map(|pem| roots(&pem));
        let roots = roots.transpose().map_err(|problem| problems.add(problem)).ok().flatten();
        // The reason could quote the key.
        let identity = self.certificate.map(|pem| Identity::from_pem(pem.expose())).transpose();
        let identity = identity.map_err(|_| {
            problems.add("HTTP client: no client certificate with its key in the PEM");
        });
        problems.finish(())?;
        let identity = identity.ok().flatten();
        let clients = Clients::new(|builder| {
            let builder = match &roots {
                Some(roots) => builder.tls_certs_only(roots.clone()),
                None => builder,
            };
            match &identity {
                Some(identity) => builder.identity(identity.clone()),
                None => builder,
            }
        });
        let clients = clients.map_err(|error| ConfigError::new(format!("HTTP client: {error}")))?;
        Ok(HttpFetch(Arc::new(Ok(clients))))
    }
}

fn roots(pem: &[u8]) -> Result<Vec<Certificate>, String> {
    let roots = Certificate::from_pem_bundle(pem);
    let roots = roots.map_err(|error| format!("HTTP client: {error}"))?;
    if roots.is_empty() {
        return Err("HTTP client: there is no certificate in the PEM".to_owned());
    }
    Ok(roots)
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
        let clients = self.0.as_ref().as_ref().map_err(String::as_str)?;
        let client = clients.for_host(request.url().host_str());
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

impl Clients {
    fn new(configure: impl Fn(ClientBuilder) -> ClientBuilder) -> Result<Self, String> {
        let build = |builder| configure(builder).build().map_err(|error| error.to_string());
        Ok(Self { to_loopback: build(builder().no_proxy())?, elsewhere: build(builder())? })
    }

    fn for_host(&self, host: Option<&str>) -> &Client {
        if host.is_some_and(is_loopback) { &self.to_loopback } else { &self.elsewhere }
    }
}

fn builder() -> ClientBuilder {
    Client::builder()
        .redirect(Policy::none())
        .connect_timeout(Duration::from_secs(2))
        .user_agent(concat!("tower-auth/", env!("CARGO_PKG_VERSION")))
        // Minutes pass between two fetches; an idle connection would only go stale.
        .pool_max_idle_per_host(0)
}
