//! [`Permissions`]: what a caller holds.

mod index;
mod prefixes;
mod set;

pub(super) use self::index::Bits;
pub use self::set::Permissions;
