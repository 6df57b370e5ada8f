//! [`TokenSource`]: gives out tokens.

use std::{future::Future, sync::Arc};

use crate::{
    client::{AccessToken, ClientAuthError},
    gate::BoxFuture,
};

/// Gives out tokens for outgoing calls.
///
/// It is asked for one at a time, ahead of need, with a limit on the time that it takes, and after a
/// failure only after a pause: a source remembers nothing. [`ClientCredentials`](crate::ClientCredentials),
/// [`KuflowTokens`](crate::KuflowTokens) and [`TokenFile`](crate::TokenFile) are ready; closures are
/// sources too, and so is an `Arc` of one.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::{AccessToken, AuthorizationLayer, ClientAuthError, TokenSource};
///
/// struct Vault;
///
/// impl TokenSource for Vault {
///     async fn token(&self) -> Result<AccessToken, ClientAuthError> {
///         let (token, seconds) = ask().await.map_err(ClientAuthError::unavailable)?;
///         Ok(AccessToken::new(token)?.with_lifetime(Duration::from_secs(seconds)))
///     }
/// }
///
/// # async fn ask() -> Result<(String, u64), std::io::Error> { Ok(("t".to_owned(), 60)) }
/// let layer = AuthorizationLayer::tokens(Vault).for_origin("https://orders.example.com").build()?;
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` gives out no tokens",
    note = "implement `TokenSource` for it, or pass a closure `|| async {{ .. }}` that returns \
            `Result<AccessToken, ClientAuthError>` in a future that is `Send`"
)]
pub trait TokenSource: Send + Sync + 'static {
    /// Gets a token.
    ///
    /// # Errors
    ///
    /// Why there is none. It must hold no secret.
    fn token(&self) -> impl Future<Output = Result<AccessToken, ClientAuthError>> + Send;
}

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn token(&self) -> impl Future<Output = Result<AccessToken, ClientAuthError>> + Send {
        T::token(self)
    }
}

impl<F, Fut> TokenSource for F
where
    F: Fn() -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<AccessToken, ClientAuthError>> + Send,
{
    fn token(&self) -> impl Future<Output = Result<AccessToken, ClientAuthError>> + Send {
        self()
    }
}

/// The object-safe face of a source.
pub(super) trait AnySource: Send + Sync {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, ClientAuthError>>;
}

impl<T: TokenSource> AnySource for T {
    fn token(&self) -> BoxFuture<'_, Result<AccessToken, ClientAuthError>> {
        Box::pin(TokenSource::token(self))
    }
}
