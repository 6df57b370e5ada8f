//! For whom does the caller act?
//!
//! [`TenantLayer`] finds the tenant of a request and makes sure that the caller belongs to it,
//! whether it stands outside or inside of authentication.

#[cfg(feature = "mtls")]
mod certificate;
mod check;
mod layer;
#[cfg(feature = "cache")]
mod ledger;
mod membership;
mod name;
#[cfg(feature = "cache")]
mod per_tenant;
#[cfg(feature = "cache")]
mod per_tenant_use;
mod places;
#[cfg(feature = "cache")]
mod registry;
mod requested;
mod resolver;
mod rules;
mod source;
mod standing;

pub use self::{
    check::TenantGrant,
    layer::TenantLayer,
    membership::{Membership, TenantMembership},
    name::Tenant,
    resolver::TenantResolver,
    source::TenantSource,
};
#[cfg(feature = "cache")]
pub use self::{
    per_tenant::{PerTenant, TenantLoader, TenantStatus},
    registry::{RegisteredTenants, TenantRegistry, TenantState},
};
pub(crate) use self::{requested::Requested, standing::Standing};
