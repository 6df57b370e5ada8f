//! [`PermissionSource`]: what an identity may do, where that has to be waited for.

use std::{future::Future, sync::Arc};

use crate::{
    cache::CacheLimits,
    error::AuthError,
    gate::BoxFuture,
    identity::Identity,
    permission::{CachedPermissions, Permissions},
    tenant::Tenant,
};

/// Says what an identity may do in a tenant by asking somebody: a database, say.
///
/// Write an `async fn`. Functions and closures are sources too, and so is an `Arc` of one. It goes into
/// [`PermissionClaimLayer::resolved_by`](crate::PermissionClaimLayer::resolved_by), and is
/// [`cached`](Self::cached) there as a rule. What needs no waiting is a [`ClaimMapper`](crate::ClaimMapper).
///
/// Nobody there is no error: no permissions are a good answer. Where the answer cannot be had the error
/// is [`AuthError::unavailable`]: the client is told to come back.
///
/// # Examples
///
/// What the token says, and what a table says beside it:
///
/// ```
/// use std::time::Duration;
/// use tower_auth::{
///     AuthError, CacheLimits, ClaimMapper, ClaimPermissions, Identity, PermissionClaimLayer,
///     PermissionSource, Permissions, Tenant,
/// };
///
/// struct Grants {
///     scope: ClaimPermissions,
/// }
///
/// impl PermissionSource for Grants {
///     async fn permissions(
///         &self,
///         identity: Identity,
///         tenant: Option<Tenant>,
///     ) -> Result<Permissions, AuthError> {
///         let of_token = self.scope.permissions(&identity, tenant.as_ref())?;
///         let rows = select(identity.issuer(), identity.subject(), tenant.as_ref()).await;
///         Ok(of_token.with_granted(rows.map_err(AuthError::unavailable)?))
///     }
/// }
///
/// let grants = Grants { scope: ClaimPermissions::at("scope") };
/// let limits = CacheLimits::new().with_max_age(Duration::from_secs(30));
/// let layer = PermissionClaimLayer::resolved_by(grants.cached(limits));
/// # let _ = layer;
/// # async fn select(
/// #     _: Option<&str>, _: &str, _: Option<&Tenant>,
/// # ) -> Result<Vec<String>, std::io::Error> { Ok(Vec::new()) }
/// ```
///
/// Remembered like this, a token with a wider scope grants no more until the answer for its subject has
/// aged: put what claims say outside of what is remembered where that matters.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be asked for permissions",
    note = "implement `PermissionSource` for it, or pass a closure `|identity: Identity, tenant: \
            Option<Tenant>| async move {{ .. }}` that returns `Result<Permissions, AuthError>` in a \
            future that is `Send`"
)]
pub trait PermissionSource: Send + Sync + 'static {
    /// What the identity may do in the tenant that the request acts for.
    ///
    /// # Errors
    ///
    /// Why the request is refused, or why no answer is possible now.
    fn permissions(
        &self,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> impl Future<Output = Result<Permissions, AuthError>> + Send;

    /// The answer, where it needs no waiting. The layer asks this first; the default has none.
    fn remembered(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Option<Result<Permissions, AuthError>> {
        let _ = (identity, tenant);
        None
    }

    /// A number that is another one as soon as answers may be other ones.
    ///
    /// Answers that were given under another number are not remembered any longer. It must cost little,
    /// and a number must not come back. The default never changes.
    fn generation(&self) -> u64 {
        0
    }

    /// Remembers answers for a while; see [`CachedPermissions`].
    fn cached(self, limits: CacheLimits) -> CachedPermissions<Self>
    where
        Self: Sized,
    {
        CachedPermissions::new(self, limits)
    }
}

impl<S: PermissionSource + ?Sized> PermissionSource for Arc<S> {
    fn permissions(
        &self,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> impl Future<Output = Result<Permissions, AuthError>> + Send {
        (**self).permissions(identity, tenant)
    }

    fn remembered(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Option<Result<Permissions, AuthError>> {
        (**self).remembered(identity, tenant)
    }

    fn generation(&self) -> u64 {
        (**self).generation()
    }
}

impl<F, Fut> PermissionSource for F
where
    F: Fn(Identity, Option<Tenant>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Permissions, AuthError>> + Send,
{
    fn permissions(
        &self,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> impl Future<Output = Result<Permissions, AuthError>> + Send {
        self(identity, tenant)
    }
}

/// A source of any type.
pub(in crate::permission) trait AnySource: Send + Sync {
    fn remembered(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Option<Result<Permissions, AuthError>>;

    fn permissions(
        self: Arc<Self>,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> BoxFuture<'static, Result<Permissions, AuthError>>;
}

impl<S: PermissionSource> AnySource for S {
    fn remembered(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Option<Result<Permissions, AuthError>> {
        PermissionSource::remembered(self, identity, tenant)
    }

    fn permissions(
        self: Arc<Self>,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> BoxFuture<'static, Result<Permissions, AuthError>> {
        Box::pin(async move { PermissionSource::permissions(&*self, identity, tenant).await })
    }
}
