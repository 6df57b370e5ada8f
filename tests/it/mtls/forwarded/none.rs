//! The ways to say that there is no certificate, and what is none of them.

use http::Request;
use tower_auth::{AuthErrorKind, ForwardedCertificates};

use super::{bringing, name, subject, trusted};

fn sources() -> [(&'static str, ForwardedCertificates); 8] {
    let own = || name("x-own");
    [
        ("x-forwarded-client-cert", ForwardedCertificates::from_xfcc()),
        ("client-cert", ForwardedCertificates::from_client_cert()),
        ("x-own", ForwardedCertificates::from_nginx(own())),
        ("x-own", ForwardedCertificates::from_haproxy(own())),
        ("x-own", ForwardedCertificates::from_apache(own())),
        ("x-forwarded-tls-client-cert", ForwardedCertificates::from_traefik()),
        ("x-amzn-mtls-clientcert-leaf", ForwardedCertificates::from_alb()),
        ("x-amzn-mtls-clientcert", ForwardedCertificates::danger_from_alb_passthrough()),
    ]
}

#[tokio::test]
async fn every_way_of_saying_none_is_none() {
    let words = [
        "",
        " ",
        "-",
        "NONE",
        "(null)",
        "::",
        "%{SSL_CLIENT_CERT}s",
        "%{SSL_CLIENT_CERT}e",
        "%{SSL_CLIENT_CERT}",
        "%[ssl_c_der,base64]",
        "$ssl_client_escaped_cert",
        "${ssl_client_escaped_cert}",
    ];
    for (field, source) in sources() {
        let absent = subject(source.clone(), trusted(Request::builder())).await;
        assert_eq!(absent, Err(AuthErrorKind::MissingCredentials), "{field}: absent");
        for word in words {
            let found = subject(source.clone(), bringing(&name(field), word)).await;
            assert_eq!(found, Err(AuthErrorKind::MissingCredentials), "{field}: {word:?}");
        }
    }
}

#[tokio::test]
async fn what_only_looks_like_none_is_refused() {
    let words = [
        "--",
        "none",
        "null",
        "(null) ,",
        "NONE,NONE",
        ":",
        ":::",
        "%{SSL_CLIENT_CERT",
        "%{}s",
        "%{SSL_CLIENT_CERT}x",
        "%{A}s%{B}s",
        "%[]",
        "%[ssl_c_der",
        "$",
        "$a b",
        "${}",
        "${a",
        "0",
        "true",
    ];
    for (field, source) in sources() {
        for word in words {
            let found = subject(source.clone(), bringing(&name(field), word)).await;
            assert_eq!(found, Err(AuthErrorKind::UnreadableCredentials), "{field}: {word:?}");
        }
    }
}

#[tokio::test]
async fn promise_9_a_bad_certificate_does_not_give_way_to_another_scheme() {
    use tower::{Layer, ServiceExt};
    use tower_auth::{AuthLayer, CertificateRules, Identity, ProxyProof, Scheme};

    let schemes = AuthLayer::first_of([Scheme::client_certificate(CertificateRules::new())])
        .allow_anonymous_as(Identity::anonymous());
    let source = ForwardedCertificates::from_haproxy(name("x-own"));
    let layers = (super::layer(source, ProxyProof::unix_socket()), schemes);
    for (value, status) in [("-", 200), ("AAAA", 401), ("garbage", 401)] {
        let service = layers.clone().layer(crate::support::probe::Probe::new());
        let response = service.oneshot(bringing(&name("x-own"), value)).await.unwrap();
        assert_eq!(response.status(), status, "{value}");
    }
}
