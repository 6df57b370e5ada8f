//! [`Permissions`]: a set of permissions, and what is denied of it.

use std::{
    collections::BTreeSet,
    fmt, iter,
    sync::{Arc, OnceLock},
};

use http::Extensions;

use crate::{
    evidence::Evidence,
    permission::{
        Required,
        permissions::{index::Index, prefixes::Prefixes, wildcard::wildcard},
    },
    shared::{Shared, Striped},
};

/// The permissions of a caller: a set of names such as `orders:write`, compared exactly.
///
/// A [`ClaimMapper`](crate::ClaimMapper) collects one; empty names are left out. A clone costs one
/// reference count.
///
/// # Wildcards
///
/// A name that ends with `*` behind a `:`, a `.` or a `/` grants everything below: `orders:*` grants
/// `orders:read` and `orders:items:read`, not `orders`. A `*` alone or elsewhere grants nothing;
/// [`everything`](Self::everything) is no name. Only what is granted has wildcards: nobody holds
/// `orders:*` itself, so a requirement cannot ask for it.
///
/// # Denials
///
/// What is [denied](Self::with_denied) is not held, whatever grants it.
///
/// # Examples
///
/// ```
/// use tower_auth::Permissions;
///
/// let permissions: Permissions = ["orders:read", "invoices:*"].into_iter().collect();
/// assert!(permissions.contains("orders:read") && permissions.contains("invoices:pay"));
/// assert!(!permissions.contains("orders") && !permissions.contains("invoices"));
///
/// let fewer = permissions.with_denied(["invoices:pay"]);
/// assert!(fewer.contains("invoices:print") && !fewer.contains("invoices:pay"));
/// ```
#[derive(Clone)]
pub struct Permissions(Shared<Set>);

/// Permissions that many requests take a copy of.
pub(in crate::permission) struct SharedPermissions(Striped<Set>);

#[derive(Default)]
struct Set {
    everything: bool,
    /// Wildcards among them.
    names: BTreeSet<Arc<str>>,
    /// What wildcards begin with.
    wildcards: Prefixes,
    denied: BTreeSet<Arc<str>>,
    /// What denied wildcards begin with.
    denied_wildcards: Prefixes,
    /// Made when a requirement that is prepared asks.
    index: OnceLock<Index>,
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
        Set { everything: true, ..Set::default() }.into()
    }

    /// What is granted and what is denied of it.
    pub(in crate::permission) fn of(
        granted: impl Iterator<Item = Arc<str>>,
        denied: impl Iterator<Item = Arc<str>>,
    ) -> Self {
        Self::made_of(false, named(granted), named(denied))
    }

    /// The permissions of a request, as a [`PermissionClaimLayer`](crate::PermissionClaimLayer)
    /// mapped them; `None` when none ran.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.permissions.as_ref()
    }

    /// Grants more; what is denied stays so.
    #[must_use]
    pub fn with_granted<P: Into<Arc<str>>>(self, names: impl IntoIterator<Item = P>) -> Self {
        let Set { everything, names: held, denied, .. } = &*self.0;
        Self::made_of(*everything, held.iter().cloned().chain(named(names)), denied.iter().cloned())
    }

    /// Denies permissions, whatever grants them: names, wildcards and [`everything`](Self::everything)
    /// alike. Empty names are left out.
    ///
    /// `orders:*` denies everything below `orders`. A `*` in any other place ends the name: everything
    /// that begins with what stands before it is denied, so `*` denies all there is, and no denial
    /// that is misspelt in this way is lost.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::Permissions;
    ///
    /// let permissions = Permissions::everything().with_denied(["orders:delete", "payroll:*"]);
    /// assert!(permissions.contains("orders:read") && !permissions.contains("orders:delete"));
    /// assert!(!permissions.contains("payroll:read") && !permissions.is_everything());
    /// ```
    #[must_use]
    pub fn with_denied<P: Into<Arc<str>>>(self, names: impl IntoIterator<Item = P>) -> Self {
        let Set { everything, names: held, denied, .. } = &*self.0;
        Self::made_of(*everything, held.iter().cloned(), denied.iter().cloned().chain(named(names)))
    }

    /// Grants what either grants, and denies what either denies.
    #[must_use]
    pub fn merged_with(self, other: &Self) -> Self {
        let (one, other) = (&*self.0, &*other.0);
        let names = one.names.union(&other.names).cloned();
        let denied = one.denied.union(&other.denied).cloned();
        Self::made_of(one.everything || other.everything, names, denied)
    }

    /// Whether this permission is among them. The empty name never is: it is more often a name that
    /// was lost on the way. Neither is a name with a `*`.
    #[must_use]
    pub fn contains(&self, permission: &str) -> bool {
        self.grants(permission) && !self.denies(permission)
    }

    /// Whether they are enough for a permission by its name, for a typed
    /// [`Permission`](crate::Permission) or for a [`Requirement`](crate::Requirement).
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{Permissions, not};
    ///
    /// let permissions: Permissions = ["orders:read"].into_iter().collect();
    /// assert!(permissions.allows("orders:read") && permissions.allows(not("contractor")));
    /// ```
    #[must_use]
    pub fn allows(&self, required: impl Required) -> bool {
        required.allowed_by(self)
    }

    /// Those of the items that these permissions are enough for, so that callers with some of the
    /// rights are shown some of a list.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::Permissions;
    ///
    /// let permissions: Permissions = ["reports:eu"].into_iter().collect();
    /// let shown = permissions.filter(["eu", "us"], |region| format!("reports:{region}"));
    /// assert_eq!(shown.collect::<Vec<_>>(), ["eu"]);
    /// ```
    pub fn filter<I, R>(
        &self,
        items: I,
        required_for: impl Fn(&I::Item) -> R,
    ) -> impl Iterator<Item = I::Item>
    where
        I: IntoIterator,
        R: Required,
    {
        items.into_iter().filter(move |item| self.allows(required_for(item)))
    }

    /// The names that are granted and not denied, wildcards among them, sorted; none for
    /// [`everything`](Self::everything), which has no list: ask
    /// [`is_everything`](Self::is_everything) first.
    ///
    /// A wildcard may grant what is [denied](Self::denied). Do not make permissions of the names
    /// without the denials: clone, or use [`merged_with`](Self::merged_with).
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.names.iter().map(|name| &**name).filter(|name| !self.denies(name))
    }

    /// The names that are denied, wildcards among them, sorted.
    pub fn denied(&self) -> impl Iterator<Item = &str> {
        self.0.denied.iter().map(|name| &**name)
    }

    /// Whether nothing is granted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.names.is_empty() && !self.0.everything
    }

    /// Whether it is every permission there is, as [`everything`](Self::everything) makes it, with
    /// nothing denied.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.0.everything && self.0.denied.is_empty()
    }

    /// Whether something grants it, be it denied or not.
    pub(in crate::permission) fn grants(&self, permission: &str) -> bool {
        if permission.is_empty() || permission.contains('*') {
            return false;
        }
        let below = |prefix: &str| prefix.len() < permission.len();
        self.0.everything
            || self.0.names.contains(permission)
            || self.0.wildcards.of(permission).is_some_and(below)
    }

    /// Every name that is granted, be it denied or not.
    pub(in crate::permission) fn granted(&self) -> impl Iterator<Item = &Arc<str>> {
        self.0.names.iter()
    }

    pub(in crate::permission) fn denies(&self, permission: &str) -> bool {
        self.0.denied.contains(permission) || self.0.denied_wildcards.of(permission).is_some()
    }

    /// Whether more is granted than names one by one.
    pub(in crate::permission) fn is_broad(&self) -> bool {
        self.0.everything || !self.0.wildcards.is_empty()
    }

    /// What is granted and what is held of the first words of the vocabulary; `None` where the index
    /// was made before there were so many.
    pub(in crate::permission) fn index(&self, words: u32) -> Option<&Index> {
        let index = self.0.index.get_or_init(|| {
            let is_denied = (!self.0.denied.is_empty()).then_some(|name: &str| self.denies(name));
            Index::of(&self.0.names, is_denied)
        });
        (words <= index.words).then_some(index)
    }
}

impl SharedPermissions {
    /// They are going to be asked more than once, so the index is made now.
    pub(in crate::permission) fn of(permissions: &Permissions) -> Self {
        permissions.index(0);
        Self(Striped::new(permissions.0.clone().into_arc()))
    }

    pub(in crate::permission) fn get(&self) -> Permissions {
        Permissions(self.0.get())
    }

    /// Bytes of memory, at most.
    pub(in crate::permission) fn weight(&self) -> usize {
        let set = &*self.0;
        let index = set.index.get().map_or(0, Index::weight);
        // A name is in a tree that may be half empty, and its beginning may be in another one.
        let names = set.names.iter().chain(&set.denied).map(|name| 2 * (name.len() + 96));
        size_of::<Set>() + Striped::<Set>::overhead() + index + names.sum::<usize>()
    }
}

impl From<Set> for Permissions {
    fn from(set: Set) -> Self {
        Self(Shared::new(Arc::new(set)))
    }
}

impl Permissions {
    fn made_of(
        everything: bool,
        names: impl Iterator<Item = Arc<str>>,
        denied: impl Iterator<Item = Arc<str>>,
    ) -> Self {
        let (names, denied): (BTreeSet<_>, BTreeSet<_>) = (names.collect(), denied.collect());
        let wildcards = names.iter().filter_map(|name| wildcard(name)).collect();
        let stars = denied.iter().filter_map(|name| name.split_once('*'));
        let denied_wildcards = stars.map(|(before, _)| before).collect();
        let index = OnceLock::new();
        Set { everything, names, wildcards, denied, denied_wildcards, index }.into()
    }
}

/// The names that are not empty.
fn named<P: Into<Arc<str>>>(names: impl IntoIterator<Item = P>) -> impl Iterator<Item = Arc<str>> {
    names.into_iter().map(Into::into).filter(|name: &Arc<str>| !name.is_empty())
}

impl Default for Permissions {
    fn default() -> Self {
        Set::default().into()
    }
}

impl Eq for Permissions {}

/// Two are the same where the same names are granted and the same are denied.
impl PartialEq for Permissions {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (&*self.0, &*other.0);
        (one.everything, &one.names, &one.denied) == (other.everything, &other.names, &other.denied)
    }
}

impl<P: Into<Arc<str>>> FromIterator<P> for Permissions {
    fn from_iter<I: IntoIterator<Item = P>>(permissions: I) -> Self {
        Self::made_of(false, named(permissions), iter::empty())
    }
}

impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("Permissions");
        if self.0.everything {
            tuple.field(&format_args!("everything"));
        } else {
            tuple.field(&self.0.names);
        }
        if !self.0.denied.is_empty() {
            tuple.field(&format_args!("denied: {:?}", self.0.denied));
        }
        tuple.finish()
    }
}
