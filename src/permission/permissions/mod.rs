//! [`Permissions`]: what a caller holds.

mod index;
mod prefixes;
mod set;

pub use self::set::Permissions;
pub(super) use self::{
    index::Bits,
    set::{STRAY_STAR, has_stray_star, wildcard},
};
