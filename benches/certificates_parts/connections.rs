//! What connections take that are open.

use std::net::SocketAddr;

use super::{pki::Pki, server::Servers};
use crate::common::figure;

const CONNECTIONS: usize = 1_000;

pub(crate) fn print(pki: &Pki) {
    let ours = kept(pki, |servers| servers.ours);
    let plain = kept(pki, |servers| servers.plain);
    figure("bytes_per_open_connection", ours, "bytes");
    figure("bytes_per_open_connection_of_rustls", plain, "bytes");
    figure("bytes_per_open_connection_over_rustls", ours - plain, "bytes");
}

/// Bytes of the server for each connection: the client's ends are gone by then, and the server has not looked.
fn kept(pki: &Pki, to: fn(&Servers) -> SocketAddr) -> f64 {
    let servers = Servers::start(pki);
    // What is taken once, and what the store of sessions takes until it is full.
    (0..300).for_each(|_| servers.handshake(to(&servers)));
    let mut open = Vec::with_capacity(CONNECTIONS);
    let counted = allocation_counter::measure(|| {
        for _ in 0..CONNECTIONS {
            drop(servers.connect(to(&servers)));
            open.push(servers.accepted());
        }
    });
    assert_eq!(open.len(), CONNECTIONS);
    #[allow(clippy::cast_precision_loss, reason = "a few million")]
    let each = counted.bytes_current as f64 / CONNECTIONS as f64;
    each
}
