//! The application: who are you, by the certificate that the proxy forwards?

use std::fmt::Write;

use axum::{
    Router,
    http::{HeaderMap, HeaderName},
    routing::get,
};
use tower_auth::{
    CertificateRules, ForwardedAuthorities, ForwardedCertificates, ForwardedCertificatesLayer,
    Identity, MtlsIdentityLayer, NameKind, ProxyProof,
};

/// How the proxy writes certificates.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Form {
    /// RFC 9440, as HAProxy can be told to write it.
    ClientCert,
    HaProxy,
    Nginx,
}

impl Form {
    /// Each with what the proxy says of the certificate where it has found it good.
    fn source(self) -> ForwardedCertificates {
        const VERDICT: HeaderName = HeaderName::from_static("x-ssl-client-verify");

        match self {
            Self::ClientCert => {
                ForwardedCertificates::from_client_cert().with_verdict(VERDICT, "0")
            }
            Self::HaProxy => {
                ForwardedCertificates::from_haproxy(HeaderName::from_static("x-ssl-client-cert"))
                    .with_verdict(VERDICT, "0")
            }
            Self::Nginx => {
                ForwardedCertificates::from_nginx(HeaderName::from_static("x-client-cert"))
                    .with_verdict(VERDICT, "SUCCESS")
            }
        }
    }
}

/// With authorities, every certificate is verified again.
pub(crate) fn app(
    form: Form,
    proof: ProxyProof,
    authorities: Option<ForwardedAuthorities>,
) -> Router {
    let mut forwarded = ForwardedCertificatesLayer::new(form.source(), proof);
    if let Some(authorities) = authorities {
        forwarded = forwarded.with_authorities(authorities);
    }
    let counted = forwarded.clone();
    let identity = MtlsIdentityLayer::new(CertificateRules::subject_from(NameKind::Uri));

    Router::new()
        .route("/", get(hello))
        .route_layer(identity)
        .route("/seen", get(fields)) // what is left for handlers, whoever asks
        .route_layer(forwarded)
        .route("/arrived", get(fields)) // what has come: for looking at what a proxy sends
        .route("/health", get(async move || format!("forged: {}\n", counted.stripped())))
}

async fn hello(identity: Identity) -> String {
    format!("hello {}\n", identity.subject())
}

async fn fields(headers: HeaderMap) -> String {
    headers.iter().fold(String::new(), |mut text, (name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        writeln!(text, "{name}: {value}").expect("a string takes every text");
        text
    })
}
