//! [`RoleRules`]: roles grant permissions in categories.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use crate::{
    claims::ClaimPath,
    error::AuthError,
    evidence::ask_anonymous_to_log_in,
    identity::Identity,
    impersonation::ImpersonationRules,
    permission::{
        ClaimMapper, Permissions, mapper,
        rules::{PermissionMap, RoleRule, RoleRulesBuilder, role_rule::GLOBAL},
    },
    tenant::{Tenant, TenantMembership},
};

/// Rules that grant permissions to roles, in some categories or everywhere: a [`ClaimMapper`].
///
/// The semantics are those of the rules of Nussknacker:
///
/// - Who has any permission in a category belongs to it: rules are a
///   [`TenantMembership`].
/// - Administrators and those with the *global* permission `Impersonate`, in any case, may act as others,
///   and nobody as an administrator: rules are [`ImpersonationRules`]. A
///   permission of categories with that name gives no such right.
/// - All rules for the roles of a caller add up. Roles are compared without regard to case; a role
///   that no rule names grants nothing. A caller without any role is refused.
/// - The category is the [`Tenant`] that the request acts for, compared exactly. Where a request
///   has none, only global permissions count.
/// - A permission implies no other: those who may `Write` may not `Read` by that.
/// - Global permissions are named apart: `AdminTab` is the permission `global:AdminTab`.
/// - Who holds the role of an [admin](RoleRule::admin) rule may do [everything](Permissions::everything).
///   Where somebody else acts in the name of an administrator, it is only what the rules and the
///   vocabulary name.
///
/// Roles differ in case when they are equal after each of their characters is made lower case. That
/// is narrower than what some systems do: `ı` is not `I`.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the caller has no role | 403 | `PERMISSION_DENIED` |
/// | the caller has no role and is anonymous | 401 | `UNAUTHENTICATED` |
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, Identity, RoleRules, RoleRule, Tenant};
///
/// let rules = RoleRules::builder()
///     .rule(
///         RoleRule::new("Writer")
///             .with_categories(["Fraud"])
///             .with_permissions(["Read", "Write"])
///             .with_global_permissions(["AdminTab"]),
///     )
///     .rule(RoleRule::admin("Admin"))
///     .build()?;
///
/// let alice = Identity::new("alice").with_claim("roles", vec!["writer"]);
/// let permissions = rules.permissions(&alice, Some(&Tenant::new("Fraud")?))?;
/// assert!(permissions.contains("Write") && permissions.contains("global:AdminTab"));
///
/// let permissions = rules.permissions(&alice, Some(&Tenant::new("Marketing")?))?;
/// assert!(!permissions.contains("Write") && permissions.contains("global:AdminTab"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct RoleRules {
    table: Arc<Table>,
    paths: Arc<[ClaimPath]>,
}

impl RoleRules {
    /// The claim that roles are taken from where no other is set.
    pub const DEFAULT_CLAIM: &'static str = "roles";

    /// Starts without rules.
    pub fn builder() -> RoleRulesBuilder {
        RoleRulesBuilder::default()
    }

    /// The same rules for roles in another claim than `roles`: an array of strings, or a
    /// space-separated string.
    #[must_use]
    pub fn from_claim(&self, path: &str) -> Self {
        self.from_claims([path])
    }

    /// The same rules for the roles in several claims, which add up.
    #[must_use]
    pub fn from_claims<'p>(&self, paths: impl IntoIterator<Item = &'p str>) -> Self {
        let paths = paths.into_iter().map(ClaimPath::from).collect();
        Self { table: Arc::clone(&self.table), paths }
    }

    /// Whether a role of the identity is that of an [admin](RoleRule::admin) rule.
    ///
    /// Nobody is an administrator while somebody else acts in their name.
    #[must_use]
    pub fn is_admin(&self, identity: &Identity) -> bool {
        self.matching(identity).is_some_and(|rules| rules.is_admin()) && !acts_for_another(identity)
    }

    /// What the identity may do in each category, for those who show it.
    #[must_use]
    pub fn permission_map(&self, identity: &Identity) -> PermissionMap {
        let Some(rules) = self.matching(identity) else { return PermissionMap::default() };
        let mut map = PermissionMap { is_admin: self.is_admin(identity), ..<_>::default() };
        for global in rules.iter().flat_map(|rule| &rule.global_permissions) {
            if !map.global_permissions.contains(global) {
                map.global_permissions.push(global.clone());
            }
        }
        if rules.is_admin() && !map.is_admin {
            let categories = self.table.rules.iter().flat_map(|rule| &rule.rule.categories);
            let words = &self.table.words;
            map.categories = categories.map(|name| (name.clone(), words.clone())).collect();
        } else if !map.is_admin {
            for rule in rules.iter().filter(|rule| !rule.permissions.is_empty()) {
                for category in &rule.categories {
                    let held = map.categories.entry(category.clone()).or_default();
                    held.extend(rule.permissions.iter().cloned());
                }
            }
        }
        map
    }

    pub(super) fn of(table: Arc<Table>) -> Self {
        Self { table, paths: Arc::new([Self::DEFAULT_CLAIM.into()]) }
    }

    /// The rules for the roles of an identity, in their order; `None` where it has no role.
    fn matching(&self, identity: &Identity) -> Option<Matching<'_>> {
        let entries = |path| mapper::entries(path, identity.claims());
        let mut roles = self.paths.iter().flat_map(entries).peekable();
        roles.peek()?;
        let positions = roles.filter_map(|role| self.table.positions.get(&folded(role))).flatten();
        Some(Matching { rules: &self.table.rules, positions: positions.copied().collect() })
    }
}

impl ClaimMapper for RoleRules {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let Some(rules) = self.matching(identity) else {
            let error = AuthError::permission_denied("the caller has no role");
            return Err(ask_anonymous_to_log_in(error, identity));
        };
        Ok(match (rules.is_admin(), acts_for_another(identity)) {
            (true, false) => Permissions::everything(),
            (true, true) => self.table.everything_named(tenant).collect(),
            (false, _) => rules.compiled().flat_map(|rule| rule.granted(tenant)).collect(),
        })
    }

    /// Whether somebody acts for the identity is not kept, and neither are the permissions then.
    fn is_pure(&self) -> bool {
        true
    }
}

/// Who has any permission in a category belongs to it; administrators belong to all.
impl TenantMembership for RoleRules {
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool {
        let Some(rules) = self.matching(identity) else { return false };
        rules.is_admin() || rules.compiled().any(|rule| rule.permissions_in(tenant).is_some())
    }
}

/// Administrators, and who has the global permission `Impersonate` (in any case), may act as others;
/// nobody may act as an administrator.
impl ImpersonationRules for RoleRules {
    fn may_impersonate(&self, caller: &Identity) -> bool {
        let Some(rules) = self.matching(caller) else { return false };
        let mut global = rules.iter().flat_map(|rule| &rule.global_permissions);
        self.is_admin(caller) || global.any(|name| name.eq_ignore_ascii_case("Impersonate"))
    }

    fn is_protected(&self, target: &Identity) -> bool {
        self.matching(target).is_some_and(|rules| rules.is_admin())
    }
}

/// Whether the identity is that of somebody in whose name another one acts.
fn acts_for_another(identity: &Identity) -> bool {
    identity.impersonator().is_some()
}

/// Rules that were checked, found by role.
#[derive(Debug)]
pub(super) struct Table {
    rules: Vec<Compiled>,
    /// Positions of rules by the folded name of their role.
    positions: HashMap<String, Vec<usize>>,
    /// Every permission of categories that the vocabulary or a rule names.
    words: BTreeSet<String>,
}

/// A rule, and the names it grants as [`Permissions`] hold them.
#[derive(Debug)]
struct Compiled {
    rule: RoleRule,
    permissions: Vec<Arc<str>>,
    global_permissions: Vec<Arc<str>>,
}

impl Table {
    pub(super) fn new(rules: Vec<RoleRule>, vocabulary: BTreeSet<String>) -> Self {
        let mut positions = HashMap::<_, Vec<usize>>::with_capacity(rules.len());
        let mut words = vocabulary;
        // No global permission is a word of categories, whatever a vocabulary says.
        words.retain(|word| !word.starts_with(GLOBAL));
        for (position, rule) in rules.iter().enumerate() {
            positions.entry(folded(&rule.role)).or_default().push(position);
            words.extend(rule.permissions.iter().cloned());
        }
        Self { rules: rules.into_iter().map(Compiled::from).collect(), positions, words }
    }

    fn everything_named(&self, tenant: Option<&Tenant>) -> impl Iterator<Item = Arc<str>> {
        let words = tenant.map(|_| self.words.iter().map(|word| Arc::from(word.as_str())));
        let global = self.rules.iter().flat_map(|rule| rule.global_permissions.iter().cloned());
        words.into_iter().flatten().chain(global)
    }
}

impl Compiled {
    /// None where there is none.
    fn permissions_in(&self, tenant: &Tenant) -> Option<&Vec<Arc<str>>> {
        let counts = self.rule.categories.contains(tenant.as_str()) && !self.permissions.is_empty();
        counts.then_some(&self.permissions)
    }

    fn granted(&self, tenant: Option<&Tenant>) -> impl Iterator<Item = Arc<str>> {
        let of_category = tenant.and_then(|tenant| self.permissions_in(tenant));
        of_category.into_iter().flatten().chain(&self.global_permissions).cloned()
    }
}

impl From<RoleRule> for Compiled {
    fn from(rule: RoleRule) -> Self {
        let global = rule.global_permissions.iter().map(|name| format!("{GLOBAL}{name}").into());
        Self {
            permissions: rule.permissions.iter().map(|name| Arc::from(name.as_str())).collect(),
            global_permissions: global.collect(),
            rule,
        }
    }
}

/// The rules that count for an identity, in their order and each once.
struct Matching<'r> {
    rules: &'r [Compiled],
    positions: BTreeSet<usize>,
}

impl<'r> Matching<'r> {
    fn compiled(&self) -> impl Iterator<Item = &'r Compiled> {
        self.positions.iter().map(|position| &self.rules[*position])
    }

    fn iter(&self) -> impl Iterator<Item = &'r RoleRule> {
        self.compiled().map(|compiled| &compiled.rule)
    }

    fn is_admin(&self) -> bool {
        self.iter().any(RoleRule::is_admin)
    }
}

/// Character by character: what a whole word becomes depends on its end (`Σ`), and two names that
/// differ there are not one.
fn folded(role: &str) -> String {
    role.chars().flat_map(char::to_lowercase).collect()
}
