//! [`PathRule`]: what is asked of those who call some paths.

use std::fmt;

use crate::policy::Access;

/// What is asked of those who call the paths that some patterns match.
///
/// Patterns are those of Ant: `?` is one character, `*` any number of them within a segment, `**` as a
/// segment any number of segments, none among them. They are written without escapes and compared with
/// regard to case.
///
/// # Examples
///
/// ```
/// use tower_auth::{Access, PathRule};
///
/// let rule = PathRule::new(["/api/admin/**", "/*/manage/**"], "admin").with_methods(["POST", "PUT"]);
/// assert_eq!(rule.to_string(), "POST,PUT /api/admin/** /*/manage/**: requires admin");
/// let login = PathRule::exposed(["/login", "/static/**"]);
/// assert_eq!(login.access(), &Access::Open);
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct PathRule {
    pub(super) patterns: Vec<String>,
    /// All where there are none.
    pub(super) methods: Vec<String>,
    pub(super) access: Access,
}

impl PathRule {
    /// A rule for the paths that any of the patterns matches.
    ///
    /// With [`Access::Open`] it is an [`exposed`](Self::exposed) one.
    pub fn new<P: Into<String>>(
        patterns: impl IntoIterator<Item = P>,
        access: impl Into<Access>,
    ) -> Self {
        Self {
            patterns: patterns.into_iter().map(Into::into).collect(),
            methods: Vec::new(),
            access: access.into(),
        }
    }

    /// Lets everybody call the paths, without asking who they are. Such rules are looked at before all
    /// others, wherever they stand.
    pub fn exposed<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> Self {
        Self::new(patterns, Access::Open)
    }

    /// Narrows the rule to some HTTP methods. `GET` is for `HEAD` as well.
    pub fn with_methods<M: Into<String>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        self.methods.extend(methods.into_iter().map(Into::into));
        self
    }

    /// The patterns.
    #[must_use]
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// What it asks.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// A pattern of the rule, with the methods of the rule.
    pub(super) fn named(&self, pattern: &str) -> String {
        match self.methods.as_slice() {
            [] => pattern.to_owned(),
            methods => format!("{} {pattern}", methods.join(",")),
        }
    }
}

impl fmt::Display for PathRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.named(&self.patterns.join(" ")), self.access)
    }
}
