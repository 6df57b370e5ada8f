//! Parts of the benchmark of memory.

pub(crate) mod logins;
