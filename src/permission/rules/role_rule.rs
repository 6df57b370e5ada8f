//! [`RoleRule`]: what a role may do, and in which categories.

use std::collections::BTreeSet;

/// Global permissions are named apart from those of categories, so that one is never taken for the
/// other.
pub(super) const GLOBAL: &str = "global:";

/// One rule of [`RoleRules`](crate::RoleRules): a role, its permissions in some categories, and its
/// permissions everywhere.
///
/// # Examples
///
/// ```
/// use tower_auth::RoleRule;
///
/// let rule = RoleRule::new("Writer")
///     .with_categories(["Fraud", "Marketing"])
///     .with_permissions(["Read", "Write"])
///     .with_global_permissions(["AdminTab"]);
/// assert_eq!(rule.role(), "Writer");
/// assert!(!rule.is_admin());
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct RoleRule {
    pub(super) role: String,
    pub(super) is_admin: bool,
    pub(super) categories: BTreeSet<String>,
    pub(super) permissions: BTreeSet<String>,
    pub(super) global_permissions: Vec<String>,
}

impl RoleRule {
    /// A rule for those who hold a role, which grants nothing yet.
    pub fn new(role: impl Into<String>) -> Self {
        Self {
            role: role.into(),
            is_admin: false,
            categories: BTreeSet::new(),
            permissions: BTreeSet::new(),
            global_permissions: Vec::new(),
        }
    }

    /// A rule that grants everything, in every category, also in those that no rule names.
    pub fn admin(role: impl Into<String>) -> Self {
        Self { is_admin: true, ..Self::new(role) }
    }

    /// Adds categories in which the permissions hold.
    ///
    /// A category is the [`Tenant`](crate::Tenant) that a request acts for. One that breaks the
    /// grammar of tenants is shown in a [`PermissionMap`](crate::PermissionMap) and counts for no
    /// request.
    pub fn with_categories<C: Into<String>>(
        mut self,
        categories: impl IntoIterator<Item = C>,
    ) -> Self {
        self.categories.extend(categories.into_iter().map(Into::into));
        self
    }

    /// Adds permissions, each for all of the categories.
    pub fn with_permissions<P: Into<String>>(
        mut self,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.permissions.extend(permissions.into_iter().map(Into::into));
        self
    }

    /// Adds permissions that hold whatever the category. `AdminTab` becomes the permission
    /// `global:AdminTab`.
    pub fn with_global_permissions<P: Into<String>>(
        mut self,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.global_permissions.extend(permissions.into_iter().map(Into::into));
        self
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> &str {
        &self.role
    }

    /// Whether the rule grants everything.
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// What is wrong with the rule, where only the words of a vocabulary may be permissions.
    pub(crate) fn problems(&self, vocabulary: Option<&BTreeSet<String>>) -> Vec<String> {
        let mut problems = Vec::new();
        let mut names = self.categories.iter().chain(&self.permissions);
        let mut all = names.clone().chain(&self.global_permissions).chain([&self.role]);
        if all.any(String::is_empty) {
            problems.push("an empty name".to_owned());
        }
        if let Some(name) = names.find(|name| name.starts_with(GLOBAL)) {
            problems.push(format!(
                "{name:?}: no category and no permission of one starts with {GLOBAL:?}, which is \
                 how global permissions are told apart"
            ));
        }
        let mut permissions = self.permissions.iter().chain(&self.global_permissions);
        if let Some(name) = permissions.find(|name| name.contains('*')) {
            problems.push(format!("{name:?}: permissions are named one by one, without wildcards"));
        }
        if let Some(vocabulary) = vocabulary {
            let words = vocabulary.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let unknown = self.permissions.iter().filter(|word| !vocabulary.contains(*word));
            problems.extend(
                unknown.map(|word| format!("the permission {word:?} is not one of {words}")),
            );
        }
        problems
    }
}
