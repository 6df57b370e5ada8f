//! [`Permission`]: permissions that the compiler knows by name.

use crate::permission::{Permissions, Requirement};

/// A permission of a type of one's own, so that a misspelt one does not compile.
///
/// It stands wherever a name does: in [`require`](crate::require), [`all`](crate::all),
/// [`any`](crate::any), [`not`](crate::not), and in [`Permissions::allows`].
///
/// # Examples
///
/// ```
/// use tower_auth::{Permission, Permissions, all, require};
///
/// #[derive(Clone, Copy)]
/// enum Perm {
///     OrdersRead,
///     OrdersWrite,
/// }
///
/// impl Permission for Perm {
///     fn name(&self) -> &'static str {
///         match self {
///             Self::OrdersRead => "orders:read",
///             Self::OrdersWrite => "orders:write",
///         }
///     }
/// }
///
/// let layer = require(Perm::OrdersWrite);
/// let stricter = require(all([Perm::OrdersRead, Perm::OrdersWrite]));
/// assert_eq!(stricter.requirement().to_string(), "orders:read and orders:write");
///
/// let permissions: Permissions = [Perm::OrdersRead.name()].into_iter().collect();
/// assert!(permissions.allows(Perm::OrdersRead) && !permissions.allows(Perm::OrdersWrite));
/// # let _ = layer;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no permission",
    note = "name permissions by strings, or implement `Permission` for an enum of yours"
)]
pub trait Permission {
    /// The name by which it is granted, such as `orders:write`.
    fn name(&self) -> &'static str;
}

/// What [`Permissions::allows`] and [`Permissions::filter`] are asked for: the name of a permission, a
/// typed [`Permission`] or a [`Requirement`].
///
/// A string is a name. The text form of a requirement is read by [`Requirement::parse`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be asked of permissions",
    note = "ask for a name, a `Permission` or a `Requirement`"
)]
pub trait Required {
    /// Whether somebody with these permissions has what is required.
    fn allowed_by(self, permissions: &Permissions) -> bool;
}

impl<P: Permission> Required for P {
    fn allowed_by(self, permissions: &Permissions) -> bool {
        permissions.contains(self.name())
    }
}

impl Required for &str {
    fn allowed_by(self, permissions: &Permissions) -> bool {
        permissions.contains(self)
    }
}

impl Required for String {
    fn allowed_by(self, permissions: &Permissions) -> bool {
        permissions.contains(&self)
    }
}

impl Required for &String {
    fn allowed_by(self, permissions: &Permissions) -> bool {
        permissions.contains(self)
    }
}

impl Required for Requirement {
    fn allowed_by(self, permissions: &Permissions) -> bool {
        Self::is_met_by(&self, permissions)
    }
}

impl Required for &Requirement {
    fn allowed_by(self, permissions: &Permissions) -> bool {
        Requirement::is_met_by(self, permissions)
    }
}
