//! [`RuleLint`]: what is odd about rules that can be built.

use std::fmt;

/// Something about rules that is more often a mistake than meant.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RuleLint {
    /// A rule names a method that is not in the descriptor: a misspelt name, and the right one is
    /// left to another rule.
    UnknownMethod(String),
    /// A rule is for a service of which the descriptor has no method.
    UnknownService(String),
    /// No rule is for a method of the descriptor, so it is denied to everybody.
    Uncovered(String),
    /// A rule for paths never applies: those before it take all that it could match.
    Unreachable {
        /// The rule and its pattern.
        rule: String,
        /// The first of the rules that take it.
        behind: String,
    },
}

impl fmt::Display for RuleLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownMethod(method) => write!(f, "there is no method {method}"),
            Self::UnknownService(service) => write!(f, "there is no service {service}"),
            Self::Uncovered(method) => {
                write!(f, "no rule is for {method}, so it is denied to everybody")
            }
            Self::Unreachable { rule, behind } => {
                write!(f, "{rule} never applies, because {behind} comes before it")
            }
        }
    }
}
