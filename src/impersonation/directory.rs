//! [`Directory`]: knows those who can be impersonated.

use std::{future::Future, sync::Arc};

use crate::{error::AuthError, gate::BoxFuture, identity::Identity};

/// Knows those who can be impersonated. Closures that take a `String` are directories, and so is an
/// `Arc` of one.
///
/// The identity has the claims that the subject would have if it logged in by itself: what it may do
/// and to which tenants it belongs is found from them as ever.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, Directory, Identity};
///
/// struct Staff;
///
/// impl Directory for Staff {
///     async fn find(&self, subject: &str) -> Result<Option<Identity>, AuthError> {
///         let roles = load(subject).await.map_err(AuthError::unavailable)?;
///         Ok(roles.map(|roles| Identity::new(subject).with_claim("roles", roles)))
///     }
/// }
///
/// # async fn load(name: &str) -> Result<Option<Vec<String>>, std::io::Error> {
/// #     Ok((name == "bob").then(|| vec!["editor".to_owned()]))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), AuthError> {
/// assert!(Staff.find("bob").await?.is_some());
/// assert!(Staff.find("eve").await?.is_none());
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot look up whom a caller wants to impersonate",
    note = "implement `Directory` for it, or pass a closure `|subject: String| async move {{ .. }}` that \
            returns `Result<Option<Identity>, AuthError>` in a future that is `Send`"
)]
pub trait Directory: Send + Sync + 'static {
    /// The identity of this subject; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`AuthError::unavailable`] when the look-up is not possible now. An error that blames the
    /// client is answered as if there were no such subject.
    fn find(
        &self,
        subject: &str,
    ) -> impl Future<Output = Result<Option<Identity>, AuthError>> + Send;
}

impl<D: Directory> Directory for Arc<D> {
    fn find(
        &self,
        subject: &str,
    ) -> impl Future<Output = Result<Option<Identity>, AuthError>> + Send {
        D::find(self, subject)
    }
}

impl<F, Fut> Directory for F
where
    F: Fn(String) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<Identity>, AuthError>> + Send,
{
    fn find(
        &self,
        subject: &str,
    ) -> impl Future<Output = Result<Option<Identity>, AuthError>> + Send {
        self(subject.to_owned())
    }
}

/// The object-safe face of a directory.
pub(super) trait Lookup: Send + Sync {
    fn look_up(
        self: Arc<Self>,
        subject: String,
    ) -> BoxFuture<'static, Result<Option<Identity>, AuthError>>;
}

impl<D: Directory> Lookup for D {
    fn look_up(
        self: Arc<Self>,
        subject: String,
    ) -> BoxFuture<'static, Result<Option<Identity>, AuthError>> {
        Box::pin(async move { self.find(&subject).await })
    }
}
