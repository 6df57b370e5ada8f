//! Credentials of your own: an API key in a header of its own.
//!
//! ```text
//! cargo run --example api_key
//! curl -i http://127.0.0.1:3000/                                  # 401
//! curl -i -H 'x-api-key: k-123' http://127.0.0.1:3000/            # 200
//! ```

use std::error::Error;

use axum::{
    Router,
    http::{HeaderMap, request::Parts},
    routing::get,
};
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Authenticator, Credentials, Identity, Scheme, Secret,
};

const HEADER: &str = "x-api-key";

/// What a client presents.
struct ApiKey(Secret);

impl Credentials for ApiKey {
    const NAME: &'static str = "ApiKey";

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let mut lines = parts.headers.get_all(HEADER).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Ok(None),
            (Some(key), None) => Ok(Some(Self(Secret::new(key.as_bytes())))),
            (Some(_), Some(_)) => Err(AuthErrorKind::AmbiguousCredentials.into()),
        }
    }

    /// No handler and no log further in sees the key.
    fn remove_from(parts: &mut Parts) {
        parts.headers.remove(HEADER);
    }
}

/// Who judges it. A database would be asked with `.await`.
struct Keys(Vec<(Secret, &'static str)>);

impl Authenticator<ApiKey> for Keys {
    async fn authenticate(&self, ApiKey(key): ApiKey) -> Result<Identity, AuthError> {
        let known = self.0.iter().find(|(known, _)| *known == key);
        let (_, owner) = known.ok_or_else(|| AuthError::invalid("unknown key"))?;
        Ok(Identity::new(*owner))
    }
}

pub(crate) fn app() -> Router {
    let keys = Keys(vec![(Secret::new("k-123"), "reports"), (Secret::new("k-456"), "billing")]);
    Router::new().route("/", get(hello)).route_layer(AuthLayer::new(Scheme::new(keys)))
}

async fn hello(identity: Identity, headers: HeaderMap) -> String {
    let seen = headers.contains_key(HEADER);
    format!("hello {}; is your key still in the request? {seen}\n", identity.subject())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()).await?)
}
