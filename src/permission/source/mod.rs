//! Permissions that are kept elsewhere: [`PermissionSource`] is asked, [`CachedPermissions`] remembers.

mod cached;
mod key;
mod permission_source;

pub(super) use self::permission_source::AnySource;
pub use self::{cached::CachedPermissions, permission_source::PermissionSource};
