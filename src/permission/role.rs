//! [`Roles`]: what a role grants, and which roles it includes.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    claims::ClaimPath,
    config_error::{ConfigError, Problems},
    error::AuthError,
    identity::Identity,
    permission::{ClaimMapper, Permissions, mapper},
    tenant::Tenant,
};

/// Roles with the permissions they grant, those of included roles among them.
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
pub struct Roles(Arc<BTreeMap<String, BTreeSet<Arc<str>>>>);

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
        RoleMapper { roles: self.clone(), path: ClaimPath::from(path) }
    }

    /// The permissions that a role grants, sorted; none for a role that is not known.
    pub fn permissions_of(&self, role: &str) -> impl Iterator<Item = &str> {
        self.0.get(role).into_iter().flatten().map(|permission| &**permission)
    }
}

/// The [`ClaimMapper`] of [`Roles::from_claim`].
#[derive(Clone, Debug)]
pub struct RoleMapper {
    roles: Roles,
    path: ClaimPath,
}

impl ClaimMapper for RoleMapper {
    fn permissions(
        &self,
        identity: &Identity,
        _: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        let held = mapper::entries(&self.path, identity.claims());
        Ok(held.filter_map(|role| self.roles.0.get(role)).flatten().cloned().collect())
    }
}

/// Builds [`Roles`].
#[derive(Clone, Debug, Default)]
#[must_use = "call `build`"]
pub struct RolesBuilder {
    granted: BTreeMap<String, BTreeSet<Arc<str>>>,
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

    /// Gives a role everything that another one has.
    pub fn include(mut self, role: impl Into<String>, included: impl Into<String>) -> Self {
        self.included.entry(role.into()).or_default().insert(included.into());
        self
    }

    /// Works out what each role grants in all.
    ///
    /// # Errors
    ///
    /// Every cycle of roles that include each other, every included role that nothing defines, and
    /// every empty name.
    pub fn build(self) -> Result<Roles, ConfigError> {
        let mut problems = Problems::default();
        let names: BTreeSet<&str> =
            self.granted.keys().chain(self.included.keys()).map(String::as_str).collect();
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
            let granted = inclusions.roles.iter().filter_map(|role| self.granted.get(*role));
            roles.insert((*name).to_owned(), granted.flatten().cloned().collect());
        }
        problems.finish(Roles(Arc::new(roles)))
    }

    fn check_names(&self, names: &BTreeSet<&str>, problems: &mut Problems) {
        for (role, included) in &self.included {
            for missing in included.iter().filter(|included| !names.contains(included.as_str())) {
                problems.add(format!("role {role:?} includes {missing:?}, which is not defined"));
            }
        }
        let mut permissions = self.granted.values().flatten();
        if names.contains("") || permissions.any(|permission| permission.is_empty()) {
            problems.add("the name of a role or permission is empty");
        }
    }
}

/// The roles that one role includes, itself and those it includes indirectly among them.
struct Inclusions<'b> {
    included: &'b BTreeMap<String, BTreeSet<String>>,
    path: Vec<&'b str>,
    roles: BTreeSet<&'b str>,
    cycle: Option<Vec<&'b str>>,
}

impl<'b> Inclusions<'b> {
    fn of(role: &'b str, included: &'b BTreeMap<String, BTreeSet<String>>) -> Self {
        let mut inclusions =
            Self { included, path: Vec::new(), roles: BTreeSet::new(), cycle: None };
        inclusions.visit(role);
        inclusions
    }

    fn visit(&mut self, role: &'b str) {
        if let Some(start) = self.path.iter().position(|visited| *visited == role) {
            let cycle = self.path[start..].iter().copied().chain([role]).collect();
            self.cycle.get_or_insert(cycle);
        } else if self.roles.insert(role) {
            self.path.push(role);
            for included in self.included.get(role).into_iter().flatten() {
                self.visit(included);
            }
            self.path.pop();
        }
    }
}
