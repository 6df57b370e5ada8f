//! [`TlsHost`]: the certificate of one host, and its own rules for clients.

use super::{client_rules::ClientRules, pem_source::PemSource};

/// What a [`TlsListener`](crate::TlsListener) does for clients that ask for one host by name (SNI, RFC
/// 6066, section 3): a certificate of its own and, where it has any, rules of its own for clients.
///
/// Without rules of its own those of the listener hold. With them, a client chooses by the name it asks
/// for which rules it meets. So the name goes with every certificate that was accepted by such rules, as
/// [`ClientCertificate::tls_host`](crate::ClientCertificate::tls_host) and as the claim `tls_host`, and
/// [`CertificateRules`](crate::CertificateRules) accept none of them unless they are told to by
/// [`allow_tls_host`](crate::CertificateRules::allow_tls_host) or
/// [`require_tls_host`](crate::CertificateRules::require_tls_host). An authenticator of your own must ask
/// for it itself.
///
/// # Examples
///
/// ```no_run
/// use std::path::Path;
/// use tower_auth::{CertificateRules, TlsHost, TlsListener};
///
/// let pem = |name| Path::new("/etc/orders").join(name);
/// let partners = TlsHost::new(pem("partners.pem"), pem("partners-key.pem"))
///     .with_client_ca(pem("partners-ca.pem"));
/// let listener = TlsListener::builder(pem("server.pem"), pem("server-key.pem"))
///     .with_client_ca(pem("clients-ca.pem"))
///     .with_host("partners.example.com", partners);
///
/// // At routes that are for partners as well:
/// let rules = CertificateRules::new().allow_tls_host("partners.example.com");
/// # let _ = (listener, rules);
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TlsHost {
    pub(super) chain: PemSource,
    pub(super) key: PemSource,
    /// `None`: those of the listener.
    pub(super) clients: Option<ClientRules>,
}

impl TlsHost {
    /// A host with its certificate chain, its own certificate first, and the private key of it.
    pub fn new(chain: impl Into<PemSource>, key: impl Into<PemSource>) -> Self {
        Self { chain: chain.into(), key: key.into(), clients: None }
    }

    /// Demands a client certificate that one of these authorities has signed, and not those of the
    /// listener. Each certificate of a bundle is one; several calls add to each other.
    pub fn with_client_ca(mut self, authorities: impl Into<PemSource>) -> Self {
        self.clients_mut().authorities.push(authorities.into());
        self
    }

    /// Refuses client certificates that these lists name as revoked, see
    /// [`TlsListenerBuilder::with_client_crl`](crate::TlsListenerBuilder::with_client_crl).
    pub fn with_client_crl(mut self, lists: impl Into<PemSource>) -> Self {
        self.clients_mut().lists.push(lists.into());
        self
    }

    /// Lets clients connect that show no certificate. One that is shown must be good all the same.
    pub fn allow_missing_client_certificate(mut self) -> Self {
        self.clients_mut().optional = true;
        self
    }

    /// Asks no client of this host for a certificate, whatever the listener does.
    ///
    /// Whoever asks for this host then reaches all routes, and what the layers let in without a certificate.
    /// [`TlsPeer::host`](crate::TlsPeer::host) tells which connections these are.
    pub fn without_client_certificates(mut self) -> Self {
        self.clients = Some(ClientRules::default());
        self
    }

    fn clients_mut(&mut self) -> &mut ClientRules {
        self.clients.get_or_insert_default()
    }
}
