//! One binary: each test file that is linked by itself costs a link step.

#[cfg(feature = "full")]
mod adversary;
#[cfg(feature = "full")]
mod jwt;
#[cfg(feature = "full")]
mod mtls;
#[cfg(feature = "full")]
mod pem;
#[cfg(feature = "full")]
mod spec;
mod support;
