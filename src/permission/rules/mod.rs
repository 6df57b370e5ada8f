//! Rules of roles per category, after those of Nussknacker: [`RoleRules`].

mod builder;
mod permission_map;
mod role_rule;
mod role_rules;

pub use self::{
    builder::RoleRulesBuilder, permission_map::PermissionMap, role_rule::RoleRule,
    role_rules::RoleRules,
};
