//! [`TenantMembership`]: by which rule identities belong to tenants.

use std::{fmt, sync::Arc};

use serde_json::Value;

use crate::{claims::ClaimPath, error::AuthError, identity::Identity, tenant::Tenant};

/// Says whether an identity belongs to a tenant by a rule of your own. Closures are rules.
///
/// It takes the place of the membership claim, see
/// [`TenantLayer::with_membership_rule`](crate::TenantLayer::with_membership_rule). It is asked for
/// every identity of a request: the one that acts, the one that a caller impersonates, and those of
/// stacked layers further out. A claim can be absent and so say nothing; a rule always answers. Where
/// a gateway in front belongs to no tenant, the rule says `true` for it.
///
/// It is asked on the thread of the request, so it must not block.
///
/// # Examples
///
/// Whoever may do anything in a tenant belongs to it:
///
/// ```
/// use tower_auth::{Identity, Tenant, TenantMembership};
///
/// let rule = |identity: &Identity, tenant: &Tenant| {
///     let rights = identity.claims().get("rights").and_then(|rights| rights.get(tenant.as_str()));
///     rights.and_then(|rights| rights.as_array()).is_some_and(|rights| !rights.is_empty())
/// };
/// let alice = Identity::new("alice").with_claim("rights", serde_json::json!({ "fraud": ["read"] }));
/// assert!(rule.is_member(&alice, &Tenant::new("fraud")?));
/// assert!(!rule.is_member(&alice, &Tenant::new("marketing")?));
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say who belongs to a tenant",
    note = "pass a closure `|identity: &Identity, tenant: &Tenant| -> bool`, or implement `TenantMembership`"
)]
pub trait TenantMembership: Send + Sync + 'static {
    /// Whether the identity belongs to the tenant.
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool;
}

impl<F> TenantMembership for F
where
    F: Fn(&Identity, &Tenant) -> bool + Send + Sync + 'static,
{
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool {
        self(identity, tenant)
    }
}

/// What decides on membership: a claim, or a rule.
#[derive(Clone)]
pub(super) enum Membership {
    /// The claim that names the tenants of an identity.
    Claim(Arc<ClaimPath>),
    Rule(Arc<dyn TenantMembership>),
}

impl Membership {
    pub(super) fn holds(&self, identity: &Identity, tenant: &Tenant) -> Result<(), AuthError> {
        let is_member = match self {
            Self::Rule(rule) => rule.is_member(identity, tenant),
            Self::Claim(path) => match path.find(identity.claims()) {
                Some(names) => is_among(tenant, names),
                None => {
                    return Err(AuthError::tenant_denied("no claim names the identity's tenant"));
                }
            },
        };
        if is_member {
            Ok(())
        } else {
            Err(AuthError::tenant_denied("the identity belongs to another tenant"))
        }
    }

    /// Whether it says anything about an identity. A rule does so about each.
    pub(super) fn speaks_of(&self, identity: &Identity) -> bool {
        match self {
            Self::Claim(path) => path.find(identity.claims()).is_some(),
            Self::Rule(_) => true,
        }
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Claim(path) => f.debug_tuple("Claim").field(path).finish(),
            Self::Rule(_) => f.write_str("Rule(..)"),
        }
    }
}

fn is_among(tenant: &Tenant, names: &Value) -> bool {
    match names {
        Value::String(name) => name == tenant.as_str(),
        Value::Array(names) => names.iter().any(|name| name == tenant.as_str()),
        _ => false,
    }
}
