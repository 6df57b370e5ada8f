//! Certificates that are renewed while the server runs.
//!
//! A [`TlsListener`](crate::TlsListener) takes its chain, its key, the authorities of its clients and
//! their revocation lists as PEM or as files. What comes from a file is read again when it changes:
//!
//! ```no_run
//! use std::path::Path;
//! use tower_auth::TlsListener;
//!
//! # async fn start() -> Result<(), Box<dyn std::error::Error>> {
//! let socket = tokio::net::TcpListener::bind("0.0.0.0:8443").await?;
//! let listener = TlsListener::builder(Path::new("tls/server.pem"), Path::new("tls/server-key.pem"))
//!     .with_client_ca(Path::new("tls/clients-ca.pem"))
//!     .with_client_crl(Path::new("tls/clients-crl.pem"))
//!     .bind(socket)?;
//! let handle = listener.handle(); // stays with you when the listener goes to the server
//! # let _ = handle;
//! # Ok(())
//! # }
//! ```
//!
//! # What happens when a file changes
//!
//! | What is found | What happens |
//! |---|---|
//! | nothing new | nothing |
//! | something new | it is read again a second later; until it stays as it is, what was there before is used |
//! | a key that does not belong to the certificate, half a file, no file | what was there before is used; an event and [`TlsStatus::failure`](crate::TlsStatus) say why, once |
//! | a good set | it is used for handshakes from then on; an event tells |
//!
//! All of it changes or nothing: no handshake sees a new chain with an old key, and one that has begun goes
//! on as it began. Connections that are
//! open stay open; that their client's certificate has not ended is asked on every request by
//! [`CertificateRules`](crate::CertificateRules), and so are its lists. A revocation list counts for new
//! handshakes only: to end what is open, put the certificate on a
//! [`CertificateList`](crate::CertificateList).
//!
//! A client that resumes a session shows no certificate again. The one of its first handshake is held
//! against the authorities and the lists as they are now, and sessions from before a change are
//! forgotten.
//!
//! That the files are still looked at shows in [`TlsStatus::looked_at`](crate::TlsStatus): where a file
//! system hangs, it stands still.
//!
//! Certificates that come from elsewhere, a vault for example, are exchanged by
//! [`TlsHandle::replace`](crate::TlsHandle::replace).
//!
//! # What ends soon
//!
//! Every certificate of every chain and bundle is watched, and the day by which a revocation list must
//! be replaced. An authority of clients is trusted until it is taken out of its file, also when it has
//! ended: who trusts it outright is taken at its word (RFC 5280, section 6.1.1).
//!
//! [`TlsHandle::status`](crate::TlsHandle::status) tells of each how near its end is, and
//! an event tells of those within a window, every hour until somebody renews them:
//!
//! ```no_run
//! # async fn health(handle: tower_auth::TlsHandle) -> (bool, String) {
//! use tower_auth::ExpiryState;
//!
//! let status = handle.status();
//! let worst = status.certificates.iter().max_by_key(|certificate| certificate.state);
//! let healthy = worst.is_none_or(|it| it.state < ExpiryState::Error) && status.failure.is_none();
//! (healthy, worst.map_or_else(String::new, |it| format!("{} {}", it.used_as, it.name)))
//! # }
//! ```
//!
//! # Several hosts
//!
//! [`with_host`](crate::TlsListenerBuilder::with_host) has another certificate for clients that ask for
//! a host by name. As long as it has no rules of its own for clients, that is all there is to it. With
//! rules of its own, **the client chooses by the name that it asks for which rules it meets**, and the
//! name in its request (`Host`, `:authority`) may be another one. What then keeps a client that the
//! partners' authority signed for away from everybody else's routes is that the host goes with the
//! certificate, and that rules accept it only where they say so:
//!
//! | Rules | accept certificates that were accepted |
//! |---|---|
//! | as they are | by the rules of the listener |
//! | with [`allow_tls_host("partners.example.com")`](crate::CertificateRules::allow_tls_host) | by those, and by the own rules of that host |
//! | with [`require_tls_host("partners.example.com")`](crate::CertificateRules::require_tls_host) | by the own rules of that host |
//!
//! The same holds for [`ProxyProof::allow_tls_host`](crate::ProxyProof::allow_tls_host), and an
//! authenticator of your own must ask for
//! [`ClientCertificate::tls_host`](crate::ClientCertificate::tls_host). A host that asks for no
//! certificates opens the server to everybody, and leaves it to the layers to say no.
//!
//! # Clients that are slow
//!
//! At most 256 handshakes are under way. When one more comes, the oldest one of the network that has
//! most of them is given up, so that whoever opens connections and says nothing is in the way of nobody
//! but itself. [`HandshakeCounts::displaced`](crate::HandshakeCounts) counts them.
//!
//! # From a configuration file
//!
//! [`TlsConfig`](crate::TlsConfig) is a section for the format of your choice, shaped like Temporal's.
