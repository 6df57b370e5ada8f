//! Parts of the benchmark of passwords.

pub(crate) mod mixed;
pub(crate) mod store;
