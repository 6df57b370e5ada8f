//! [`Rules`]: what a [`TenantLayer`](crate::TenantLayer) decides by, once the tenant is found.

use std::{fmt, sync::Arc};

use crate::{
    error::AuthError,
    event,
    identity::Identity,
    tenant::{
        TenantMembership,
        membership::{Membership, Sought},
        standing::Registrar,
    },
};

#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) membership: Membership,
    pub(super) operators: Vec<Operators>,
    pub(super) registrars: Vec<Registrar>,
}

/// Who may act for tenants without belonging to them.
#[derive(Clone)]
pub(super) struct Operators {
    pub(super) name: &'static str,
    pub(super) rule: Arc<dyn TenantMembership>,
}

impl Rules {
    pub(super) const fn new(membership: Membership) -> Self {
        Self { membership, operators: Vec::new(), registrars: Vec::new() }
    }

    /// Whether an identity belongs to the tenant, or may act for it all the same.
    pub(super) fn hold(&self, identity: &Identity, sought: &Sought<'_>) -> Result<(), AuthError> {
        self.membership.holds(identity, sought).or_else(|error| {
            let admits = |operators: &&Operators| {
                !identity.is_anonymous() && operators.rule.is_member(identity, sought.tenant)
            };
            let operators = self.operators.iter().find(admits).ok_or(error)?;
            event::operator(operators.name, identity, sought.tenant);
            Ok(())
        })
    }
}

impl fmt::Debug for Operators {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operators").field("name", &self.name).finish_non_exhaustive()
    }
}
