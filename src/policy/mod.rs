//! [`Policy`]: rules for whole services as data, and who holds what they ask for.

mod access;
mod check;
mod diff;
mod document;
mod explanation;
mod filter;
mod guard;
mod handle;
mod judge;
mod lint;
mod path;
mod permits;
mod rpc;
mod rules;
mod status;

pub(crate) use self::judge::Ruling;
use self::rules::Head;
pub use self::{
    access::Access,
    check::PolicyGrant,
    diff::{ChangeKind, RuleChange, RulesDiff},
    explanation::Explanation,
    guard::{GuardLayer, Guards},
    handle::Policy,
    lint::RuleLint,
    path::{PathRule, PathRules, PathRulesBuilder},
    permits::{PolicyDifference, PolicyDifferences},
    rpc::{RpcRule, RpcRules, RpcRulesBuilder},
    rules::Rules,
    status::PolicyStatus,
};
