//! TLS for servers: a listener whose certificates, authorities and revocation lists are exchanged while
//! it runs.

mod builder;
mod certificates;
mod client_rules;
mod config;
mod expiry;
mod handle;
mod handshake;
mod host;
mod listener;
mod loaded;
mod pem_source;
mod refresh;
mod sessions;
mod setup;
mod stream;
mod under_way;

pub use self::{
    builder::TlsListenerBuilder,
    config::TlsConfig,
    expiry::{CertificateStatus, CertificateUse, ExpiryState},
    handle::{HandshakeCounts, TlsHandle, TlsStatus},
    host::TlsHost,
    listener::TlsListener,
    pem_source::PemSource,
    stream::{TlsPeer, TlsStream},
};
