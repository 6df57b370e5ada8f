//! From claims to permissions: [`ClaimMapper`], [`ClaimPermissions`], [`TemporalPermissions`].

mod claim_mapper;
mod claim_permissions;
mod combined;
mod elements;
#[cfg(feature = "regex")]
mod pattern;
mod skipped;
mod step;
mod temporal;

pub(super) use self::elements::{MAX_LENGTH, entries};
#[cfg(feature = "regex")]
pub use self::pattern::ClaimPattern;
pub use self::{
    claim_mapper::ClaimMapper,
    claim_permissions::ClaimPermissions,
    combined::{AndMapper, OrElseMapper, WhenMapper},
    skipped::MapperStatus,
    temporal::TemporalPermissions,
};
