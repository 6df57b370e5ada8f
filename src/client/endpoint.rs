//! [`Endpoint`]: where tokens are asked for over HTTP.

use std::{fmt, sync::Arc};

use http::{
    HeaderValue, Method, Request, StatusCode, Uri,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE},
};
use zeroize::Zeroizing;

use crate::{
    client::{
        ClientAuthError, answer,
        post::{AnyPost, Post},
    },
    config_error::Problems,
    plain_http::{self, PlainHttp, Words},
};

/// The longest answer that is read.
const MAX_BYTES: usize = 64 * 1024;

/// Where to ask and by what, as it was configured.
#[derive(Clone)]
pub(super) struct Place {
    url: String,
    plain_http: PlainHttp,
    client: Option<Arc<dyn AnyPost>>,
}

/// Where to ask and by what, checked.
pub(super) struct Endpoint {
    url: Uri,
    client: Arc<dyn AnyPost>,
}

/// A question to an endpoint.
pub(super) struct Question {
    pub(super) authorization: Option<HeaderValue>,
    pub(super) media_type: &'static str,
    pub(super) body: Zeroizing<String>,
}

impl Place {
    pub(super) const fn new(url: String) -> Self {
        Self { url, plain_http: PlainHttp::Refused, client: None }
    }

    pub(super) fn set_client(&mut self, client: impl Post) {
        self.client = Some(Arc::new(client));
    }

    pub(super) const fn has_client(&self) -> bool {
        self.client.is_some()
    }

    pub(super) const fn allow_plain_http(&mut self) {
        self.plain_http = PlainHttp::Allowed;
    }

    pub(super) fn check(self, problems: &mut Problems) -> Option<Endpoint> {
        let words = Words {
            risk: "whoever is on the way could read the secret and the tokens",
            needed: "https, or http on loopback,",
        };
        let url = match plain_http::web(&self.url, self.plain_http, &words) {
            Ok(url) => Some(url),
            Err(problem) => {
                problems.add(format!("token endpoint: {problem}"));
                None
            }
        };
        let client = self.client.or_else(default_client);
        if client.is_none() {
            problems.add(
                "token endpoint: there is no HTTP client: enable the feature `reqwest` or give one \
                 with `with_client`",
            );
        }
        Some(Endpoint { url: url?, client: client? })
    }
}

impl Endpoint {
    /// The body of an answer of success.
    pub(super) async fn ask(
        &self,
        question: Question,
    ) -> Result<Zeroizing<Vec<u8>>, ClientAuthError> {
        let Question { authorization, media_type, mut body } = question;
        let mut request = Request::new(std::mem::take(&mut *body).into_bytes());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.clone();
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(line) = authorization {
            headers.insert(AUTHORIZATION, line);
        }
        let answer = self.client.post(request, MAX_BYTES).await;
        let (parts, body) = answer.map_err(ClientAuthError::unavailable)?.into_parts();
        let body = Zeroizing::new(body);
        if body.len() > MAX_BYTES {
            let reason = format!("the answer has more than {MAX_BYTES} bytes");
            return Err(ClientAuthError::unavailable(reason));
        }
        match parts.status {
            StatusCode::OK => Ok(body),
            status => Err(answer::refusal(status, &body)),
        }
    }
}

#[cfg(feature = "reqwest")]
fn default_client() -> Option<Arc<dyn AnyPost>> {
    Some(Arc::new(crate::HttpFetch::new()))
}

#[cfg(not(feature = "reqwest"))]
fn default_client() -> Option<Arc<dyn AnyPost>> {
    None
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("url", &self.url).finish_non_exhaustive()
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("url", &plain_http::without_user(&self.url))
            .finish_non_exhaustive()
    }
}
