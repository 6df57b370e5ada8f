//! Standards, row by row.

mod audience;
mod bound_tokens;
mod claim_types;
mod jose;
mod jose_header;
mod jose_text;
mod jwt_practice;
mod numeric_dates;
mod seed_tokens;
