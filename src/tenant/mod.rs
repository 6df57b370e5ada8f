//! For whom does the caller act?
//!
//! [`TenantLayer`] finds the tenant of a request and makes sure that the caller belongs to it,
//! whether it stands outside or inside of authentication.

mod layer;
mod membership;
mod name;
mod requested;
mod source;

pub(crate) use self::requested::Requested;
pub use self::{
    layer::{TenantGrant, TenantLayer},
    membership::TenantMembership,
    name::Tenant,
    source::TenantResolver,
};
