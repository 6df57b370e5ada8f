//! One binary: each test file that is linked by itself costs a link step.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod axum_extractors;
mod composition;
mod examples;
mod gate;
mod spec;
mod support;
mod table;
mod users;
