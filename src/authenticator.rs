//! [`Authenticator`]: judges credentials.

use std::{future::Future, sync::Arc};

use crate::{credentials::Credentials, error::AuthError, identity::Identity};

/// Judges credentials of one kind and says who the caller is.
///
/// Write an `async fn`; one type may judge several kinds. Functions and closures are authenticators
/// too, and so is an `Arc` of one. A closure that holds something of its own clones it for each
/// call, `move |credentials| { let store = store.clone(); async move { .. } }`; a type with a field
/// does not need to. A panic in it refuses the request as
/// [`Misconfigured`](crate::AuthErrorKind::Misconfigured) and harms nobody else.
///
/// Choose the error with care, it decides what the client does next:
/// [`AuthError::invalid`] (log in again), [`AuthError::unavailable`] (come back later).
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, Authenticator, Bearer, Identity};
///
/// struct Introspection;
///
/// impl Authenticator<Bearer> for Introspection {
///     async fn authenticate(&self, credentials: Bearer) -> Result<Identity, AuthError> {
///         let answer = ask(credentials.token().expose()).await.map_err(AuthError::unavailable)?;
///         answer.map(Identity::new).ok_or_else(|| AuthError::invalid("the token is not active"))
///     }
/// }
///
/// # async fn ask(_: &[u8]) -> Result<Option<String>, std::io::Error> { Ok(None) }
/// # let _ = Introspection;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot judge `{C}` credentials",
    label = "this does not implement `Authenticator<{C}>`",
    note = "implement `Authenticator<{C}>` for it, or pass a closure `|credentials: {C}| async move {{ .. }}` \
            that returns `Result<Identity, AuthError>` in a future that is `Send`"
)]
pub trait Authenticator<C: Credentials>: Send + Sync + 'static {
    /// Judges the credentials.
    ///
    /// # Errors
    ///
    /// Why the request is refused, or why no judgement is possible now.
    fn authenticate(
        &self,
        credentials: C,
    ) -> impl Future<Output = Result<Identity, AuthError>> + Send;

    /// Judges the credentials at once where that needs no waiting.
    ///
    /// The gate asks this first. An answer given here costs no boxed future; the default gives the
    /// credentials back, and [`authenticate`](Self::authenticate) is called with them.
    fn answer(&self, credentials: C) -> Answer<C> {
        Answer::Later(credentials)
    }

    /// Refuses credentials before they are looked at; asked before anything that is remembered is used.
    ///
    /// It must cost little and count nothing. An authenticator that goes around another one passes it
    /// on. The default refuses none.
    ///
    /// # Errors
    ///
    /// Why the request is refused, whether the credentials are right or wrong.
    fn refuse_unseen(&self, credentials: &C) -> Result<(), AuthError> {
        let _ = credentials;
        Ok(())
    }

    /// A number that is another one as soon as these credentials may be judged otherwise: because a
    /// user has been changed or a list has been read anew.
    ///
    /// Judgements that were made under another number are not remembered any longer. It must cost
    /// little, and a number must not come back. The default never changes.
    fn generation(&self, credentials: &C) -> u64 {
        let _ = credentials;
        0
    }

    /// Remembers good judgements for a while; see [`Cached`](crate::Cached).
    #[cfg(feature = "cache")]
    fn cached(self, limits: crate::CacheLimits) -> crate::Cached<Self>
    where
        Self: Sized,
        C: crate::CacheKey,
    {
        crate::Cached::new(self, limits)
    }
}

/// What [`Authenticator::answer`] could say without waiting.
#[derive(Debug)]
pub enum Answer<C> {
    /// The judgement.
    Now(Result<Identity, AuthError>),
    /// The credentials, untouched: to judge them needs waiting.
    Later(C),
}

impl<A, C> Authenticator<C> for Arc<A>
where
    A: Authenticator<C> + ?Sized,
    C: Credentials,
{
    fn authenticate(
        &self,
        credentials: C,
    ) -> impl Future<Output = Result<Identity, AuthError>> + Send {
        A::authenticate(self, credentials)
    }

    fn answer(&self, credentials: C) -> Answer<C> {
        A::answer(self, credentials)
    }

    fn refuse_unseen(&self, credentials: &C) -> Result<(), AuthError> {
        A::refuse_unseen(self, credentials)
    }

    fn generation(&self, credentials: &C) -> u64 {
        A::generation(self, credentials)
    }
}

impl<F, Fut, C> Authenticator<C> for F
where
    F: Fn(C) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Identity, AuthError>> + Send,
    C: Credentials,
{
    fn authenticate(
        &self,
        credentials: C,
    ) -> impl Future<Output = Result<Identity, AuthError>> + Send {
        self(credentials)
    }
}
