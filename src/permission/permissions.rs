//! [`Permissions`]: a set of permissions.

use std::{collections::BTreeSet, fmt, sync::Arc};

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
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Permissions {
    names: Arc<BTreeSet<Arc<str>>>,
    everything: bool,
}

impl Permissions {
    /// Every permission there is, also those that nobody has thought of yet: for administrators.
    ///
    /// It equals no set of names, however long, and no collecting of names makes it. An empty list
    /// of requirements is not met by it either.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{Permissions, Requirement, all};
    ///
    /// let permissions = Permissions::everything();
    /// assert!(permissions.is_everything() && !permissions.is_empty());
    /// assert!(permissions.contains("orders:write"));
    /// assert_eq!(permissions.iter().count(), 0);
    /// assert!(!all([] as [Requirement; 0]).is_met_by(&permissions));
    /// ```
    #[must_use]
    pub fn everything() -> Self {
        Self { names: Arc::default(), everything: true }
    }

    /// The permissions of a request, as a [`PermissionClaimLayer`](crate::PermissionClaimLayer)
    /// mapped them; `None` when none ran.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.permissions.as_ref()
    }

    /// Whether this permission is among them. The empty name never is: it is more often a name that
    /// was lost on the way.
    #[must_use]
    pub fn contains(&self, permission: &str) -> bool {
        self.names.contains(permission) || (self.everything && !permission.is_empty())
    }

    /// The permissions, sorted; none for [`everything`](Self::everything), which has no list: ask
    /// [`is_everything`](Self::is_everything) first.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|permission| &**permission)
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty() && !self.everything
    }

    /// Whether it is every permission there is, as [`everything`](Self::everything) makes it.
    #[must_use]
    pub const fn is_everything(&self) -> bool {
        self.everything
    }
}

impl<P: Into<Arc<str>>> FromIterator<P> for Permissions {
    fn from_iter<I: IntoIterator<Item = P>>(permissions: I) -> Self {
        let names = permissions.into_iter().map(Into::into);
        let names = names.filter(|name: &Arc<str>| !name.is_empty()).collect();
        Self { names: Arc::new(names), everything: false }
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.everything {
            f.write_str("Permissions(everything)")
        } else {
            f.debug_tuple("Permissions").field(&self.names).finish()
        }
    }
}
