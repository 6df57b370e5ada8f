//! Parts of the benchmark of permissions and rules.

pub(crate) mod checks;
pub(crate) mod mapping;
pub(crate) mod rules;
