//! Rules of roles per category, after those of Nussknacker: [`RoleRules`].

mod builder;
mod permission_map;
mod role_rules;
mod rule;

pub use self::{
    builder::RoleRulesBuilder, permission_map::PermissionMap, role_rules::RoleRules, rule::Rule,
};
