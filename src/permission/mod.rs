//! What may the caller do?
//!
//! A [`PermissionClaimLayer`] turns the claims of the identity into [`Permissions`] by a
//! [`ClaimMapper`], or asks a `PermissionSource` for them; [`require()`] then holds a [`Requirement`] against them at a route.
//!
//! What is granted may have wildcards ([`Permissions`]), imply more ([`Hierarchy`]) and be denied; a
//! requirement names permissions one by one, and joins them by [`all`], [`any`] and [`not`], as a value
//! or as text ([`Requirement::parse`]). Handlers ask [`Permissions::allows`].
//!
//! # How a question is answered
//!
//! Names of requirements that live as long as the process have numbers (`vocabulary`). A prepared
//! requirement is a few sets of numbers (`compiled`), permissions have the set of those that they hold
//! (`index`), and the answer is a comparison of sets. Only wildcards are looked for name by name, among
//! the names that are left. Names that clients send get no number.
//!
//! Two mappers know roles:
//!
//! | | [`Roles`] | [`RoleRules`] |
//! |---|---|---|
//! | a role grants | permissions | permissions in some categories, and global ones |
//! | roles include others | yes | no |
//! | administrators | a role with everything that there is | everything, also what no rule names |
//! | names of roles | compared exactly | compared without case |
//! | a caller without roles | has no permissions | is refused |
//! | comes from | code | code or a `UsersFile` |

mod hierarchy;
mod inclusions;
mod layer;
mod mapper;
mod matched;
mod memo;
mod permissions;
mod permitted;
mod require;
mod requirement;
mod role;
mod rules;
#[cfg(feature = "cache")]
mod source;
mod typed;
mod vocabulary;

#[cfg(feature = "regex")]
pub use self::mapper::ClaimPattern;
#[cfg(feature = "policy")]
pub(crate) use self::memo::Mapping;
pub(crate) use self::memo::Memo;
#[cfg(feature = "cache")]
pub use self::source::{CachedPermissions, PermissionSource};
pub use self::{
    hierarchy::{Hierarchy, HierarchyBuilder, HierarchyMapper},
    layer::PermissionClaimLayer,
    mapper::{
        AndMapper, ClaimMapper, ClaimPermissions, MapperStatus, OrElseMapper, TemporalPermissions,
        WhenMapper,
    },
    permissions::Permissions,
    permitted::Permitted,
    require::{RequireLayer, require},
    requirement::{Requirement, all, any, not},
    role::{RoleMapper, Roles, RolesBuilder},
    rules::{PermissionMap, RoleRule, RoleRules, RoleRulesBuilder},
    typed::{Permission, Required},
};
