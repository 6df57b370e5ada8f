//! [`Permissions`]: a set of permissions.

use std::{collections::BTreeSet, sync::Arc};

use http::Extensions;

use crate::evidence::Evidence;

/// The permissions of a caller: a set of names such as `orders:write`, compared exactly.
///
/// A [`ClaimMapper`](crate::ClaimMapper) collects one; empty names are left out. A clone costs one
/// reference count.
///
/// # Examples
///
/// ```
/// use tower_auth::Permissions;
///
/// let permissions: Permissions = ["orders:read", "orders:write"].into_iter().collect();
/// assert!(permissions.contains("orders:read"));
/// assert!(!permissions.contains("orders"));
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Permissions(Arc<BTreeSet<Arc<str>>>);

impl Permissions {
    /// The permissions of a request, as a [`PermissionClaimLayer`](crate::PermissionClaimLayer)
    /// mapped them; `None` when none ran.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.permissions.as_ref()
    }

    /// Whether this permission is among them.
    #[must_use]
    pub fn contains(&self, permission: &str) -> bool {
        self.0.contains(permission)
    }

    /// The permissions, sorted.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|permission| &**permission)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<P: Into<Arc<str>>> FromIterator<P> for Permissions {
    fn from_iter<I: IntoIterator<Item = P>>(permissions: I) -> Self {
        let names = permissions.into_iter().map(Into::into);
        Self(Arc::new(names.filter(|name: &Arc<str>| !name.is_empty()).collect()))
    }
}
