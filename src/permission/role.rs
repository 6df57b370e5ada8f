//! [`Roles`]: what a role grants, and which roles it includes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    config_error::{ConfigError, Problems},
    error::AuthError,
    identity::Identity,
    permission::{
        ClaimMapper, ClaimPermissions, Permissions,
        inclusions::Inclusions,
        mapper::MAX_LENGTH,
        permissions::{STRAY_STAR, has_stray_star},
    },
    tenant::Tenant,
};

/// Roles with the permissions they grant, those of included roles among them.
///
/// A role may grant [wildcards](Permissions#wildcards), and it may deny: whoever has the role does not
/// hold what it denies, whatever other roles grant.
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, Identity, Roles};
///
/// let roles = Roles::builder()
///     .grant("viewer", ["orders:read"])
///     .grant("editor", ["orders:write"])
///     .include("editor", "viewer")
///     .build()?;
///
/// let alice = Identity::new("alice").with_claim("roles", vec!["editor"]);
/// let permissions = roles.from_claim("roles").permissions(&alice, None)?;
/// assert!(permissions.contains("orders:read") && permissions.contains("orders:write"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Roles(Arc<BTreeMap<String, Role>>);

/// What a role grants and denies, with the roles that it includes.
#[derive(Debug)]
struct Role {
    granted: BTreeSet<Arc<str>>,
    denied: BTreeSet<Arc<str>>,
}

impl Roles {
    /// Starts without roles.
    pub fn builder() -> RolesBuilder {
        RolesBuilder::default()
    }

    /// A mapper that takes the roles from a claim: an array of strings, or a space-separated string.
    ///
    /// Roles are compared exactly; one that is not known grants nothing.
    #[must_use]
    pub fn from_claim(&self, path: &str) -> RoleMapper {
        // What a role is called is nobody's permission.
        self.over(ClaimPermissions::at(path).allow_reserved_prefixes().allow_wildcards())
    }

    /// A mapper that takes what another one grants for names of roles: elements of several claims,
    /// groups that have been [renamed](ClaimPermissions::renamed), what is left of a prefix.
    ///
    /// Only what these roles grant is granted. Where the other mapper grants
    /// [everything](Permissions::everything), that is no role.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, ClaimPermissions, Identity, Roles};
    ///
    /// let roles = Roles::builder().grant("editor", ["orders:write"]).build()?;
    /// let mapper = roles.over(ClaimPermissions::at("groups").stripped_of("orders-"));
    ///
    /// let alice = Identity::new("alice").with_claim("groups", vec!["orders-editor", "editor"]);
    /// assert!(mapper.permissions(&alice, None)?.contains("orders:write"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn over<M: ClaimMapper>(&self, mapper: M) -> RoleMapper<M> {
        RoleMapper { roles: self.clone(), mapper }
    }

    /// The permissions that a role grants, sorted, whatever is denied; none for a role that is not known.
    pub fn permissions_of(&self, role: &str) -> impl Iterator<Item = &str> {
        self.0.get(role).into_iter().flat_map(|role| &role.granted).map(|permission| &**permission)
    }
}

/// The [`ClaimMapper`] of [`Roles::from_claim`] and [`Roles::over`].
#[derive(Clone, Debug)]
pub struct RoleMapper<M = ClaimPermissions> {
    roles: Roles,
    mapper: M,
}

impl<M: ClaimMapper> ClaimMapper for RoleMapper<M> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let names = self.mapper.permissions(identity, tenant)?;
        let held: Vec<_> = names.iter().filter_map(|role| self.roles.0.get(role)).collect();
        let granted = held.iter().flat_map(|role| &role.granted).cloned();
        let denied = held.iter().flat_map(|role| &role.denied).cloned();
        Ok(Permissions::of(granted, denied))
    }

    fn is_pure(&self) -> bool {
        self.mapper.is_pure()
    }
}

/// Builds [`Roles`].
#[derive(Clone, Debug, Default)]
#[must_use = "call `build`"]
pub struct RolesBuilder {
    granted: BTreeMap<String, BTreeSet<Arc<str>>>,
    denied: BTreeMap<String, BTreeSet<Arc<str>>>,
    included: BTreeMap<String, BTreeSet<String>>,
}

impl RolesBuilder {
    /// Grants permissions to a role, in addition to those granted before.
    pub fn grant<P: Into<Arc<str>>>(
        mut self,
        role: impl Into<String>,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.granted
            .entry(role.into())
            .or_default()
            .extend(permissions.into_iter().map(Into::into));
        self
    }

    /// Denies permissions to whoever has a role or one that includes it, whatever grants them: see
    /// [`Permissions::with_denied`].
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimMapper, Identity, Roles};
    ///
    /// let roles = Roles::builder()
    ///     .grant("clerk", ["orders:*"])
    ///     .deny("trainee", ["orders:delete"])
    ///     .build()?
    ///     .from_claim("roles");
    ///
    /// let alice = Identity::new("alice").with_claim("roles", vec!["clerk", "trainee"]);
    /// let permissions = roles.permissions(&alice, None)?;
    /// assert!(permissions.contains("orders:write") && !permissions.contains("orders:delete"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deny<P: Into<Arc<str>>>(
        mut self,
        role: impl Into<String>,
        permissions: impl IntoIterator<Item = P>,
    ) -> Self {
        self.denied.entry(role.into()).or_default().extend(permissions.into_iter().map(Into::into));
        self
    }

    /// Gives a role everything that another one has, and denies it what that one denies.
    pub fn include(mut self, role: impl Into<String>, included: impl Into<String>) -> Self {
        self.included.entry(role.into()).or_default().insert(included.into());
        self
    }

    /// Works out what each role grants in all.
    ///
    /// # Errors
    ///
    /// Every cycle of roles that include each other, every included role that nothing defines, every
    /// empty name, every role of more than 256 bytes, and every permission with a `*` that is no
    /// [wildcard](Permissions#wildcards).
    pub fn build(self) -> Result<Roles, ConfigError> {
        let mut problems = Problems::default();
        let keys = self.granted.keys().chain(self.denied.keys()).chain(self.included.keys());
        let names: BTreeSet<&str> = keys.map(String::as_str).collect();
        self.check_names(&names, &mut problems);
        let mut roles = BTreeMap::new();
        let mut in_cycles = BTreeSet::new();
        for name in &names {
            let inclusions = Inclusions::of(name, &self.included);
            // A cycle is met from each of its roles and is reported once.
            if let Some(cycle) = inclusions.cycle
                && !cycle.iter().any(|role| in_cycles.contains(role))
            {
                problems.add(format!("roles include each other: {}", cycle.join(" -> ")));
                in_cycles.extend(cycle);
            }
            let of = |names: &BTreeMap<String, BTreeSet<Arc<str>>>| {
                inclusions
                    .names
                    .iter()
                    .filter_map(|role| names.get(*role))
                    .flatten()
                    .cloned()
                    .collect()
            };
            let role = Role { granted: of(&self.granted), denied: of(&self.denied) };
            roles.insert((*name).to_owned(), role);
        }
        problems.finish(Roles(Arc::new(roles)))
    }

    fn check_names(&self, names: &BTreeSet<&str>, problems: &mut Problems) {
        for (role, included) in &self.included {
            for missing in included.iter().filter(|included| !names.contains(included.as_str())) {
                problems.add(format!("role {role:?} includes {missing:?}, which is not defined"));
            }
        }
        for role in names.iter().filter(|role| role.len() > MAX_LENGTH) {
            problems.add(format!("role {role:?} is longer than {MAX_LENGTH} bytes: nobody has it"));
        }
        let permissions = || self.granted.values().chain(self.denied.values()).flatten();
        if names.contains("") || permissions().any(|permission| permission.is_empty()) {
            problems.add("the name of a role or permission is empty");
        }
        for permission in permissions().filter(|permission| has_stray_star(permission)) {
            problems.add(format!("permission {permission:?}: {STRAY_STAR}"));
        }
    }
}
