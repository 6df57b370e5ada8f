//! The standards, clause by clause.

mod basic;
mod bearer;
mod grpc;
mod http;
