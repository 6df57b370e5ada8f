//! [`ForwardedCertificates`]: where a proxy puts the certificate, and how it writes it.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::{
    read::{self, Der, Parsed},
    xfcc::{self, Choice},
};
use crate::error::AuthError;

const XFCC: HeaderName = HeaderName::from_static("x-forwarded-client-cert");
const CLIENT_CERT: HeaderName = HeaderName::from_static("client-cert");
const CLIENT_CERT_CHAIN: HeaderName = HeaderName::from_static("client-cert-chain");
const TRAEFIK: HeaderName = HeaderName::from_static("x-forwarded-tls-client-cert");
const ALB_LEAF: HeaderName = HeaderName::from_static("x-amzn-mtls-clientcert-leaf");
const ALB_PASSTHROUGH: HeaderName = HeaderName::from_static("x-amzn-mtls-clientcert");

/// Where a proxy puts the client's certificate, and how it writes it.
///
/// The field may be at most 16 KiB long and hold a chain of at most 8 certificates. All the usual ways
/// to say that there is none mean that: an absent field, an empty one, `-`, `NONE`, `(null)`, and the
/// proxy's own template text, such as `%{SSL_CLIENT_CERT}s`. Anything else must be exactly what the
/// proxy writes.
///
/// **The proxy must have verified the certificate.** Where it is set to take any (`optional_no_ca` in
/// nginx and Apache, `RequestClientCert` in Traefik), a client can make its own; see
/// [`with_verdict`](Self::with_verdict).
///
/// # Examples
///
/// ```
/// use http::HeaderName;
/// use tower_auth::ForwardedCertificates;
///
/// // proxy_set_header X-Client-Cert $ssl_client_escaped_cert;
/// // proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
/// let nginx = ForwardedCertificates::from_nginx(HeaderName::from_static("x-client-cert"))
///     .with_verdict(HeaderName::from_static("x-ssl-client-verify"), "SUCCESS");
/// # let _ = nginx;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ForwardedCertificates {
    format: Format,
    name: HeaderName,
    verdict: Option<(HeaderName, &'static str)>,
}

#[derive(Clone, Debug)]
enum Format {
    Base64,
    Base64List,
    ByteSequence,
    EscapedPem,
    EscapedPemChain,
    Pem,
    Xfcc(Choice),
}

impl ForwardedCertificates {
    /// Envoy's `x-forwarded-client-cert`: the right-most element, which the nearest proxy has added.
    ///
    /// The proxy must add `Cert` (`set_current_client_cert_details: {cert: true}`); `Chain` is read
    /// where it is there. An element with nothing but `Hash` and `Subject` is refused.
    pub const fn from_xfcc() -> Self {
        Self::from_xfcc_hops(0)
    }

    /// The element of `x-forwarded-client-cert` whose `By` is this proxy, where that is the nearest
    /// proxy, or where the nearest says in a `URI` of its own element that this one was its peer, and
    /// adds its `Cert`.
    ///
    /// For two proxies in a row, of which the outer one sees the client. Where the outer proxy saw no
    /// certificate, there is none: the only element is then about that proxy. The name is compared
    /// exactly.
    pub fn from_xfcc_by(proxy: impl Into<String>) -> Self {
        Self::of(Format::Xfcc(Choice::By(proxy.into())), XFCC)
    }

    /// The element of `x-forwarded-client-cert` so many places from the right; 0 is the right-most.
    ///
    /// Count only where nobody but the outer proxies can reach the inner ones: who can, writes
    /// the elements to the left of its own. [`from_xfcc_by`](Self::from_xfcc_by) looks at who it was.
    pub const fn from_xfcc_hops(from_right: usize) -> Self {
        Self::of(Format::Xfcc(Choice::FromRight(from_right)), XFCC)
    }

    /// `Client-Cert`, and `Client-Cert-Chain` where it is there (RFC 9440). HAProxy:
    /// `http-request set-header Client-Cert :%[ssl_c_der,base64]: if { ssl_c_used }`, and before it
    /// `http-request del-header client-cert -m beg`, without which a client that shows no certificate
    /// writes both fields itself.
    pub const fn from_client_cert() -> Self {
        Self::of(Format::ByteSequence, CLIENT_CERT)
    }

    /// nginx: `proxy_set_header X-Client-Cert $ssl_client_escaped_cert`.
    pub const fn from_nginx(name: HeaderName) -> Self {
        Self::of(Format::EscapedPem, name)
    }

    /// HAProxy: `http-request set-header X-SSL-Client-Cert %[ssl_c_der,base64]`.
    pub const fn from_haproxy(name: HeaderName) -> Self {
        Self::of(Format::Base64, name)
    }

    /// Apache: `RequestHeader set X-SSL-Client-Cert "%{SSL_CLIENT_CERT}s"`, PEM whose lines end in
    /// spaces.
    pub const fn from_apache(name: HeaderName) -> Self {
        Self::of(Format::Pem, name)
    }

    /// Traefik's middleware `passTLSClientCert` with `pem: true`: `X-Forwarded-Tls-Client-Cert`.
    /// Traefik must be set to `RequireAndVerifyClientCert` or `VerifyClientCertIfGiven`.
    pub const fn from_traefik() -> Self {
        Self::of(Format::Base64List, TRAEFIK)
    }

    /// The Application Load Balancer of AWS in mode *verify*: `X-Amzn-Mtls-Clientcert-Leaf`.
    pub const fn from_alb() -> Self {
        Self::of(Format::EscapedPem, ALB_LEAF)
    }

    /// The Application Load Balancer of AWS in mode *passthrough*: `X-Amzn-Mtls-Clientcert`, which
    /// holds **whatever the client has sent, verified by nobody**. Anybody can make a certificate with
    /// any name: set the authorities that must have signed it
    /// (`ForwardedCertificatesLayer::with_authorities`, feature `tls`), or know certificates by their
    /// [thumbprint](crate::ClientCertificate::sha256_thumbprint) and not by names.
    pub const fn danger_from_alb_passthrough() -> Self {
        Self::of(Format::EscapedPemChain, ALB_PASSTHROUGH)
    }

    /// Demands that another field of the proxy's says that it has verified the certificate, once and
    /// exactly so; without it a certificate is refused.
    ///
    /// nginx and Apache say `SUCCESS`. HAProxy's `ssl_c_verify` says `0`, also where there is no
    /// certificate.
    pub fn with_verdict(mut self, name: HeaderName, good: &'static str) -> Self {
        self.verdict = Some((name, good));
        self
    }

    const fn of(format: Format, name: HeaderName) -> Self {
        Self { format, name, verdict: None }
    }

    /// The fields that this reads, which nobody further in is to see.
    pub(super) fn names(&self) -> Vec<HeaderName> {
        let verdict = self.verdict.iter().map(|(name, _)| name.clone());
        std::iter::once(self.name.clone()).chain(verdict).collect()
    }

    /// The chain that the proxy forwards, the client's own certificate first.
    pub(super) fn read(&self, headers: &HeaderMap) -> Result<Option<Vec<Der>>, AuthError> {
        let value = read::line(headers, &self.name)?;
        let chain = match &self.format {
            Format::ByteSequence => {
                let list = read::line(headers, &CLIENT_CERT_CHAIN)?;
                match (value, list) {
                    (None, Some(_)) => Err("a chain without the client's own certificate"),
                    (None, None) => Ok(None),
                    (Some(leaf), list) => read::byte_sequence(leaf)
                        .and_then(|leaf| read::chain_after(leaf, list))
                        .map(Some),
                }
            }
            Format::Xfcc(choice) => value.map_or(Ok(None), |field| xfcc::chain(field, choice)),
            format => value.map(|value| format.chain(value)).transpose(),
        };
        let chain = chain.map_err(AuthError::unreadable)?;
        if chain.is_some() {
            self.hold_verdict(headers)?;
        }
        Ok(chain)
    }

    fn hold_verdict(&self, headers: &HeaderMap) -> Result<(), AuthError> {
        let Some((name, good)) = &self.verdict else {
            return Ok(());
        };
        let mut lines = headers.get_all(name).iter().map(HeaderValue::as_bytes);
        if lines.next() == Some(good.as_bytes()) && lines.next().is_none() {
            Ok(())
        } else {
            Err(AuthError::invalid("the proxy does not say that it has verified the certificate"))
        }
    }
}

impl Format {
    /// The certificates of a field by itself.
    fn chain(&self, value: &str) -> Parsed<Vec<Der>> {
        match self {
            Self::Base64 | Self::ByteSequence => read::base64_der(value).map(|der| vec![der]),
            Self::Base64List => {
                let list = value.split(',').map(read::base64_der).collect::<Parsed<_>>()?;
                read::bounded(list)
            }
            Self::EscapedPem => {
                let pem = read::percent_decoded(value)?;
                read::pem(&pem).map(|der| vec![der])
            }
            Self::EscapedPemChain | Self::Xfcc(_) => {
                read::pem_chain(&read::percent_decoded(value)?)
            }
            Self::Pem => read::pem(value).map(|der| vec![der]),
        }
    }
}
