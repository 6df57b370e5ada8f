//! Standards, row by row.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "clippy takes helpers of tests for production code"
)]

mod audience;
mod bound_tokens;
mod claim_types;
mod jose;
mod jose_header;
mod jose_text;
mod jwt_practice;
mod numeric_dates;
mod seed_tokens;
