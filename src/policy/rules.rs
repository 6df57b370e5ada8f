//! [`Rules`]: rules of either kind.

use std::fmt;

use http::{HeaderMap, Method, Request, request::Parts};

use crate::policy::{Access, PathRules, RpcRules};

/// Rules of either kind, as a [`Policy`](crate::Policy) takes them.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Rules {
    /// For gRPC services.
    Rpc(RpcRules),
    /// For paths.
    Paths(PathRules),
}

/// What rules look at.
#[derive(Clone, Copy)]
pub(super) struct Head<'r> {
    pub(super) method: &'r Method,
    pub(super) path: &'r str,
    pub(super) headers: &'r HeaderMap,
}

/// Which rule is for a request; its second number is which pattern of the rule.
pub(super) type Position = Option<(usize, usize)>;

impl Rules {
    /// The rule for a request, or why its path is ambiguous.
    pub(super) fn find(&self, head: Head<'_>) -> Result<Position, &'static str> {
        match self {
            Self::Rpc(rules) => rules.find(head.path).map(|found| found.map(|rule| (rule, 0))),
            Self::Paths(rules) => rules.find(head),
        }
    }

    pub(super) fn access(&self, position: Position) -> &Access {
        match (position, self) {
            (None, _) => &Access::Denied,
            (Some((rule, _)), Self::Rpc(rules)) => rules.rules()[rule].access(),
            (Some((rule, _)), Self::Paths(rules)) => rules.rules()[rule].access(),
        }
    }

    /// How people find a rule in their file.
    pub(super) fn name(&self, position: Position) -> Option<String> {
        let (rule, pattern) = position?;
        Some(match self {
            Self::Rpc(rules) => format!("rules[{rule}] {}", rules.rules()[rule].service_name()),
            Self::Paths(rules) => {
                format!("rules[{rule}] {}", rules.rules()[rule].patterns()[pattern])
            }
        })
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Rpc(rules) => rules.rules().len(),
            Self::Paths(rules) => rules.rules().len(),
        }
    }
}

impl<'r> Head<'r> {
    pub(super) fn of(parts: &'r Parts) -> Self {
        Self { method: &parts.method, path: parts.uri.path(), headers: &parts.headers }
    }

    pub(super) fn of_request<B>(request: &'r Request<B>) -> Self {
        let path = request.uri().path();
        Self { method: request.method(), path, headers: request.headers() }
    }
}

impl From<RpcRules> for Rules {
    fn from(rules: RpcRules) -> Self {
        Self::Rpc(rules)
    }
}

impl From<PathRules> for Rules {
    fn from(rules: PathRules) -> Self {
        Self::Paths(rules)
    }
}

/// One rule a line.
impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rpc(rules) => fmt::Display::fmt(rules, f),
            Self::Paths(rules) => fmt::Display::fmt(rules, f),
        }
    }
}
