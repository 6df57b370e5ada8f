//! [`Permissions`]: what a caller holds.

mod index;
mod prefixes;
mod set;
mod wildcard;

pub use self::set::Permissions;
pub(super) use self::{
    index::Bits,
    set::SharedPermissions,
    wildcard::{STRAY_STAR, has_stray_star, wildcard},
};
