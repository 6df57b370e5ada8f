//! [`Requirement`]: permissions, joined by `and`, `or` and `not`.

use std::{
    slice,
    sync::{Arc, OnceLock},
};

use crate::{
    config_error::{ConfigError, Problems},
    permission::{
        Permissions,
        requirement::{compiled::Compiled, name::Name, text},
    },
};

/// What a caller must hold: one permission, all of several requirements, any of them, or none.
///
/// - An empty list is never met, neither by [`all`] nor by [`any`], and not by [`not`] around it: it
///   is more often a list that was lost on the way than a wish to let everyone in. The same is so for
///   the empty name.
/// - A requirement names permissions one by one. Wildcards are for what is granted, see
///   [`Permissions`]; a `*` in a requirement is a [problem](Self::validate).
/// - [`not`] is met by those to whom a permission was *not granted*. Who holds
///   [everything](Permissions::everything) does not meet it, and neither does one to whom the
///   permission was granted and [denied](Permissions::with_denied): a denial never opens anything.
///
/// # As text
///
/// `orders:write and (eu or admin)`: [`parse`](Self::parse) reads it, `Display` prints it.
///
/// # Examples
///
/// ```
/// use tower_auth::{Permissions, Requirement, all, any, not};
///
/// let requirement = any(["admin".into(), all(["orders:read", "orders:write"])]);
/// assert_eq!(requirement.to_string(), "admin or (orders:read and orders:write)");
///
/// let clerk: Permissions = ["orders:read", "orders:write"].into_iter().collect();
/// let guest: Permissions = ["orders:read"].into_iter().collect();
/// assert!(requirement.is_met_by(&clerk));
/// assert!(!requirement.is_met_by(&guest));
///
/// let chained = Requirement::from("orders:read").and("orders:write").or("admin");
/// assert_eq!(chained.to_string(), "(orders:read and orders:write) or admin");
///
/// let unless = Requirement::from("orders:read").and(not("contractor"));
/// assert!(unless.is_met_by(&guest) && !unless.is_met_by(&Permissions::everything()));
/// ```
#[derive(Clone, Eq, PartialEq)]
pub struct Requirement(Arc<Expression>);

struct Expression {
    node: Node,
    /// Levels below this one.
    depth: usize,
    /// Names and lists in all, each as often as it is reached.
    size: usize,
    has_parameters: bool,
    /// How it is asked where it was prepared.
    compiled: OnceLock<Compiled>,
}

#[derive(Eq, PartialEq)]
pub(super) enum Node {
    One(Name),
    All(Vec<Requirement>),
    Any(Vec<Requirement>),
    Not(Requirement),
    /// It was too deep or too large to be kept.
    Beyond(&'static str),
}

/// Met by those who meet every one of the requirements; never by an empty list.
pub fn all<R: Into<Requirement>>(requirements: impl IntoIterator<Item = R>) -> Requirement {
    Requirement::of_list(requirements, Node::All)
}

/// Met by those who meet at least one of the requirements; never by an empty list.
pub fn any<R: Into<Requirement>>(requirements: impl IntoIterator<Item = R>) -> Requirement {
    Requirement::of_list(requirements, Node::Any)
}

/// Met by those to whom what the requirement names was not granted: they could not meet it even if
/// nothing were denied them.
///
/// What is never met is not met in the negative either: an empty list, the empty name, a name with a
/// problem.
///
/// # Examples
///
/// ```
/// use tower_auth::{Permissions, not};
///
/// let requirement = not("contractor");
/// assert!(requirement.is_met_by(&Permissions::default()));
/// assert!(!requirement.is_met_by(&["contractor"].into_iter().collect()));
/// assert!(!requirement.is_met_by(&Permissions::everything()));
/// assert_eq!(requirement.to_string(), "not contractor");
/// ```
pub fn not(requirement: impl Into<Requirement>) -> Requirement {
    Requirement::of(Node::Not(requirement.into()))
}

impl Requirement {
    /// Levels of the deepest requirement.
    pub(super) const MAX_DEPTH: usize = 64;

    /// Names and lists of the largest one.
    const MAX_SIZE: usize = 10_000;

    /// Reads a requirement: names of permissions, joined by `and`, `or` and `not`, with brackets.
    ///
    /// - `not` binds closest. `and` and `or` side by side need brackets, so that nobody has to know
    ///   which goes first.
    /// - A name stands as it is, or in quotes where it has spaces or brackets or is one of the three
    ///   words: `"global:any thing"`. In quotes a backslash stands before `"` and `\`. Wildcards are
    ///   refused in either.
    /// - At most 4096 bytes, 64 levels, and 256 bytes a name.
    ///
    /// What is printed can be parsed, and is equal to what was printed. A text that is parsed is
    /// printed as it was, apart from blanks and from brackets and quotes that say nothing.
    ///
    /// # Errors
    ///
    /// Where the text breaks the grammar, by character.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::Requirement;
    ///
    /// let requirement = Requirement::parse("orders:write and (eu or admin)")?;
    /// assert_eq!(requirement.to_string(), "orders:write and (eu or admin)");
    ///
    /// let error = Requirement::parse("orders:write and").unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "a requirement, at character 17: expected a permission, `not` or `(`, found the end",
    /// );
    /// assert!(Requirement::parse("a and b or c").is_err());
    /// assert!(Requirement::parse("orders:*").is_err());
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        text::parse(text)
    }

    /// Met by those who meet this one and the other.
    #[must_use]
    pub fn and(self, other: impl Into<Self>) -> Self {
        all([self, other.into()])
    }

    /// Met by those who meet this one or the other.
    #[must_use]
    pub fn or(self, other: impl Into<Self>) -> Self {
        any([self, other.into()])
    }

    /// Whether somebody with these permissions meets it.
    ///
    /// Nobody meets one with a [problem](Self::validate), nor one with parameters of the route, which
    /// only a request has.
    #[must_use]
    pub fn is_met_by(&self, permissions: &Permissions) -> bool {
        match self.0.compiled.get() {
            Some(compiled) => compiled.is_met_by(permissions),
            None => self.holds(permissions, true),
        }
    }

    /// The same requirement, in a form that is asked faster: however many permissions it names and
    /// the caller holds, it is a few comparisons of bits.
    ///
    /// [`require`](crate::require) does it. Do it yourself for a requirement that lives as long as the
    /// process and is asked elsewhere. Names are given numbers, which are never given back; there are
    /// about 8,000. A requirement that is made anew for each request has no use for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::LazyLock;
    ///
    /// use tower_auth::{Permissions, Requirement, all};
    ///
    /// static EXPORT: LazyLock<Requirement> =
    ///     LazyLock::new(|| all(["orders:read", "orders:export"]).prepared());
    ///
    /// let clerk: Permissions = ["orders:read", "orders:export"].into_iter().collect();
    /// assert!(clerk.allows(&*EXPORT));
    /// ```
    #[must_use]
    pub fn prepared(self) -> Self {
        self.0.compiled.get_or_init(|| Compiled::of(&self));
        self
    }

    /// Looks for what keeps it from ever being asked.
    ///
    /// A `Requirement` that is made of a string is not refused at once. Where it has a problem nobody
    /// meets it, and [`require`](crate::require) refuses every request as `Misconfigured`.
    ///
    /// # Errors
    ///
    /// Every name that is longer than 256 bytes, has a wildcard, a control character or a brace that
    /// makes no parameter; nesting of more than 64 levels, or more than 10,000 names and lists.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::all;
    ///
    /// let error = all(["orders:*", "eu", "{tenant"]).validate().unwrap_err();
    /// assert_eq!(error.problems().count(), 2);
    /// ```
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut problems = Problems::default();
        self.find_problems(&mut problems);
        problems.finish(())
    }

    /// Whether only a request can say what it names.
    pub(crate) fn has_parameters(&self) -> bool {
        self.0.has_parameters
    }

    fn find_problems(&self, problems: &mut Problems) {
        match self.node() {
            Node::One(name) => {
                if let Some(problem) = name.problem() {
                    problems.add(format!("requirement {name}: {problem}"));
                }
            }
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| part.find_problems(problems));
            }
            Node::Not(part) => part.find_problems(problems),
            Node::Beyond(problem) => problems.add(*problem),
        }
    }

    /// Whether it is met, or where it is not `wanted`, whether its negative is.
    ///
    /// The negative is that of each name, so that what is never met stays so.
    fn holds(&self, permissions: &Permissions, wanted: bool) -> bool {
        match self.node() {
            Node::One(name) if !name.is_a_permission() => false,
            Node::One(name) if wanted => permissions.contains(name.as_str()),
            Node::One(name) => !permissions.grants(name.as_str()),
            Node::Not(part) => part.holds(permissions, !wanted),
            Node::All(parts) | Node::Any(parts) if parts.is_empty() => false,
            Node::All(parts) if wanted => parts.iter().all(|part| part.holds(permissions, wanted)),
            Node::Any(parts) if !wanted => parts.iter().all(|part| part.holds(permissions, wanted)),
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().any(|part| part.holds(permissions, wanted))
            }
            Node::Beyond(_) => false,
        }
    }

    pub(super) fn named(name: Name) -> Self {
        Self::of(Node::One(name))
    }

    /// A list of one is that one: neither word stands in its text.
    fn of_list<R: Into<Self>>(
        requirements: impl IntoIterator<Item = R>,
        list: impl FnOnce(Vec<Self>) -> Node,
    ) -> Self {
        let mut parts: Vec<_> = requirements.into_iter().map(Into::into).collect();
        match (parts.pop(), parts.is_empty()) {
            (Some(only), true) => only,
            (last, _) => {
                parts.extend(last);
                Self::of(list(parts))
            }
        }
    }

    fn of(node: Node) -> Self {
        let expression = Expression::of(node);
        let beyond = if expression.depth > Self::MAX_DEPTH {
            "a requirement is more than 64 levels deep"
        } else if expression.size > Self::MAX_SIZE {
            "a requirement has more than 10,000 names and lists"
        } else {
            return Self(Arc::new(expression));
        };
        Self(Arc::new(Expression::of(Node::Beyond(beyond))))
    }

    pub(super) fn node(&self) -> &Node {
        &self.0.node
    }
}

impl Expression {
    fn of(node: Node) -> Self {
        let parts = match &node {
            Node::One(_) | Node::Beyond(_) => &[],
            Node::Not(part) => slice::from_ref(part),
            Node::All(parts) | Node::Any(parts) => parts.as_slice(),
        };
        Self {
            depth: parts.iter().map(|part| part.0.depth + 1).max().unwrap_or_default(),
            size: parts.iter().map(|part| part.0.size).sum::<usize>() + 1,
            has_parameters: match &node {
                Node::One(name) => name.has_parameters(),
                _ => parts.iter().any(Requirement::has_parameters),
            },
            compiled: OnceLock::new(),
            node,
        }
    }
}

impl Eq for Expression {}

impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}
