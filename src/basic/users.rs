//! [`Users`]: names and password hashes, held in memory.

use std::{fmt, sync::Arc};

use crate::{
    authenticator::Authenticator,
    basic::{Basic, PasswordVerifier, UsersBuilder, store::Store},
    error::AuthError,
    identity::Identity,
    impersonation::Directory,
};

/// Users with password hashes, held in memory: an [`Authenticator`] of [`Basic`] credentials.
///
/// Passwords are verified by [`PasswordVerifier`]: on threads of their own, with bounded work, refused as
/// [`Overloaded`](crate::AuthErrorKind::Overloaded) beyond that.
///
/// # Equal work
///
/// A name that nobody has costs the work of a user of the store, chosen by the name: always the same
/// one for the same name, through restarts too, and all of them in the proportions in which they are
/// there. So does a user with a clear-text password. A user who is disabled, and a password that
/// bcrypt cannot tell from others (more than 72 bytes, or a NUL in it), cost what a wrong password
/// costs. All of them are answered alike.
///
/// # Examples
///
/// ```
/// use tower_auth::{BasicAuthLayer, User, Users};
///
/// // htpasswd -nbBC 10 alice wonderland
/// let users = Users::builder()
///     .user(
///         User::new("alice", "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6")
///             .with_claim("tenant", "acme")
///             .with_claim("roles", vec!["editor"]),
///     )
///     .build()?;
///
/// let layer = BasicAuthLayer::new(users);
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Users(pub(super) Arc<Store>);

impl Users {
    /// Starts a store without users.
    pub fn builder() -> UsersBuilder {
        UsersBuilder::new()
    }

    /// The threads that verify, to share them with another store or to see what is under way.
    #[must_use]
    pub fn verifier(&self) -> &PasswordVerifier {
        &self.0.verifier
    }
}

impl Authenticator<Basic> for Users {
    async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
        self.0.judge(credentials.username(), credentials.password()).await
    }

    fn generation(&self, credentials: &Basic) -> u64 {
        self.0.generation(credentials.username())
    }
}

/// The users whom others may act as; who is disabled is nobody.
impl Directory for Users {
    async fn find(&self, subject: &str) -> Result<Option<Identity>, AuthError> {
        let set = self.0.set.load();
        let entry = set.entry(subject).filter(|entry| !entry.is_disabled);
        Ok(entry.map(|entry| entry.identity.clone()))
    }
}

impl fmt::Debug for Users {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Users")
            .field("users", &self.0.set.load().len())
            .field("verifier", &self.0.verifier)
            .finish_non_exhaustive()
    }
}
