//! [`RpcRules`]: rules that were checked, found by name.

use std::{
    collections::{BTreeSet, HashMap},
    fmt,
    sync::Arc,
};

use crate::{
    config_error::ConfigError,
    policy::{
        Access, RuleLint, RulesDiff, diff, document,
        rpc::{RpcRule, RpcRulesBuilder, builder::Names, name},
    },
};

/// Rules for gRPC services: which method asks for what.
///
/// - A method is named exactly, `/package.Service/Method`, and compared byte by byte.
/// - A rule for a service is for those of its methods that no rule names.
/// - What no rule is for is denied to everybody; so are the services for health and reflection until a
///   rule opens them.
/// - A path that is not of this form is refused as
///   [`AmbiguousPath`](crate::AuthErrorKind::AmbiguousPath) before any rule is asked.
///
/// A call is found by two look-ups, however many rules there are.
///
/// # As a document
///
/// In JSON, TOML or YAML by [`serde`], or by [`from_json`](Self::from_json) and its like:
///
/// ```text
/// rules: [ { service, methods: [..], require | authenticated | open | deny } ]
/// ```
///
/// `require` is the text of a [`Requirement`](crate::Requirement), the others are `true`. The method
/// `*` is all that no rule names. What is printed by serde is read again as the same rules.
///
/// # Examples
///
/// ```
/// use tower_auth::{Access, RpcRules};
///
/// let rules = RpcRules::builder()
///     .open("/grpc.health.v1.Health/Check")
///     .method("/orders.v1.Orders/Create", "orders:write")
///     .service("orders.v1.Orders", "orders:read")
///     .build()?;
/// assert_eq!(rules.access_to("/orders.v1.Orders/Create"), &Access::from("orders:write"));
/// assert_eq!(rules.access_to("/orders.v1.Orders/List"), &Access::from("orders:read"));
/// assert_eq!(rules.access_to("/grpc.health.v1.Health/Watch"), &Access::Denied);
///
/// let same = RpcRules::from_json(
///     r#"{ "rules": [
///         { "service": "grpc.health.v1.Health", "methods": ["Check"], "open": true },
///         { "service": "orders.v1.Orders", "methods": ["Create"], "require": "orders:write" },
///         { "service": "orders.v1.Orders", "methods": ["*"], "require": "orders:read" }
///     ] }"#,
/// )?;
/// assert_eq!(same, rules);
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct RpcRules(Arc<Table>);

struct Table {
    rules: Vec<RpcRule>,
    names: Names,
}

impl RpcRules {
    /// Starts without rules.
    pub fn builder() -> RpcRulesBuilder {
        RpcRulesBuilder::default()
    }

    /// Rules in a JSON document.
    ///
    /// # Errors
    ///
    /// When the document is no rules, and everything for which they would not be built.
    pub fn from_json(text: &str) -> Result<Self, ConfigError> {
        document::from_json(text)
    }

    /// Rules in a TOML document.
    ///
    /// # Errors
    ///
    /// When the document is no rules, and everything for which they would not be built.
    #[cfg(feature = "toml")]
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        document::from_toml(text)
    }

    /// Rules in a YAML document.
    ///
    /// # Errors
    ///
    /// When the document is no rules, and everything for which they would not be built.
    #[cfg(feature = "yaml")]
    pub fn from_yaml(text: &str) -> Result<Self, ConfigError> {
        document::from_yaml(text)
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[RpcRule] {
        &self.0.rules
    }

    /// What is asked of those who call this path.
    #[must_use]
    pub fn access_to(&self, path: &str) -> &Access {
        match self.find(path) {
            Ok(Some(position)) => &self.0.rules[position].access,
            _ => &Access::Denied,
        }
    }

    /// Holds the rules against the methods that there are, by their full names: rules for what is not
    /// among them, and those among them that no rule is for.
    ///
    /// A test of one's own that calls it keeps a table complete.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{RpcRules, RuleLint};
    ///
    /// let rules = RpcRules::builder().method("/orders.v1.Orders/Crate", "orders:write").build()?;
    /// let lints = rules.lint(["/orders.v1.Orders/Create"]);
    /// assert_eq!(
    ///     lints,
    ///     [
    ///         RuleLint::UnknownMethod("/orders.v1.Orders/Crate".to_owned()),
    ///         RuleLint::Uncovered("/orders.v1.Orders/Create".to_owned()),
    ///     ],
    /// );
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[must_use]
    pub fn lint<'m>(&self, full_names: impl IntoIterator<Item = &'m str>) -> Vec<RuleLint> {
        let known: BTreeSet<&str> = full_names.into_iter().collect();
        let services: BTreeSet<&str> = known.iter().filter_map(|name| service_of(name)).collect();
        let unknown = |named: &HashMap<Box<str>, usize>, known: &BTreeSet<&str>| {
            let names = named.keys().filter(|name| !known.contains(&***name));
            names.map(|name| String::from(&**name)).collect::<BTreeSet<_>>().into_iter()
        };
        let mut lints = Vec::new();
        lints.extend(unknown(&self.0.names.methods, &known).map(RuleLint::UnknownMethod));
        lints.extend(unknown(&self.0.names.services, &services).map(RuleLint::UnknownService));
        let uncovered = known.iter().filter(|name| !matches!(self.find(name), Ok(Some(_))));
        lints.extend(uncovered.map(|name| RuleLint::Uncovered((*name).to_owned())));
        lints
    }

    /// What changes where these rules become `after`: by method, and by service for the methods that no
    /// rule names.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::RpcRules;
    ///
    /// let before = RpcRules::builder()
    ///     .method("/orders.v1.Orders/Create", "orders:write")
    ///     .service("orders.v1.Orders", "orders:read")
    ///     .build()?;
    /// let after = RpcRules::builder().service("orders.v1.Orders", "orders:read").build()?;
    /// let diff = before.diff(&after);
    /// assert_eq!(
    ///     diff.to_string(),
    ///     "- /orders.v1.Orders/Create: requires orders:write -> requires orders:read (opens)\n",
    /// );
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[must_use]
    pub fn diff(&self, after: &Self) -> RulesDiff {
        let names = |rules: &Self| -> BTreeSet<String> {
            let methods = rules.0.names.methods.keys().map(|name| String::from(&**name));
            methods.chain(rules.0.names.services.keys().map(|name| format!("/{name}/*"))).collect()
        };
        let (old, new) = (names(self), names(after));
        let entries = old.union(&new).map(|name| diff::Entry {
            what: name.clone(),
            had: old.contains(name),
            has: new.contains(name),
            before: self.access_to_named(name).clone(),
            after: after.access_to_named(name).clone(),
        });
        RulesDiff::of(entries)
    }

    pub(super) fn of(rules: Vec<RpcRule>, names: Names) -> Self {
        Self(Arc::new(Table { rules, names }))
    }

    /// The position of the rule for a path; `None` where there is none.
    pub(in crate::policy) fn find(&self, path: &str) -> Result<Option<usize>, &'static str> {
        let (service, _) = name::parts(path)?;
        let named = self.0.names.methods.get(path).or_else(|| self.0.names.services.get(service));
        Ok(named.copied())
    }

    /// What is asked by the name of a method or, where it is `/service/*`, for all others of it.
    fn access_to_named(&self, name: &str) -> &Access {
        match name.strip_suffix("/*").and_then(|service| service.strip_prefix('/')) {
            None => self.access_to(name),
            Some(service) => {
                let position = self.0.names.services.get(service);
                position.map_or(&Access::Denied, |position| &self.0.rules[*position].access)
            }
        }
    }
}

fn service_of(full_name: &str) -> Option<&str> {
    name::parts(full_name).ok().map(|(service, _)| service)
}

impl Eq for RpcRules {}

impl PartialEq for RpcRules {
    fn eq(&self, other: &Self) -> bool {
        self.0.rules == other.0.rules
    }
}

/// One rule a line.
impl fmt::Display for RpcRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.rules.iter().try_for_each(|rule| writeln!(f, "{rule}"))
    }
}

impl fmt::Debug for RpcRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RpcRules").field(&self.0.rules).finish()
    }
}
