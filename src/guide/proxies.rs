//! How to believe the client certificates that a proxy forwards.
//!
//! Where TLS ends in a proxy, the proxy sees the client's certificate and the service sees a header
//! field. A header field is anybody's: whoever can open a connection to the service can write it, and
//! most proxies pass on what clients write into fields that they were not told to set.
//! [`ForwardedCertificatesLayer`](crate::ForwardedCertificatesLayer) therefore asks two questions: is
//! the peer the proxy, and does the field hold what that proxy writes?
//!
//! ```
//! use http::HeaderName;
//! use tower_auth::{
//!     CertificateRules, ForwardedCertificates, ForwardedCertificatesLayer, MtlsIdentityLayer,
//!     ProxyProof,
//! };
//!
//! # fn main() -> Result<(), tower_auth::ConfigError> {
//! # let fingerprint = "bb13067a9b165abdbc984e139f88a610f8b60e0d41dfcda256466d4b4f0ce19a";
//! let source = ForwardedCertificates::from_nginx(HeaderName::from_static("x-client-cert"))
//!     .with_verdict(HeaderName::from_static("x-ssl-client-verify"), "SUCCESS");
//! let proof = ProxyProof::client_certificate_sha256([fingerprint])?;
//! let auth = (
//!     ForwardedCertificatesLayer::new(source, proof),
//!     MtlsIdentityLayer::new(CertificateRules::new()),
//! );
//! # let _ = auth;
//! # Ok(())
//! # }
//! ```
//!
//! # Is the peer the proxy?
//!
//! | [Proof](crate::ProxyProof) | Who can forge a client all the same |
//! |---|---|
//! | [`client_certificate`](crate::ProxyProof::client_certificate), `client_certificate_sha256` | who has the proxy's private key |
//! | [`unix_socket`](crate::ProxyProof::unix_socket) | who may open the socket's file on this machine |
//! | [`danger_by_address`](crate::ProxyProof::danger_by_address) | everything that runs in those networks: a neighbour, a server that can be talked into making requests (SSRF) |
//!
//! Without proof the fields are taken out, the request is [counted](crate::ForwardedCertificatesLayer::stripped),
//! and it goes on without a certificate. A counter that grows is a proxy whose certificate or address has
//! changed, or somebody who tries. The connection's own certificate does not count either, since an
//! unknown certificate may be the proxy's next one, and then every client would be the proxy;
//! [`allow_direct_clients`](crate::ForwardedCertificatesLayer::allow_direct_clients) changes that.
//!
//! A proxy that comes by several ways has [one proof or another](crate::ProxyProof::or); another proxy, with a
//! form of its own, is [one more](crate::ForwardedCertificatesLayer::with_proxy) of the same layer, and each is
//! read in its own form only.
//!
//! # What to set in the proxy
//!
//! | Proxy | Setting | Source |
//! |---|---|---|
//! | nginx | `ssl_verify_client optional;` `proxy_set_header X-Client-Cert $ssl_client_escaped_cert;` `proxy_set_header X-SSL-Client-Verify $ssl_client_verify;` | [`from_nginx`](crate::ForwardedCertificates::from_nginx) |
//! | HAProxy | `bind … verify optional`; `http-request del-header Client-Cert`; `http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }` | [`from_client_cert`](crate::ForwardedCertificates::from_client_cert) |
//! | HAProxy | `http-request set-header X-SSL-Client-Cert %[ssl_c_der,base64]` | [`from_haproxy`](crate::ForwardedCertificates::from_haproxy) |
//! | Envoy | `forward_client_cert_details: SANITIZE_SET`; `set_current_client_cert_details: {cert: true, chain: true, uri: true}` | [`from_xfcc`](crate::ForwardedCertificates::from_xfcc) |
//! | Apache | `SSLVerifyClient optional`; `RequestHeader set X-SSL-Client-Cert "%{SSL_CLIENT_CERT}s"` | [`from_apache`](crate::ForwardedCertificates::from_apache) |
//! | Traefik | `passTLSClientCert: {pem: true}`; `clientAuthType: VerifyClientCertIfGiven` | [`from_traefik`](crate::ForwardedCertificates::from_traefik) |
//! | AWS ALB | mutual TLS *verify* | [`from_alb`](crate::ForwardedCertificates::from_alb) |
//!
//! **The proxy must set the field on every request, or delete it.** A condition on `set-header` without
//! a `del-header` before it leaves the client's own field in requests without a certificate. No check
//! of the peer can tell then who wrote it.
//!
//! **The proxy must verify the certificate.** `optional_no_ca` in nginx and Apache, `RequestClientCert`
//! in Traefik and *passthrough* in the load balancer of AWS forward what anybody has made. That the
//! certificate is for clients and valid today is checked on every request in any case. With
//! `ForwardedCertificatesLayer::with_authorities` (feature `tls`) the forwarded chain is verified again
//! against authorities of your own, and their revocation lists; nginx, HAProxy's `ssl_c_der` and Apache
//! forward no intermediate authorities, so these must then be among yours. Revocation lists change every
//! day: `ForwardedAuthorities::replace` exchanges them while requests come.
//!
//! # The experiment
//!
//! nginx 1.22, HAProxy 2.6 and Envoy 1.40 were set up as above, and a client without a certificate sent
//! all of these fields. What arrived at the service:
//!
//! | Forged field | nginx | HAProxy | Envoy |
//! |---|---|---|---|
//! | `X-Client-Cert`, which nginx was told to set | gone | passed on | passed on |
//! | `Client-Cert: :AAAA:`, which HAProxy was told to set | passed on | gone | passed on |
//! | `X-Forwarded-Client-Cert: By=x;Hash=00;Subject="CN=admin";…` | passed on | passed on | gone |
//! | `X-SSL-Client-Verify: SUCCESS` | overwritten | overwritten | passed on |
//! | `X_SSL_Client_Verify: SUCCESS` | gone | passed on | passed on |
//!
//! So a service that looks for a certificate in several fields, or in the field of another proxy than
//! its own, lets its clients choose who they are. This layer reads the one field of its source, takes
//! out all others, and never takes a name with an underscore for the one with a dash.
//!
//! # Two proxies in a row
//!
//! Each Envoy with `APPEND_FORWARD` appends an element about its own peer. Behind two of them, the
//! right-most element is about the outer proxy, and the one before it about the client:
//!
//! ```text
//! By=spiffe://mesh/outer;…;URI=spiffe://acme/alice , By=spiffe://mesh/inner;…;URI=spiffe://mesh/outer
//! ```
//!
//! Of a client without a certificate the outer proxy writes nothing, and the only element is about
//! the outer proxy itself: who takes the left-most element makes every anonymous client the proxy. And
//! a client with any good certificate can send an element of its own, which stays left-most.
//! [`from_xfcc_by`](crate::ForwardedCertificates::from_xfcc_by) takes the element by the outer proxy, and only
//! where the inner one says that the outer one was its peer.
//!
//! Both proxies must add `Cert`. Envoy writes URIs and DNS names as they are: one of
//! `spiffe://acme/user/x,Cert=…`, which an authority signs that lets its users choose the end, goes on as an
//! element about somebody else. So the names are held against the certificate beside them, and where a
//! certificate of the field has a name with a comma, a semicolon or a quote, all of the field is refused.
//!
//! # Tokens that are bound to a certificate
//!
//! A token with `cnf.x5t#S256` (RFC 8705) belongs to who can show that certificate in a handshake. A
//! forwarded certificate is not shown to this service, so it does not count, unless
//! [`allow_bound_tokens`](crate::ForwardedCertificatesLayer::allow_bound_tokens) says that the proxy's
//! word is enough. [`ClientCertificate::is_forwarded`](crate::ClientCertificate::is_forwarded) tells an
//! authenticator of your own which of the two it judges.
