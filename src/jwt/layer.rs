//! [`JwtAuthLayer`]: who are you, by bearer token?

use crate::{
    auth::{Scheme, named_layer},
    authenticator::Authenticator,
    jwt::Bearer,
};

named_layer! {
    /// Authenticates callers by bearer token (RFC 6750).
    ///
    /// # Rejections
    ///
    /// | When | HTTP | gRPC |
    /// |---|---|---|
    /// | no `Authorization` line, or one of another scheme | 401 | `UNAUTHENTICATED` |
    /// | two `Authorization` lines | 400 | `UNAUTHENTICATED` |
    /// | the token breaks its grammar, is not good or has expired | 401 | `UNAUTHENTICATED` |
    /// | the token is bound to another certificate, or by a means that is not understood | 401 | `UNAUTHENTICATED` |
    /// | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
    /// | the keys are out of reach | 503 | `UNAVAILABLE` |
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
}
