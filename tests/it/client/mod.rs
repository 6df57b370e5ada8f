//! Credentials in outgoing calls. Tokens are tested in virtual time: tokio's clock drives the questions for
//! them, a clock set by hand the dates in them.

mod client_credentials;
mod clients;
mod endpoints;
mod files;
mod fixed;
mod issuer;
mod kuflow;
mod origins;
mod renewal;
mod renewal_times;
mod retry;
mod secrets;
mod server;
