//! [`Registrar`]: says whether a tenant is one, after the caller is known to belong to it.

use std::{collections::HashSet, fmt, sync::Arc};

use crate::{
    error::AuthError,
    gate::BoxFuture,
    tenant::{Requested, Tenant},
};

/// What is known about tenants without asking, and how to ask for the rest.
pub(super) trait Register: Send + Sync {
    /// Whether requests may act for the tenant, where that is known; `None` where it must be asked.
    fn known(&self, tenant: &Tenant) -> Option<Result<(), AuthError>>;

    /// Finds out whether requests may act for the tenant.
    fn ask(self: Arc<Self>, tenant: Tenant) -> BoxFuture<'static, Result<(), AuthError>>;
}

#[derive(Clone)]
pub(super) struct Registrar(pub(super) Arc<dyn Register>);

impl fmt::Debug for Registrar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registrar(..)")
    }
}

/// The tenants that there are, where they are known beforehand.
pub(super) struct KnownTenants(pub(super) HashSet<Tenant>);

impl Register for KnownTenants {
    fn known(&self, tenant: &Tenant) -> Option<Result<(), AuthError>> {
        let unknown = || AuthError::tenant_denied("there is no such tenant");
        Some(self.0.contains(tenant).then_some(()).ok_or_else(unknown))
    }

    fn ask(self: Arc<Self>, tenant: Tenant) -> BoxFuture<'static, Result<(), AuthError>> {
        Box::pin(async move { self.known(&tenant).unwrap_or(Ok(())) })
    }
}

/// What is known about the tenant that a request names.
pub(crate) enum Standing {
    Good,
    Bad(AuthError),
    /// It has to be asked for.
    Open(BoxFuture<'static, Result<(), AuthError>>),
}

impl Requested {
    /// Whether the tenant is one that requests may act for.
    ///
    /// To be asked only of an identity that the tenant [accepts](Self::accepts): so what there is to be
    /// known about tenants is found out by those who belong to them, and by nobody else.
    pub(crate) fn standing(&self) -> Standing {
        let mut open = Vec::new();
        for Registrar(register) in self.registrars() {
            match register.known(&self.tenant) {
                Some(Ok(())) => {}
                Some(Err(error)) => return Standing::Bad(error),
                None => open.push(Arc::clone(register)),
            }
        }
        if open.is_empty() {
            return Standing::Good;
        }
        let tenant = self.tenant.clone();
        Standing::Open(Box::pin(async move {
            for register in open {
                register.ask(tenant.clone()).await?;
            }
            Ok(())
        }))
    }

    /// Whether another tenant is one that requests may act for, as far as that is known without waiting.
    pub(super) fn known(&self, tenant: &Tenant) -> Result<(), AuthError> {
        let unasked = || Err(AuthError::unavailable("nobody has asked about the tenant yet"));
        self.registrars()
            .try_for_each(|Registrar(register)| register.known(tenant).unwrap_or_else(unasked))
    }

    /// What this layer and those further out ask.
    fn registrars(&self) -> impl Iterator<Item = &Registrar> {
        std::iter::successors(Some(self), |requested| requested.outer.as_deref())
            .flat_map(|requested| &requested.rules.registrars)
    }
}
