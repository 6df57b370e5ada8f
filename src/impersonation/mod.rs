//! Who does a caller act as?
//!
//! [`ImpersonationLayer`] lets a caller who has the right to it act as somebody else, whom a
//! [`Directory`] knows and whom [`ImpersonationRules`] do not protect.

mod directory;
mod layer;
mod rules;

pub use self::{
    directory::Directory,
    layer::{Impersonation, ImpersonationLayer},
    rules::ImpersonationRules,
};
