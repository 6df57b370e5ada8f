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
        RoleMapper {
            roles: self.clone(),
            path: ClaimPath::from(path),
        }
    }

    /// The permissions that a role grants, sorted; none for a role that is not known.
    pub fn permissions_of(&self, role: &str) -> impl Iterator<Item = &str> {
        self.0
            .get(role)
            .into_iter()
            .flatten()
            .map(|permission| &**permission)
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
        Ok(held
            .filter_map(|role| self.roles.0.get(role))
            .flatten()
            .cloned()
            .collect())
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
        self.included
            .entry(role.into())
            .or_default()
            .insert(included.into());
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
        let names: BTreeSet<&String> = self.granted.keys().chain(self.included.keys()).collect();
        for (role, included) in &self.included {
            for missing in included.iter().filter(|included| !names.contains(included)) {
                problems.add(format!(
                    "role {role:?} includes {missing:?}, which is not defined"
                ));
            }
        }
        if names.iter().any(|name| name.is_empty())
            || self
                .granted
                .values()
                .flatten()
                .any(|permission| permission.is_empty())
        {
            problems.add("the name of a role or permission is empty");
        }
        let mut reported = BTreeSet::new();
        let mut roles = BTreeMap::new();
        for name in &names {
            let mut closure = Closure {
                of: &self,
                path: Vec::new(),
                cycle: None,
                seen: BTreeSet::new(),
            };
            closure.visit(name);
            match closure.cycle {
                Some(cycle) if reported.is_disjoint(&cycle.iter().copied().collect()) => {
                    problems.add(format!("roles include each other: {}", cycle.join(" -> ")));
                    reported.extend(cycle);
                }
                _ => {}
            }
            let granted = closure
                .seen
                .iter()
                .filter_map(|role| self.granted.get(*role));
            roles.insert((*name).clone(), granted.flatten().cloned().collect());
        }
        problems.finish(Roles(Arc::new(roles)))
    }
}

/// The roles that one role includes, directly or not.
struct Closure<'b> {
    of: &'b RolesBuilder,
    path: Vec<&'b str>,
    cycle: Option<Vec<&'b str>>,
    seen: BTreeSet<&'b str>,
}

impl<'b> Closure<'b> {
    fn visit(&mut self, role: &'b str) {
        if let Some(start) = self.path.iter().position(|visited| *visited == role) {
            let cycle = self.path[start..].iter().copied().chain([role]).collect();
            self.cycle.get_or_insert(cycle);
            return;
        }
        if !self.seen.insert(role) {
            return;
        }
        self.path.push(role);
        for included in self.of.included.get(role).into_iter().flatten() {
            self.visit(included);
        }
        self.path.pop();
    }
}
