//! Callers, what they send, and authenticators that know them.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{
    HeaderValue, Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
    request::{Builder, Parts},
};
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Basic, BasicAuthLayer, Bearer, Credentials, Identity,
    JwtAuthLayer, PeerCertificates, Scheme, Secret,
};

/// What must never be seen outside of the request that carried it.
pub(crate) const SECRET: &str = "wonderland-7f3a91";

/// A request without credentials.
pub(crate) fn nobody() -> Request<()> {
    Request::new(())
}

pub(crate) fn request() -> Builder {
    Request::builder()
}

/// A request with one `Authorization` line.
pub(crate) fn authorized(line: impl AsRef<[u8]>) -> Request<()> {
    let line = HeaderValue::from_bytes(line.as_ref()).expect("a header value");
    let request = request().header(AUTHORIZATION, line).body(());
    request.expect("a request")
}

/// The line of a user and a password.
pub(crate) fn basic_line(username: &str, password: &str) -> String {
    format!("Basic {}", encode(format!("{username}:{password}")))
}

pub(crate) fn encode(text: impl AsRef<[u8]>) -> String {
    STANDARD.encode(text)
}

/// A request of a user who knows the password.
pub(crate) fn user(name: &str) -> Request<()> {
    authorized(basic_line(name, SECRET))
}

/// A request with a bearer token.
pub(crate) fn bearer(token: &str) -> Request<()> {
    authorized(format!("Bearer {token}"))
}

/// A request with a header field more.
pub(crate) fn with<B>(mut request: Request<B>, name: &'static str, value: &str) -> Request<B> {
    let value = HeaderValue::from_str(value).expect("a header value");
    request.headers_mut().append(name, value);
    request
}

/// The same request as a gRPC client sends it.
pub(crate) fn grpc<B>(request: Request<B>) -> Request<B> {
    with(request, CONTENT_TYPE.as_str(), "application/grpc")
}

/// The same request on a connection without a client certificate.
pub(crate) fn without_certificate<B>(mut request: Request<B>) -> Request<B> {
    request.extensions_mut().insert(PeerCertificates::none());
    request
}

/// Knows everybody who knows the password. `alice@acme` belongs to the tenant `acme` and
/// `alice@acme,globex` to two; `alice` belongs to none. The part before the `@` is the role.
pub(crate) async fn judge(credentials: Basic) -> Result<Identity, AuthError> {
    if *credentials.password() != Secret::new(SECRET) {
        return Err(AuthError::invalid("the password is wrong"));
    }
    Ok(known(credentials.username()))
}

pub(crate) fn known(name: &str) -> Identity {
    let (role, tenants) = name.split_once('@').unwrap_or((name, ""));
    let identity = Identity::new(name).with_claim("roles", role);
    match tenants.split(',').collect::<Vec<_>>().as_slice() {
        [""] => identity,
        [tenant] => identity.with_claim("tenant", *tenant),
        tenants => identity.with_claim("tenant", tenants.to_vec()),
    }
}

/// Basic authentication of everybody who knows the password.
pub(crate) fn basic() -> BasicAuthLayer {
    BasicAuthLayer::new(judge)
}

/// Bearer authentication: the token is the caller's name, with `~` for `@`.
pub(crate) fn tokens() -> JwtAuthLayer {
    JwtAuthLayer::new(judge_token)
}

pub(crate) async fn judge_token(credentials: Bearer) -> Result<Identity, AuthError> {
    match std::str::from_utf8(credentials.token().expose()) {
        Ok("bad") | Err(_) => Err(AuthError::invalid("the token is bad")),
        // A b64token holds no `@`.
        Ok(name) => Ok(known(&name.replace('~', "@"))),
    }
}

/// Basic authentication that answers every password with this refusal.
pub(crate) fn refusing(kind: AuthErrorKind) -> BasicAuthLayer {
    BasicAuthLayer::new(move |_: Basic| async move { Err(AuthError::new(kind)) })
}

/// Bearer authentication that answers every token with this refusal.
pub(crate) fn refusing_tokens(kind: AuthErrorKind) -> JwtAuthLayer {
    JwtAuthLayer::new(move |_: Bearer| async move { Err(AuthError::new(kind)) })
}

/// Credentials of our own: a key in a header field of its own.
#[derive(Clone, Debug)]
pub(crate) struct ApiKey(pub(crate) Secret);

impl Credentials for ApiKey {
    const NAME: &'static str = "ApiKey";

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let mut lines = parts.headers.get_all("x-api-key").iter();
        match (lines.next(), lines.next()) {
            (None, _) => Ok(None),
            (Some(key), None) => Ok(Some(Self(Secret::new(key.as_bytes())))),
            (Some(_), Some(_)) => Err(AuthErrorKind::AmbiguousCredentials.into()),
        }
    }

    fn remove_from(parts: &mut Parts) {
        parts.headers.remove("x-api-key");
    }

    fn mark_sensitive(parts: &mut Parts) {
        if let Some(key) = parts.headers.get_mut("x-api-key") {
            key.set_sensitive(true);
        }
    }
}

/// Authentication by key: the key is the caller's name.
pub(crate) fn keys() -> AuthLayer {
    AuthLayer::new(key_scheme())
}

pub(crate) fn key_scheme() -> Scheme {
    Scheme::new(async |ApiKey(key): ApiKey| match std::str::from_utf8(key.expose()) {
        Ok("bad") | Err(_) => Err(AuthError::invalid("the key is bad")),
        Ok(name) => Ok(known(name)),
    })
}
