//! [`ForwardedCertificatesLayer`]: believes what a proxy forwards, where it is the proxy.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use http::{Extensions, HeaderName, request::Parts};
use tower::Layer;

use super::{Forwarded, ForwardedCertificates, ProxyProof, names};
use crate::{
    clock::Clock,
    credentials::Credentials,
    error::AuthError,
    gate::{Check, Gate, GateLayer, Verdict},
    identity::Identity,
    mtls::{ClientCertificate, PeerCertificates},
    rejection::DefaultRejection,
};

/// Provides the client certificate that a proxy in front forwards to the layers further in, where the
/// peer has proved to be that proxy.
///
/// It goes outside of a [`MtlsIdentityLayer`](crate::MtlsIdentityLayer), which then judges the
/// forwarded certificate, or that the proxy forwards none, in place of the connection's own: that one is
/// the proxy's, and no client is to pass for the proxy.
///
/// A request whose peer has not proved to be the proxy goes on without a certificate, and is
/// [counted](Self::stripped) where it tried to bring one. Every field in which any of the well-known
/// proxies forwards certificates is taken out of every request, in any case, with dashes or with
/// underscores, believed or not.
///
/// A forwarded certificate [says so](crate::ClientCertificate::is_forwarded). It does not count for a
/// token that is bound to a certificate (RFC 8705), unless
/// [`allow_bound_tokens`](Self::allow_bound_tokens) is set.
///
/// [`guide::proxies`](crate::guide::proxies) tells what to set in the proxy.
///
/// # Rejections
///
/// By this layer:
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the server says nothing about the connection that the proof asks for | 500 | `INTERNAL` |
/// | there is another such layer outside of it, or one that has authenticated by the connection's certificate | 500 | `INTERNAL` |
///
/// By the authentication layer further in, with the challenges of its schemes:
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the peer has not proved to be the proxy, or the proxy forwards no certificate | 401 | `UNAUTHENTICATED` |
/// | what the proxy forwards cannot be read, or is too long | 401 | `UNAUTHENTICATED` |
/// | the proxy does not say that it has verified the certificate, where that is demanded | 401 | `UNAUTHENTICATED` |
/// | no authority has signed it, or it is revoked, where [authorities](crate::ForwardedAuthorities) are set | 401 | `UNAUTHENTICATED` |
/// | the field occurs twice | 400 | `UNAUTHENTICATED` |
///
/// # Examples
///
/// ```
/// use http::{HeaderName, Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{
///     CertificateRules, ForwardedCertificates, ForwardedCertificatesLayer, MtlsIdentityLayer,
///     ProxyProof,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let source = ForwardedCertificates::from_nginx(HeaderName::from_static("x-client-cert"));
/// let forwarded = ForwardedCertificatesLayer::new(source, ProxyProof::unix_socket());
/// let auth = (forwarded.clone(), MtlsIdentityLayer::new(CertificateRules::new()));
/// let service = auth
///     .layer(service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(()))));
///
/// // Not by the socket: whatever the field says, there is no certificate.
/// let request = Request::builder().header("x-client-cert", "anything").body(()).unwrap();
/// assert_eq!(service.oneshot(request).await.unwrap().status(), 401);
/// assert_eq!(forwarded.stripped(), 1);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct ForwardedCertificatesLayer {
    proxies: Arc<Vec<(ForwardedCertificates, ProxyProof)>>,
    names: Arc<[HeaderName]>,
    stripped: Arc<AtomicU64>,
    bound_tokens: bool,
    direct_clients: bool,
    #[cfg(feature = "tls")]
    authorities: Option<super::ForwardedAuthorities>,
    clock: Clock,
}

impl ForwardedCertificatesLayer {
    /// Reads certificates of a source from peers that prove to be the proxy.
    pub fn new(source: ForwardedCertificates, proof: ProxyProof) -> Self {
        Self {
            names: source.names().into(),
            proxies: Arc::new(vec![(source, proof)]),
            stripped: Arc::default(),
            bound_tokens: false,
            direct_clients: false,
            #[cfg(feature = "tls")]
            authorities: None,
            clock: Clock::system(),
        }
    }

    /// Reads certificates of another source as well, from peers that prove to be another proxy.
    ///
    /// Each proxy is read in its own form only. A peer that proves to be several is the one that was named
    /// first. For one form and several proofs there is [`ProxyProof::or`].
    pub fn with_proxy(mut self, source: ForwardedCertificates, proof: ProxyProof) -> Self {
        self.names = self.names.iter().cloned().chain(source.names()).collect();
        Arc::make_mut(&mut self.proxies).push((source, proof));
        self
    }

    /// Verifies what the proxy forwards again, and needs the whole chain for it where there are
    /// intermediate authorities.
    ///
    /// For a proxy that forwards what it has not verified, and where its word is not enough.
    #[cfg(feature = "tls")]
    pub fn with_authorities(mut self, authorities: super::ForwardedAuthorities) -> Self {
        self.authorities = Some(authorities);
        self
    }

    /// Lets peers that are not the proxy authenticate by the certificate of their own connection.
    ///
    /// Then the proof must fit every certificate that the proxy ever shows: with one that it does not
    /// know, all clients of the proxy become the proxy itself.
    pub const fn allow_direct_clients(mut self) -> Self {
        self.direct_clients = true;
        self
    }

    /// Lets a forwarded certificate count for tokens that are bound to one (`cnf.x5t#S256`), in place of
    /// the connection's.
    ///
    /// The proof of possession is then the proxy's word. Behind a proxy that is what there is.
    pub const fn allow_bound_tokens(mut self) -> Self {
        self.bound_tokens = true;
        self
    }

    /// Reads the time of day elsewhere; for tests. It is what the proxy's own certificate is held
    /// against.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many requests have brought fields of a proxy, without proof that it was the proxy who sent
    /// them. Clones of a layer count together.
    #[must_use]
    pub fn stripped(&self) -> u64 {
        self.stripped.load(Ordering::Relaxed)
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection); configure the rest first.
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn judge(&self, parts: &Parts) -> Result<ForwardedGrant, AuthError> {
        if parts.extensions.get::<Forwarded>().is_some() {
            return Err(AuthError::misconfigured(
                "two ForwardedCertificatesLayers: the outer one has taken the fields of the inner one",
            ));
        }
        if is_known_by_certificate(&parts.extensions) {
            return Err(AuthError::misconfigured(
                "a layer outside of this one has read the certificate of the connection, which is the \
                 proxy's for every client: put it inside",
            ));
        }
        let now = self.clock.now();
        let source = self.source(parts, now)?;
        let chain = source.map(|source| source.read(&parts.headers));
        #[cfg(feature = "tls")]
        let chain = chain.map(|chain| self.held(chain?, now));
        Ok(ForwardedGrant(chain.map(PeerCertificates::forwarded)))
    }

    /// Where the proxy puts certificates that the peer has proved to be, if it has.
    fn source(
        &self,
        parts: &Parts,
        now: SystemTime,
    ) -> Result<Option<&ForwardedCertificates>, AuthError> {
        let mut lacking = None;
        for (source, proof) in self.proxies.iter() {
            match proof.holds(&parts.extensions, now) {
                Ok(true) => return Ok(Some(source)),
                Ok(false) => {}
                Err(error) => lacking = lacking.or(Some(error)),
            }
        }
        lacking.map_or(Ok(None), Err)
    }

    /// A chain as it is, where it leads to an authority or nothing is said of authorities.
    #[cfg(feature = "tls")]
    fn held(
        &self,
        chain: Option<Vec<Vec<u8>>>,
        now: SystemTime,
    ) -> Result<Option<Vec<Vec<u8>>>, AuthError> {
        match &self.authorities {
            Some(authorities) => chain.map(|chain| authorities.hold(chain, now)).transpose(),
            None => Ok(chain),
        }
    }
}

/// Whether a layer further out knows somebody by certificate.
fn is_known_by_certificate(extensions: &Extensions) -> bool {
    let identity = Identity::from_extensions(extensions);
    std::iter::successors(identity, |identity| identity.outer())
        .any(|identity| identity.method() == ClientCertificate::NAME)
}

impl Check for ForwardedCertificatesLayer {
    type Grant = ForwardedGrant;

    fn name(&self) -> &'static str {
        "forwarded_certificates"
    }

    /// What is forged is taken out of open requests, too, and who handles those is not given the proxy's
    /// certificate for the client's.
    fn is_asked_always(&self) -> bool {
        true
    }

    fn check(&self, parts: &Parts) -> Verdict<ForwardedGrant> {
        match self.judge(parts) {
            Ok(grant) => Verdict::Granted(grant),
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, ForwardedGrant(certificates): ForwardedGrant, parts: &mut Parts) {
        let found = names::strip(&mut parts.headers, &self.names);
        let certificates = match certificates {
            Some(certificates) => {
                if self.bound_tokens {
                    parts.extensions.insert(certificates.clone());
                }
                certificates
            }
            None => {
                if found {
                    self.stripped.fetch_add(1, Ordering::Relaxed);
                }
                if self.direct_clients {
                    return;
                }
                PeerCertificates::none()
            }
        };
        parts.extensions.insert(Forwarded(certificates));
    }
}

/// What a [`ForwardedCertificatesLayer`] has found: what the proxy forwards, or that the peer is not the
/// proxy.
pub struct ForwardedGrant(Option<PeerCertificates>);

impl fmt::Debug for ForwardedGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForwardedGrant").finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ForwardedCertificatesLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}
