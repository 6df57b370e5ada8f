//! Authenticators and credentials that tests choose from.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::request::Parts;
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, Basic, BasicAuthLayer, Bearer, Credentials, Identity,
    JwtAuthLayer, Scheme, Secret,
};

/// The secret that must never be seen anywhere.
pub(crate) const SECRET: &str = "correct-horse-battery-staple";

/// The value of an `Authorization` line.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Admits whoever knows the secret, as whoever they say they are. Names that start with a word
/// before a slash ask for other outcomes.
pub(crate) async fn passwords(credentials: Basic) -> Result<Identity, AuthError> {
    if *credentials.password() == Secret::new(SECRET) {
        Ok(identity(credentials.username()))
    } else {
        Err(AuthError::invalid("wrong password"))
    }
}

/// Admits tokens that are the secret.
pub(crate) async fn tokens(credentials: Bearer) -> Result<Identity, AuthError> {
    if *credentials.token() == Secret::new(SECRET) {
        Ok(identity("token-holder"))
    } else {
        Err(AuthError::invalid("wrong token"))
    }
}

fn identity(subject: &str) -> Identity {
    let roles = if subject.starts_with("editor") { "read write" } else { "read" };
    Identity::new(subject).with_claim("tenant", "acme").with_claim("scope", roles)
}

pub(crate) fn basic_layer() -> BasicAuthLayer {
    BasicAuthLayer::new(passwords)
}

pub(crate) fn bearer_layer() -> JwtAuthLayer {
    JwtAuthLayer::new(tokens)
}

/// Token or password.
pub(crate) fn either() -> AuthLayer {
    AuthLayer::first_of([Scheme::bearer(tokens), Scheme::basic(passwords)])
}

/// A key in a header of its own.
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
}

pub(crate) fn api_key_layer() -> AuthLayer {
    AuthLayer::new(Scheme::new(async |ApiKey(key): ApiKey| {
        if key == Secret::new(SECRET) {
            Ok(Identity::new("robot"))
        } else {
            Err(AuthError::invalid("unknown key"))
        }
    }))
}
