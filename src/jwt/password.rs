//! [`BearerPassword`]: an identifier and a secret under the wrong scheme.

use http::{header::AUTHORIZATION, request::Parts};

use crate::{authorization, basic::Basic, credentials::Credentials, error::AuthError, jwt::Bearer};

/// An identifier and a secret, sent as `Authorization: Bearer base64(identifier:secret)`.
///
/// Some clients do that: those of KuFlow since 2024. It is no bearer token, and a service that has
/// to accept it can tell the two apart without guessing: base64 has no dots, and a JWT has two. So a
/// value with a dot is never one of these, and one without is never a JWT.
///
/// Pair it with [`Scheme::jwt`](crate::Scheme::jwt), which leaves values without a dot alone:
///
/// ```
/// use tower_auth::{AuthError, AuthLayer, Authenticator, Bearer, BearerPassword, Identity, Scheme, Users};
///
/// # fn users() -> Users { unimplemented!() }
/// # fn layer() -> AuthLayer {
/// let users = users();
/// let verifier = async |_: Bearer| Err(AuthError::invalid("put a JwtVerifier here"));
/// AuthLayer::first_of([
///     Scheme::jwt(verifier),
///     Scheme::new(move |sent: BearerPassword| {
///         let users = users.clone();
///         async move { users.authenticate(sent.into_basic()).await }
///     }),
/// ])
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct BearerPassword(Basic);

impl BearerPassword {
    /// As if the client had sent it the right way.
    #[must_use]
    pub fn into_basic(self) -> Basic {
        self.0
    }
}

impl Credentials for BearerPassword {
    const NAME: &'static str = Bearer::NAME;

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let token = authorization::token68(&parts.headers, &AUTHORIZATION, Self::NAME)?;
        match token.filter(|token| !token.bytes().contains(&b'.')) {
            Some(token) => Basic::of_request(token.bytes(), parts)
                .map(|basic| Some(Self(basic)))
                .map_err(|error| error.with_scheme(Self::NAME)),
            None => Ok(None),
        }
    }

    fn remove_from(parts: &mut Parts) {
        authorization::remove(parts);
    }

    fn mark_sensitive(parts: &mut Parts) {
        authorization::mark_sensitive(parts);
    }
}
