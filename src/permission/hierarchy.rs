//! [`Hierarchy`]: permissions that imply others.

use std::{
    collections::{BTreeMap, BTreeSet},
    iter,
    ops::Bound,
    sync::Arc,
};

use crate::{
    config_error::{ConfigError, Problems},
    error::AuthError,
    identity::Identity,
    permission::{
        ClaimMapper, Permissions,
        inclusions::Inclusions,
        permissions::{STRAY_STAR, has_stray_star, wildcard},
        requirement::SEPARATORS,
    },
    tenant::Tenant,
};

/// Permissions that imply others: who may `write` may `read`.
///
/// What is implied is granted like anything else, and may imply more. A wildcard may be implied, and
/// it implies what the names below it do. A [denial](Permissions#denials) is of a name: who is granted
/// `admin` and denied it still has what `admin` implies; deny that as well.
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, ClaimPermissions, Hierarchy, Identity};
///
/// let hierarchy = Hierarchy::builder()
///     .levels(["admin", "write", "read"])
///     .implies("support", ["orders:read", "invoices:*"])
///     .build()?;
/// let mapper = hierarchy.over(ClaimPermissions::at("scope"));
///
/// let alice = Identity::new("alice").with_claim("scope", "orders:write support");
/// let permissions = mapper.permissions(&alice, None)?;
/// assert!(permissions.contains("orders:read") && permissions.contains("invoices:pay"));
/// assert!(!permissions.contains("orders:admin") && !permissions.contains("read"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Hierarchy(Arc<Table>);

#[derive(Debug)]
struct Table {
    implied: BTreeMap<String, BTreeSet<String>>,
    /// Each from the highest level to the lowest one.
    levels: Vec<Vec<String>>,
}

impl Hierarchy {
    /// Starts with no permission that implies another.
    pub fn builder() -> HierarchyBuilder {
        HierarchyBuilder::default()
    }

    /// A mapper that adds what is implied to what another one says.
    pub fn over<M: ClaimMapper>(&self, mapper: M) -> HierarchyMapper<M> {
        HierarchyMapper { hierarchy: self.clone(), mapper }
    }

    /// The permissions with what they imply.
    #[must_use]
    pub fn expand(&self, permissions: Permissions) -> Permissions {
        let mut all = BTreeSet::new();
        let mut new: Vec<Arc<str>> = permissions.granted().cloned().collect();
        while let Some(name) = new.pop() {
            if !all.contains(&name) {
                self.0.add_implied(&name, &mut new);
                all.insert(name);
            }
        }
        permissions.with_granted(all)
    }
}

impl Table {
    fn add_implied(&self, name: &str, implied: &mut Vec<Arc<str>>) {
        let mut add = |names: &BTreeSet<String>| {
            implied.extend(names.iter().map(|name| Arc::from(name.as_str())));
        };
        if let Some(prefix) = wildcard(name) {
            let from_prefix = (Bound::Excluded(prefix), Bound::Unbounded);
            let below = self.implied.range::<str, _>(from_prefix);
            below
                .take_while(|(name, _)| name.starts_with(prefix))
                .for_each(|(_, names)| add(names));
            return;
        }
        self.implied.get(name).into_iter().for_each(add);
        let last = name.rfind(SEPARATORS).map_or(0, |separator| separator + 1);
        let (scope, word) = name.split_at(last);
        for levels in &self.levels {
            let lower = levels.iter().skip_while(|level| *level != word).skip(1);
            implied.extend(lower.map(|level| format!("{scope}{level}").into()));
        }
    }

    /// What is implied by each name that is written somewhere, and by what follows from those.
    fn edges(&self) -> BTreeMap<String, BTreeSet<String>> {
        let named = self.implied.iter().flat_map(|(name, implied)| iter::once(name).chain(implied));
        let named = self.levels.iter().flatten().chain(named);
        let mut new: Vec<Arc<str>> = named.map(|name| Arc::from(name.as_str())).collect();
        let mut edges = BTreeMap::new();
        while let Some(name) = new.pop() {
            if !edges.contains_key(&*name) {
                let mut implied = Vec::new();
                self.add_implied(&name, &mut implied);
                let names = implied.iter().map(ToString::to_string).collect();
                edges.insert(name.to_string(), names);
                new.extend(implied);
            }
        }
        edges
    }

    fn find_circles(&self, problems: &mut Problems) {
        let edges = self.edges();
        let mut in_circles = BTreeSet::new();
        for name in edges.keys() {
            if let Some(circle) = Inclusions::of(name, &edges).cycle
                && !circle.iter().any(|name| in_circles.contains(name))
            {
                problems.add(format!("permissions imply each other: {}", circle.join(" -> ")));
                in_circles.extend(circle);
            }
        }
    }
}

/// The [`ClaimMapper`] of [`Hierarchy::over`].
#[derive(Clone, Debug)]
pub struct HierarchyMapper<M> {
    hierarchy: Hierarchy,
    mapper: M,
}

impl<M: ClaimMapper> ClaimMapper for HierarchyMapper<M> {
    fn permissions(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        Ok(self.hierarchy.expand(self.mapper.permissions(identity, tenant)?))
    }

    fn is_pure(&self) -> bool {
        self.mapper.is_pure()
    }
}

/// Builds a [`Hierarchy`].
#[derive(Clone, Debug, Default)]
#[must_use = "call `build`"]
pub struct HierarchyBuilder {
    implied: BTreeMap<String, BTreeSet<String>>,
    levels: Vec<Vec<String>>,
}

impl HierarchyBuilder {
    /// A permission implies others, in addition to those that it implies already.
    pub fn implies<P: Into<String>>(
        mut self,
        permission: impl Into<String>,
        implied: impl IntoIterator<Item = P>,
    ) -> Self {
        let names = self.implied.entry(permission.into()).or_default();
        names.extend(implied.into_iter().map(Into::into));
        self
    }

    /// Words of which each implies those behind it, alone and at the end of any name: with `admin`,
    /// `write` and `read`, `orders:admin` implies `orders:write` and `orders:read`.
    pub fn levels<W: Into<String>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.levels.push(words.into_iter().map(Into::into).collect());
        self
    }

    /// Checks what implies what.
    ///
    /// # Errors
    ///
    /// Every circle, also one that goes by levels within a scope or by a wildcard; every empty name, a wildcard that implies something, a `*` that is no
    /// [wildcard](Permissions#wildcards), and a level with a `*`, a `:`, a `.` or a `/`.
    pub fn build(self) -> Result<Hierarchy, ConfigError> {
        let mut problems = Problems::default();
        for name in self.implied.keys().filter(|name| name.contains('*')) {
            problems.add(format!("{name:?} implies something: only what it grants can do that"));
        }
        for name in self.implied.values().flatten().filter(|name| has_stray_star(name)) {
            problems.add(format!("permission {name:?}: {STRAY_STAR}"));
        }
        let words = || self.levels.iter().flatten();
        for word in words().filter(|word| word.contains('*') || word.contains(SEPARATORS)) {
            problems.add(format!("level {word:?}: it is the last part of a name"));
        }
        let names = self.implied.keys().chain(self.implied.values().flatten());
        if names.chain(words()).any(String::is_empty) {
            problems.add("the name of a permission is empty");
        }
        let table = Table { implied: self.implied, levels: self.levels };
        table.find_circles(&mut problems);
        problems.finish(Hierarchy(Arc::new(table)))
    }
}
