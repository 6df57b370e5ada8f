//! [`RpcRules`]: rules for gRPC services, by the full names of their methods.

mod builder;
mod document;
mod name;
mod rule;
mod rules;

pub use self::{builder::RpcRulesBuilder, rule::RpcRule, rules::RpcRules};
