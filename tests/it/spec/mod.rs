//! The standards, clause by clause, and the rows of the systems that this crate comes from.

mod audience;
mod basic;
mod basic_properties;
mod bearer;
mod bound_tokens;
mod claim_types;
mod grpc;
mod http;
mod jose;
mod jose_header;
mod jose_text;
mod jwt_practice;
mod numeric_dates;
mod peer_bugs;
mod properties;
mod seed_tokens;
