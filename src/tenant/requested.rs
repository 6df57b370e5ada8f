//! [`Requested`]: the tenant that a request names, and the rule by which identities belong to it.

use std::sync::Arc;

use serde_json::Value;

use crate::{claims::ClaimPath, error::AuthError, identity::Identity, tenant::Tenant};

/// A tenant that was found in a request, before or after an identity was held against it.
#[derive(Clone, Debug)]
pub(crate) struct Requested {
    pub(crate) tenant: Tenant,
    /// The claim that names the tenants of an identity.
    pub(super) membership: Arc<ClaimPath>,
    /// What a tenant layer further out found: the same tenant, perhaps by another claim.
    pub(super) outer: Option<Arc<Self>>,
}

impl Requested {
    /// Whether the identity belongs to the tenant, by the rules of all tenant layers.
    pub(crate) fn accepts(&self, identity: &Identity) -> Result<(), AuthError> {
        self.outer.as_ref().map_or(Ok(()), |outer| outer.accepts(identity))?;
        match self.membership.find(identity.claims()) {
            Some(membership) if self.is_among(membership) => Ok(()),
            Some(_) => Err(AuthError::tenant_denied("the identity belongs to another tenant")),
            None => Err(AuthError::tenant_denied("no claim names the identity's tenant")),
        }
    }

    /// Whether an identity and those outside of it agree with the tenant: the one that acts must
    /// belong to it, and the others must not belong to another one.
    pub(super) fn accepts_all(&self, identity: &Identity) -> Result<(), AuthError> {
        self.accepts(identity)?;
        std::iter::successors(identity.outer(), |identity| identity.outer())
            .filter(|outer| self.membership.find(outer.claims()).is_some())
            .try_for_each(|outer| self.accepts(outer))
    }

    fn is_among(&self, membership: &Value) -> bool {
        match membership {
            Value::String(name) => name == self.tenant.as_str(),
            Value::Array(names) => names.iter().any(|name| name == self.tenant.as_str()),
            _ => false,
        }
    }
}
