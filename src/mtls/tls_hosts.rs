//! [`TlsHosts`]: by whose rules a certificate must have been accepted in the handshake.

/// By the listener's own, unless they are left out, and by those of the hosts that are named.
#[derive(Clone, Debug, Default)]
pub(super) struct TlsHosts {
    only_named: bool,
    named: Vec<String>,
}

impl TlsHosts {
    pub(super) fn allow(&mut self, host: String) {
        self.named.push(host);
    }

    /// The listener's own rules do not count.
    pub(super) fn leave_out_the_listener(&mut self) {
        self.only_named = true;
    }

    /// The names of hosts are compared without case (RFC 6066, section 3).
    pub(super) fn accept(&self, host: Option<&str>) -> bool {
        let is_named = |host: &str| self.named.iter().any(|named| named.eq_ignore_ascii_case(host));
        host.map_or(!self.only_named, is_named)
    }
}
