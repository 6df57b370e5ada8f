//! [`PathRules`]: rules that were checked, found by path.

use std::{fmt, sync::Arc};

use http::Method;

use crate::{
    config_error::ConfigError,
    policy::{
        Access, Head, RuleLint, RulesDiff, document,
        path::{PathRule, PathRulesBuilder, example, pattern::Pattern, request, trie::Trie},
    },
};

/// Ordered rules for the paths of services whose routes are not known here: for gateways.
///
/// - The first rule of which a pattern and the method match decides, and what no rule is for is denied
///   to everybody. Rules that [expose](PathRule::exposed) come before all others.
/// - The whole path is matched, with its escapes undone, without the query, and with regard to case. A
///   slash at its end makes no difference, except that `/foo/*` is for `/foo/` too.
/// - A path that services behind could read differently is refused before any rule is asked, see below.
/// - Rules that never apply, because others come before them, are found when the rules are built.
///
/// However many rules there are, a request takes a few look-ups for each segment of its path. Where
/// segments with `?` or `*` *in* them stand side by side they are tried one by one.
///
/// # What is refused
///
/// As [`AmbiguousPath`](crate::AuthErrorKind::AmbiguousPath), which is 400, the path of a request
///
/// - without a slash at its beginning, with two slashes side by side, a dot segment, or a segment that
///   ends with a dot, or that begins or ends with a blank;
/// - with a backslash, a semicolon (parameters of a segment) or a control character, escaped or not;
/// - with an escaped slash, dot, percent sign, question mark or number sign, with an escape of a letter
///   or another character that needs none, with half an escape, or with escapes that are not UTF-8;
/// - longer than 8,192 bytes or 256 segments;
///
/// and a request with a field by which a client names another path or method: `X-Original-URL`,
/// `X-Rewrite-URL`, `X-HTTP-Method`, `X-HTTP-Method-Override`, `X-Method-Override`
/// ([unless allowed](PathRulesBuilder::allow_override_headers)), with underscores for dashes as well; and a
/// request whose method has a letter in lower case, which some services read as in upper case.
///
/// What rules cannot know: a service that ignores case, or that takes characters for alike which
/// Unicode tells apart, reads more paths as one than these rules do; one that takes the method from a
/// field of a form (`_method`) does what no rule has seen. Denied is what no rule is for, so end no table
/// with a broad rule in front of such a service. The path is that which the layer sees: inside of a
/// nested router it has lost the nesting's own prefix, so put the layer around the outermost one.
///
/// # As a document
///
/// In JSON, TOML or YAML by [`serde`], or by [`from_json`](Self::from_json) and its like:
///
/// ```text
/// rules: [ { paths: [..], methods?: [..], require | authenticated | expose | deny } ]
/// ```
///
/// `require` is the text of a [`Requirement`](crate::Requirement), the others are `true`. What is
/// printed by serde is read again as the same rules.
///
/// # Examples
///
/// ```
/// use http::Method;
/// use tower_auth::{Access, PathRule, PathRules};
///
/// let rules = PathRules::builder()
///     .path("/api/admin/**", "admin")
///     .rule(PathRule::new(["/api/**"], Access::Authenticated).with_methods(["GET"]))
///     .expose("/*/health")
///     .build()?;
/// assert_eq!(rules.access_to(&Method::GET, "/api/admin/users"), Some(&Access::from("admin")));
/// assert_eq!(rules.access_to(&Method::GET, "/api/orders/7"), Some(&Access::Authenticated));
/// assert_eq!(rules.access_to(&Method::POST, "/api/orders"), Some(&Access::Denied));
/// assert_eq!(rules.access_to(&Method::GET, "/api/health"), Some(&Access::Open));
/// assert_eq!(rules.access_to(&Method::GET, "/api/..%2Fadmin"), None);
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct PathRules(Arc<Table>);

pub(super) struct Table {
    pub(super) rules: Vec<PathRule>,
    /// Each with its rule, and which of the rule's it is; in the order in which they are looked at.
    pub(super) patterns: Vec<(Pattern, usize, usize)>,
    pub(super) trie: Trie,
    pub(super) lints: Vec<RuleLint>,
    pub(super) allows_override_headers: bool,
}

impl PathRules {
    /// Starts without rules.
    pub fn builder() -> PathRulesBuilder {
        PathRulesBuilder::default()
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
    pub fn rules(&self) -> &[PathRule] {
        &self.0.rules
    }

    /// What is asked of those who call this path, written as in a request; `None` where it is ambiguous.
    #[must_use]
    pub fn access_to(&self, method: &Method, path: &str) -> Option<&Access> {
        let found = self.find_path(method, path).ok()?;
        Some(found.map_or(&Access::Denied, |(rule, _)| &self.0.rules[rule].access))
    }

    /// The patterns that never apply, because rules before them take all that they could match.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::PathRules;
    ///
    /// let rules = PathRules::builder()
    ///     .path("/api/admin/**", "admin")
    ///     .path("/api/admin/users/**", "settings")
    ///     .build()?;
    /// assert_eq!(
    ///     rules.lint()[0].to_string(),
    ///     "rules[1] /api/admin/users/** never applies, because rules[0] /api/admin/** comes before it",
    /// );
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[must_use]
    pub fn lint(&self) -> &[RuleLint] {
        &self.0.lints
    }

    /// What changes where these rules become `after`: by pattern and methods, and whether
    /// [override headers](PathRulesBuilder::allow_override_headers) are accepted.
    ///
    /// Paths that a pattern matches, some for each pattern before and after, are held against both. That
    /// shows what rules do to each other; it is no proof that nothing else changes where patterns
    /// overlap in part.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{Access, PathRules};
    ///
    /// let [admin, all] = ["/api/admin/**", "/api/**"];
    /// let before = PathRules::builder().path(admin, "admin").path(all, Access::Authenticated).build()?;
    /// let after = PathRules::builder().path(all, Access::Authenticated).path(admin, "admin").build()?;
    /// assert_eq!(
    ///     before.diff(&after).to_string(),
    ///     "~ /api/admin/**: requires admin -> authenticated (opens)\n",
    /// );
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    #[must_use]
    pub fn diff(&self, after: &Self) -> RulesDiff {
        RulesDiff::of(example::entries(self, after))
    }

    pub(super) fn of(table: Table) -> Self {
        Self(Arc::new(table))
    }

    pub(super) fn table(&self) -> &Table {
        &self.0
    }

    /// The rule for a request and which of its patterns matched; `None` where there is none.
    pub(in crate::policy) fn find(
        &self,
        head: Head<'_>,
    ) -> Result<Option<(usize, usize)>, &'static str> {
        if !self.0.allows_override_headers && request::is_overridden(head.headers) {
            return Err("a field of the request names another path or method");
        }
        self.find_path(head.method, head.path)
    }

    fn find_path(
        &self,
        method: &Method,
        path: &str,
    ) -> Result<Option<(usize, usize)>, &'static str> {
        if method.as_str().bytes().any(|byte| byte.is_ascii_lowercase()) {
            return Err("the method has a letter in lower case");
        }
        let path = request::segments(path)?;
        let segments = path.segments.iter().map(|segment| &**segment);
        let end = self.0.trie.find(segments, path.has_slash_at_end, method);
        Ok(end.map(|end| (end.rule, end.pattern)))
    }
}

impl Eq for PathRules {}

impl PartialEq for PathRules {
    fn eq(&self, other: &Self) -> bool {
        self.0.rules == other.0.rules
            && self.0.allows_override_headers == other.0.allows_override_headers
    }
}

/// One rule a line.
impl fmt::Display for PathRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.rules.iter().try_for_each(|rule| writeln!(f, "{rule}"))
    }
}

impl fmt::Debug for PathRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PathRules").field(&self.0.rules).finish()
    }
}
