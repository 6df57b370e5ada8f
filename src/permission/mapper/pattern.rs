//! [`ClaimPattern`]: a regular expression and what is made of what it finds.

use regex::{Captures, Regex, RegexBuilder};

use crate::{
    config_error::{ConfigError, Problems},
    tenant::Tenant,
};

/// A regular expression with named groups, and the template of a permission that they fill.
///
/// The expression is compiled once, when the mapper is set up, by an engine whose time grows with the
/// length of the text and not faster. It must fit the whole element, with or without `^` and `$`: one that is
/// found somewhere within is a hole that `orders-admin` in `not-orders-admin` falls through.
///
/// A group of the name `tenant` must be the [`Tenant`] of the request, compared exactly; elements of
/// other tenants are passed over. An element that does not fit is malformed, and so is one where a group
/// of the template took no part.
///
/// It may be 1,024 bytes long and take 256 KiB when it is compiled, which bounds the time for an element.
/// In `{1,64}` each repetition takes room, and `\w` is every letter of every script: `[A-Za-z0-9_]`
/// takes a hundredth of it.
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimMapper, ClaimPattern, ClaimPermissions, Identity, Tenant};
///
/// let pattern = ClaimPattern::new(
///     r"app/(?<tenant>[a-z]+)/(?<area>[a-z]+)-(?<right>read|write)",
///     "{area}:{right}",
/// )?;
/// let mapper = ClaimPermissions::at("groups").matching(pattern);
///
/// let alice = Identity::new("alice").with_claim("groups", vec!["app/acme/orders-write"]);
/// let permissions = mapper.permissions(&alice, Some(&Tenant::new("acme")?))?;
/// assert!(permissions.contains("orders:write"));
///
/// let error = ClaimPattern::new("(?<area>[a-z]+", "{area}").unwrap_err();
/// assert!(error.to_string().contains("unclosed group"), "{error}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClaimPattern {
    whole: Regex,
    /// The same where it may begin and end within the element.
    within: Regex,
    template: Vec<Part>,
    /// The group of the tenant.
    tenant: Option<usize>,
    may_be_within: bool,
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Part {
    Literal(String),
    Group {
        name: String,
        /// Where it is among the groups of the expression.
        index: usize,
    },
}

impl Part {
    fn find(&mut self, regex: &Regex) {
        if let Self::Group { name, index } = self {
            *index = group_of(regex, name).unwrap_or_default();
        }
    }
}

/// What a pattern makes of an element.
pub(super) enum Fit {
    Name {
        text: String,
        /// Bytes at the beginning that are the template's.
        configured: usize,
    },
    OtherTenant,
    None,
}

impl ClaimPattern {
    /// Bytes of the longest expression.
    const MAX_LENGTH: usize = 1_024;

    /// Bytes that a compiled one may take.
    const MAX_SIZE: usize = 256 * 1024;

    /// Groups within groups.
    const MAX_NESTING: u32 = 32;

    /// A pattern of this expression, for permissions of this template: `{area}` in it is what the group
    /// `area` found.
    ///
    /// # Errors
    ///
    /// All that is wrong: an expression that is broken, too long or too large; a template that is empty,
    /// has a `*` or a brace that is not closed, or names a group that the expression has not.
    pub fn new(expression: &str, template: &str) -> Result<Self, ConfigError> {
        let mut problems = Problems::default();
        let mut template = parts(template, &mut problems);
        let compiled = compiled(expression).inspect_err(|problem| problems.add(problem)).ok();
        let pattern = compiled.map(|(whole, within)| {
            for part in &mut template {
                part.find(&whole);
            }
            let tenant = group_of(&whole, "tenant");
            Self { whole, within, template, tenant, may_be_within: false }
        });
        for group in pattern.iter().flat_map(Self::missing_groups) {
            problems.add(format!("the expression {expression:?} has no group {group:?}"));
        }
        problems.finish_with(pattern)
    }

    /// A pattern of elements that the Temporal server reads by its `permissionsRegex`: the groups are
    /// `namespace` and `role`. For [`TemporalPermissions`](crate::TemporalPermissions).
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new). The server falls back to elements with a colon where a group is
    /// missing or the expression is broken; here that is an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{ClaimPattern, ClaimPermissions, TemporalPermissions};
    ///
    /// let pattern = ClaimPattern::temporal(r"^(?P<role>\w+):(?P<namespace>[\w-]+)$")?;
    /// let mapper = TemporalPermissions::of(ClaimPermissions::at("roles").matching(pattern));
    /// assert!(ClaimPattern::temporal(r"(?P<role>\w+):(\w+)").is_err());
    /// # let _ = mapper;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn temporal(expression: &str) -> Result<Self, ConfigError> {
        Self::new(expression, "{namespace}:{role}")
    }

    /// Takes what is found first anywhere in an element, as Temporal does.
    ///
    /// Anchor the expression then, or be sure that nobody chooses what stands around what is meant.
    #[must_use]
    pub const fn allow_partial_matches(mut self) -> Self {
        self.may_be_within = true;
        self
    }

    /// The groups that the template names and the expression has not.
    fn missing_groups(&self) -> impl Iterator<Item = &str> {
        let groups = self.template.iter().filter_map(|part| match part {
            Part::Group { name, .. } => Some(name.as_str()),
            Part::Literal(_) => None,
        });
        groups.filter(|group| group_of(&self.whole, group).is_none())
    }

    pub(super) fn fit(&self, element: &str, tenant: Option<&Tenant>) -> Fit {
        let regex = if self.may_be_within { &self.within } else { &self.whole };
        let Some(groups) = regex.captures(element) else { return Fit::None };
        if let Some(group) = self.tenant {
            let named = groups.get(group).map(|tenant| tenant.as_str());
            if named.is_none() || named != tenant.map(Tenant::as_str) {
                return Fit::OtherTenant;
            }
        }
        self.filled(&groups).unwrap_or(Fit::None)
    }

    fn filled(&self, groups: &Captures<'_>) -> Option<Fit> {
        let mut text = String::with_capacity(64);
        for part in &self.template {
            text.push_str(match part {
                Part::Literal(literal) => literal,
                Part::Group { index, .. } => groups.get(*index)?.as_str(),
            });
        }
        let configured = match self.template.first() {
            Some(Part::Literal(literal)) => literal.len(),
            _ => 0,
        };
        Some(Fit::Name { text, configured })
    }
}

/// The expression for whole elements, and as it is.
fn compiled(expression: &str) -> Result<(Regex, Regex), String> {
    if expression.len() > ClaimPattern::MAX_LENGTH {
        return Err(format!("an expression of {} bytes: 1,024 at most", expression.len()));
    }
    let compile = |expression: &str| {
        RegexBuilder::new(expression)
            .size_limit(ClaimPattern::MAX_SIZE)
            .nest_limit(ClaimPattern::MAX_NESTING)
            .build()
    };
    // By itself first, so that no bracket in it closes the one that is put around it.
    let within = compile(expression);
    let both = within.and_then(|within| Ok((compile(&format!(r"\A(?:{expression})\z"))?, within)));
    both.map_err(|error| format!("the expression {expression:?}: {error}"))
}

/// The groups of both expressions have the same places: what is put around one is no group.
fn group_of(regex: &Regex, group: &str) -> Option<usize> {
    regex.capture_names().position(|name| name == Some(group))
}

fn parts(template: &str, problems: &mut Problems) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((literal, after)) = rest.split_once('{') {
        let Some((group, after)) = after.split_once('}') else {
            problems.add(format!("the template {template:?}: a brace is not closed"));
            return parts;
        };
        parts.push(Part::Literal(literal.to_owned()));
        parts.push(Part::Group { name: group.to_owned(), index: 0 });
        rest = after;
    }
    parts.push(Part::Literal(rest.to_owned()));
    parts.retain(|part| *part != Part::Literal(String::new()));
    if parts.is_empty() {
        problems.add("a template that is empty grants nothing");
    }
    if template.contains('*') {
        problems.add(format!("the template {template:?}: no `*`, name the permissions"));
    }
    parts
}
