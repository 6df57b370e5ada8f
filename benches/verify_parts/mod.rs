//! Parts of the benchmark of tokens.

pub(crate) mod figures;
pub(crate) mod routed;
pub(crate) mod scaling;
pub(crate) mod tokens;
