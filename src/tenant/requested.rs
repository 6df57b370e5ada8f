//! [`Requested`]: the tenant that a request names, and what decides who belongs to it.

use std::sync::Arc;

use crate::{
    error::AuthError,
    identity::Identity,
    tenant::{Tenant, membership::Sought, rules::Rules},
};

/// A tenant that was found in a request, before or after an identity was held against it.
#[derive(Clone, Debug)]
pub(crate) struct Requested {
    pub(crate) tenant: Tenant,
    pub(super) rules: Arc<Rules>,
    /// The tenant that the client certificate names, where membership is by that.
    #[cfg(feature = "mtls")]
    pub(super) certified: Option<Tenant>,
    /// What a tenant layer further out found: the same tenant, perhaps by another claim or rule.
    pub(super) outer: Option<Arc<Self>>,
}

impl Requested {
    /// Whether the identity belongs to the tenant, by what all tenant layers ask for.
    pub(crate) fn accepts(&self, identity: &Identity) -> Result<(), AuthError> {
        self.accepts_for(identity, &self.tenant)
    }

    fn accepts_for(&self, identity: &Identity, tenant: &Tenant) -> Result<(), AuthError> {
        self.outer.as_ref().map_or(Ok(()), |outer| outer.accepts_for(identity, tenant))?;
        let sought = Sought {
            tenant,
            #[cfg(feature = "mtls")]
            certified: self.certified.as_ref(),
        };
        self.rules.hold(identity, &sought)
    }

    /// Whether an identity and those outside of it agree with the tenant: the one that acts must
    /// belong to it, and the others must not belong to another one.
    ///
    /// A claim that is absent says that an outer identity belongs nowhere, which is no contradiction.
    /// A rule only answers yes or no, and a no may mean "to another one", so it counts as that.
    pub(super) fn accepts_all(&self, identity: &Identity) -> Result<(), AuthError> {
        self.accepts_all_for(identity, &self.tenant)
    }

    /// The same of another tenant, which is not the request's own, and whether it is one, as far as that
    /// is known without waiting.
    pub(crate) fn accepts_other(
        &self,
        identity: &Identity,
        tenant: &Tenant,
    ) -> Result<(), AuthError> {
        self.accepts_all_for(identity, tenant)?;
        self.known(tenant)
    }

    fn accepts_all_for(&self, identity: &Identity, tenant: &Tenant) -> Result<(), AuthError> {
        let accepts = |identity: &Identity| self.accepts_for(identity, tenant);
        self.rules.membership.hold_all(identity, accepts)
    }
}
