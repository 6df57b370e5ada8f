//! [`PathRules`]: ordered rules for the paths of foreign services.

mod builder;
mod document;
mod example;
mod glob;
mod lint;
mod methods;
mod pattern;
mod request;
mod rule;
mod rules;
mod trie;

pub use self::{builder::PathRulesBuilder, rule::PathRule, rules::PathRules};
