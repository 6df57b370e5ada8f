//! Client certificates: read, judged, and carried from real TLS connections.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::too_many_lines,
    reason = "clippy takes helpers of tests for production code"
)]

mod certificate;
mod hostile_certificates;
mod listener;
mod listener_configuration;
mod listener_limits;
mod peer;
mod rules;
mod servers;
