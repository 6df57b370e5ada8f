//! The parts of the benchmark of certificates.

pub(crate) mod connections;
pub(crate) mod pki;
pub(crate) mod server;
