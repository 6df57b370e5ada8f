//! What may the caller do?
//!
//! A [`PermissionClaimLayer`] turns the claims of the identity into [`Permissions`] by a
//! [`ClaimMapper`]; [`require()`] then holds a [`Requirement`] against them at a route.

mod layer;
mod mapper;
mod permissions;
mod permitted;
mod require;
mod requirement;
mod role;
mod rules;

pub use self::{
    layer::PermissionClaimLayer,
    mapper::{ClaimMapper, ClaimPermissions},
    permissions::Permissions,
    permitted::Permitted,
    require::{RequireLayer, require},
    requirement::{Requirement, all, any},
    role::{RoleMapper, Roles, RolesBuilder},
    rules::{PermissionMap, RoleRules, RoleRulesBuilder, Rule},
};
