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
//! | HAProxy | `bind … verify optional`; `http-request del-header client-cert -m beg`; `http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }` | [`from_client_cert`](crate::ForwardedCertificates::from_client_cert) |
//! | HAProxy | `http-request set-header X-SSL-Client-Cert %[ssl_c_der,base64]` | [`from_haproxy`](crate::ForwardedCertificates::from_haproxy) |
//! | Envoy | `forward_client_cert_details: SANITIZE_SET`; `set_current_client_cert_details: {cert: true, chain: true, uri: true}` | [`from_xfcc`](crate::ForwardedCertificates::from_xfcc) |
//! | Apache | `SSLVerifyClient optional`; `RequestHeader set X-SSL-Client-Cert "%{SSL_CLIENT_CERT}s"` | [`from_apache`](crate::ForwardedCertificates::from_apache) |
//! | Traefik | `passTLSClientCert: {pem: true}`; `clientAuthType: VerifyClientCertIfGiven` | [`from_traefik`](crate::ForwardedCertificates::from_traefik) |
//! | AWS ALB | mutual TLS *verify* | [`from_alb`](crate::ForwardedCertificates::from_alb) |
//!
//! **The proxy must set the field on every request, or delete it.** A condition on `set-header` without
//! a `del-header` before it leaves the client's own field in requests without a certificate. So does a
//! location of nginx that has a `proxy_set_header` of its own: it forgets those of its server. No check
//! of the peer can tell then who wrote the field, and a client's certificate is no secret. Where
//! `Client-Cert` is read, a `Client-Cert-Chain` of the client's must be deleted too, as `-m beg` does.
//!
//! **The proxy must verify the certificate.** `optional_no_ca` in nginx and Apache, `RequestClientCert`
//! in Traefik and *passthrough* in the load balancer of AWS forward what anybody has made. That the
//! certificate is for clients and valid today is checked on every request in any case. With
//! `ForwardedCertificatesLayer::with_authorities` (feature `tls`) the forwarded chain is verified again
//! against authorities of your own, and their revocation lists; nginx, HAProxy's `ssl_c_der` and Apache
//! forward no intermediate authorities, so these must then be among yours. Revocation lists change every
//! day: `ForwardedAuthorities::replace` exchanges them while requests come.
//!
//! In whole, as the example `behind_proxy` has them and real proxies are driven with them
//! (`tests/peers/run nginx`, `tests/peers/run haproxy`):
//!
//! ```text
#![doc = include_str!("../../examples/behind_proxy/nginx.conf")]
//! ```
//!
//! ```text
#![doc = include_str!("../../examples/behind_proxy/haproxy.cfg")]
//! ```
//!
//! The service reads `X-SSL-Client-Verify` by [`with_verdict`](crate::ForwardedCertificates::with_verdict),
//! which is `SUCCESS` in nginx and `0` in HAProxy. HAProxy says `0` of a certificate that is not there,
//! too.
//!
//! # The experiment
//!
//! The service of the example, with `ForwardedAuthorities` and a revocation list, stood behind nginx
//! 1.22.1 and HAProxy 2.6.12 with these configurations. A client sent the certificate of alice, good as
//! it is, in the fields in which these proxies forward certificates and in Envoy's, with a good verdict
//! beside it:
//!
//! | Who sent it | What arrived | Answer |
//! |---|---|---|
//! | a client without a certificate, through nginx | the fields of nginx without the certificate, `NONE`; the others as they were sent | 401 |
//! | a client without a certificate, through HAProxy | the fields of HAProxy empty or gone, `0`; the others as they were sent | 401 |
//! | bob, through either | his own certificate in the fields of the proxy | 200, bob |
//! | either of them, each line twice | as above | as above |
//! | either of them, in names with underscores | nothing through nginx, all of it through HAProxy | as above |
//! | another machine of the inner network, straight to the TLS port | all of it | 401, counted |
//! | a program on 127.0.0.2, where 127.0.0.1 was trusted | all of it | 401, counted |
//!
//! Requests whose end the proxy and the service might see in different places, with all of this behind
//! it, and these fields after a body in chunks made nobody alice either.
//!
//! Certificates that are not good, shown in the handshake, were stopped by the proxies: nginx answers 400
//! over a TLS connection, HAProxy ends the handshake with an alert. With the proxies made careless they
//! were stopped by the service:
//!
//! | Certificate | nginx, `optional_no_ca`, no `ssl_crl` | HAProxy, `crt-ignore-err all`, no `crl-file` | Answer of the service |
//! |---|---|---|---|
//! | ended | 400 by nginx | forwarded, `10` | 401 |
//! | by an unknown authority | forwarded, `FAILED:unable to verify the first certificate` | forwarded, `21` | 401 |
//! | revoked | forwarded, `SUCCESS` | forwarded, `0` | 401, by the revocation list of the service |
//! | the last two, where the proxy sets no verdict and the client forges a good one | forwarded | forwarded | 401, by the authorities of the service |
//!
//! And these made whoever sent the fields alice (200), as controls that the experiment can fail:
//!
//! | Weakness | Who passes for alice |
//! |---|---|
//! | [`danger_by_address`](crate::ProxyProof::danger_by_address) | a program at that address |
//! | the key of the proxy is lost, or the rights of the socket's file are too wide | who has the key, who may open the file |
//! | a location of nginx with a `proxy_set_header` of its own | everybody, through nginx |
//! | HAProxy: `set-header Client-Cert … if { ssl_c_used }` without `del-header` | everybody, through HAProxy, and with a verdict of `0` |
//! | no authorities in the service, no verdict set by a careless proxy | who makes a certificate with that name |
//!
//! The fields of one proxy behind another, from captures that have Envoy 1.40 beside them:
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
//! out all others, and never takes a name with an underscore for the one with a dash. Two settings keep
//! such names from arriving at all: nginx has `underscores_in_headers off` unless told otherwise, HAProxy
//! wants `option http-restrict-req-hdr-names delete`.
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
