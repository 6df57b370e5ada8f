//! [`PermissionMap`]: what a caller may do in each category, for those who show it.

use std::collections::{BTreeMap, BTreeSet};

/// What a caller may do in each category, as a settings endpoint tells its user interface.
///
/// It serializes as `{"isAdmin": false, "categories": {"Fraud": ["Read"]}, "globalPermissions": []}`.
/// For an administrator the categories are empty: no list of them is long enough.
///
/// # Examples
///
/// ```
/// use tower_auth::{Identity, RoleRules, RoleRule};
///
/// let rules = RoleRules::builder()
///     .rule(RoleRule::new("Reader").with_categories(["Fraud"]).with_permissions(["Read"]))
///     .build()?;
/// let map = rules.permission_map(&Identity::new("alice").with_claim("roles", "Reader"));
///
/// let json = serde_json::to_value(&map)?;
/// assert_eq!(json["categories"], serde_json::json!({ "Fraud": ["Read"] }));
/// assert_eq!(map.permissions_in("Fraud").collect::<Vec<_>>(), ["Read"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PermissionMap {
    pub(super) is_admin: bool,
    pub(super) categories: BTreeMap<String, BTreeSet<String>>,
    pub(super) global_permissions: Vec<String>,
}

impl PermissionMap {
    /// Whether the caller may do everything.
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// The categories in which the caller may do something, sorted; none for an administrator.
    pub fn categories(&self) -> impl Iterator<Item = &str> {
        self.categories.keys().map(String::as_str)
    }

    /// The permissions in a category, sorted; none for an administrator.
    pub fn permissions_in(&self, category: &str) -> impl Iterator<Item = &str> {
        self.categories.get(category).into_iter().flatten().map(String::as_str)
    }

    /// The global permissions without `global:`, in the order of the rules.
    pub fn global_permissions(&self) -> impl Iterator<Item = &str> {
        self.global_permissions.iter().map(String::as_str)
    }
}
