//! [`JwtAuthLayer`]: who are you, by bearer token?

use crate::{
    auth::{Scheme, named_layer},
    authenticator::Authenticator,
    jwt::{Bearer, TokenLocation},
};

named_layer! {
    /// Authenticates callers by bearer token (RFC 6750).
    ///
    /// # Rejections
    ///
    /// | When | HTTP | gRPC |
    /// |---|---|---|
    /// | no `Authorization` line, or one of another scheme | 401 | `UNAUTHENTICATED` |
    /// | two `Authorization` lines, or tokens in two places that are allowed | 400 | `UNAUTHENTICATED` |
    /// | the token breaks its grammar, is not good, not good yet, has expired or was revoked | 401 | `UNAUTHENTICATED` |
    /// | the issuer is unknown, or not one of the requested tenant's | 401 | `UNAUTHENTICATED` |
    /// | the token is bound to another certificate, or by a means that is not understood | 401 | `UNAUTHENTICATED` |
    /// | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
    /// | too many requests wait for keys or issuers | 503 | `RESOURCE_EXHAUSTED` |
    /// | keys, a resolver or a list of revoked tokens are out of reach | 503 | `UNAVAILABLE` |
    /// | the authenticator panicked, or an issuer's resolver answers wrongly | 500 | `INTERNAL` |
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{Issuer, JwtAuthLayer, JwtVerifier, Keys};
    ///
    /// # const JWKS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
    /// let verifier = JwtVerifier::builder()
    ///     .issuer(Issuer::new("https://login.example.com", "orders-api", Keys::from_jwks(JWKS)))
    ///     .build()?;
    ///
    /// let layer = JwtAuthLayer::new(verifier).with_realm("orders");
    /// # let _ = layer;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    JwtAuthLayer
}

impl JwtAuthLayer {
    /// Authentication by an [`Authenticator`] of bearer tokens, such as
    /// [`JwtVerifier`](crate::JwtVerifier).
    pub fn new(authenticator: impl Authenticator<Bearer>) -> Self {
        Self::of(Scheme::bearer(authenticator))
    }

    /// Authentication by tokens that are in these places of a request, and in no others.
    ///
    /// Tokens in two of the places are refused as ambiguous.
    pub fn reading_from(
        locations: impl IntoIterator<Item = TokenLocation>,
        authenticator: impl Authenticator<Bearer>,
    ) -> Self {
        Self::of(Scheme::bearer_from(locations, authenticator))
    }
}
