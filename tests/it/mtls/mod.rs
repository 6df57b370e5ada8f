//! Client certificates: read, judged, and carried from real TLS connections.
mod certificate;
mod forwarded;
mod hostile_certificates;
mod listener;
mod listener_configuration;
mod listener_limits;
mod peer;
mod rules;
mod servers;
