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
mod grpc;
mod identity_end;
mod impersonation;
mod jwks;
mod jwt;
mod mappers;
mod message;
mod mtls;
mod nussknacker;
mod peer_address;
mod pem;
mod permissions;
mod policy;
mod readme;
mod rejection;
mod requirement;
mod role_rules;
mod spec;
mod support;
mod table;
mod tenant;
mod testing;
mod throttle;
mod users;
mod users_file;
