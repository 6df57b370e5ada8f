//! What a [`PerTenant`] is where its values are authenticators or mappers, and to a tenant layer.

use std::sync::Arc;

use crate::{
    authenticator::{Answer, Authenticator},
    credentials::Credentials,
    error::{AuthError, AuthErrorKind},
    gate::BoxFuture,
    identity::Identity,
    permission::{ClaimMapper, Permissions},
    tenant::{
        PerTenant, Tenant,
        ledger::{Entry, here},
        standing::Register,
    },
};

impl<T: Send + Sync + 'static> Register for PerTenant<T> {
    fn known(&self, tenant: &Tenant) -> Option<Result<(), AuthError>> {
        let known = self.ledger.known(tenant, &self.terms)?;
        Some(known.and_then(|entry| here(entry, AuthError::tenant_denied)).map(|_| ()))
    }

    fn ask(self: Arc<Self>, tenant: Tenant) -> BoxFuture<'static, Result<(), AuthError>> {
        Box::pin(async move {
            let found = self.get(&tenant).await?;
            found.map(|_| ()).ok_or_else(|| AuthError::tenant_denied("there is no such tenant"))
        })
    }
}

impl<T, C> Authenticator<C> for PerTenant<T>
where
    T: Authenticator<C>,
    C: Credentials,
{
    async fn authenticate(&self, credentials: C) -> Result<Identity, AuthError> {
        let tenant = credentials.requested_tenant().cloned().ok_or_else(no_tenant)?;
        let own = self.get(&tenant).await?.ok_or_else(unknown)?;
        let identity = own.authenticate(credentials).await?;
        Ok(self.naming(&tenant, identity))
    }

    fn answer(&self, credentials: C) -> Answer<C> {
        let Some(tenant) = credentials.requested_tenant().cloned() else {
            return Answer::Now(Err(no_tenant()));
        };
        match self.ledger.known(&tenant, &self.terms) {
            None => Answer::Later(credentials),
            Some(Err(error)) => Answer::Now(Err(error)),
            Some(Ok(Entry::Nowhere(_))) => Answer::Now(Err(unknown())),
            Some(Ok(Entry::Here { value, .. })) => match value.answer(credentials) {
                Answer::Now(judgement) => {
                    Answer::Now(judgement.map(|identity| self.naming(&tenant, identity)))
                }
                later @ Answer::Later(_) => later,
            },
        }
    }

    fn refuse_unseen(&self, credentials: &C) -> Result<(), AuthError> {
        let own = credentials.requested_tenant().and_then(|tenant| self.loaded(tenant));
        own.map_or(Ok(()), |own| own.refuse_unseen(credentials))
    }

    /// Another one with each load; and as long as nothing is loaded, another one with each question, so
    /// that nothing which is remembered counts.
    fn generation(&self, credentials: &C) -> u64 {
        let tenant = credentials.requested_tenant();
        let known = tenant.and_then(|tenant| self.ledger.known(tenant, &self.terms));
        match known {
            Some(Ok(Entry::Here { value, number })) => {
                value.generation(credentials).wrapping_add(number.rotate_left(32))
            }
            _ => self.ledger.fresh_number().rotate_left(32),
        }
    }
}

impl<T: Send + Sync + 'static> PerTenant<T> {
    fn naming(&self, tenant: &Tenant, identity: Identity) -> Identity {
        match &self.tenant_claim {
            Some(claim) => identity.with_claim(&**claim, tenant.as_str()),
            None => identity,
        }
    }
}

/// Maps by the rules of the tenant that the identity acts for; an identity that acts for none may do
/// nothing.
///
/// The rules must be loaded: by
/// [`TenantLayer::with_configuration`](crate::TenantLayer::with_configuration). Without it requests are 503.
impl<M: ClaimMapper> ClaimMapper for PerTenant<M> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let Some(tenant) = tenant else {
            return Ok(Permissions::default());
        };
        let own = self.loaded(tenant).ok_or_else(|| {
            AuthError::unavailable(
                "the tenant's rules are not loaded: hand them to TenantLayer::with_configuration too",
            )
        })?;
        own.permissions(identity, Some(tenant))
    }
}

fn no_tenant() -> AuthError {
    AuthError::because(
        AuthErrorKind::InvalidCredentials,
        "no tenant whose authenticator could judge: is a TenantLayer outside, and does the request name one?",
    )
}

fn unknown() -> AuthError {
    AuthError::because(AuthErrorKind::InvalidCredentials, "there is no such tenant")
}
