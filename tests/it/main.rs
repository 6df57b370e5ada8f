//! One binary: each test file that is linked by itself costs a link step.

#![allow(
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and a table of cases may be long"
)]

mod adversary;
mod axum_extractors;
mod cached;
mod challenge;
mod client;
mod composition;
mod examples;
mod fuzz_corpus;
mod gate;
mod impersonation;
mod jwks;
mod jwt;
mod membership;
mod mtls;
mod nussknacker;
mod peer_address;
mod pem;
mod permissions;
mod readme;
mod rejection;
mod role_rules;
mod spec;
mod support;
mod table;
mod testing;
mod throttle;
mod tonic_server;
mod users;
mod users_file;
