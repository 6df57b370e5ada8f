//! What real proxies have sent.

use tower_auth::{AuthErrorKind, ForwardedCertificates};

use super::{ALICE, BOB, captured, name, subject, trusted};

fn sources() -> [(&'static str, ForwardedCertificates); 3] {
    [
        ("envoy", ForwardedCertificates::from_xfcc()),
        ("haproxy", ForwardedCertificates::from_client_cert()),
        (
            "nginx",
            ForwardedCertificates::from_nginx(name("x-client-cert"))
                .with_verdict(name("x-ssl-client-verify"), "SUCCESS"),
        ),
    ]
}

#[tokio::test]
async fn every_certificate_that_they_forward_is_read() {
    for (proxy, source) in sources() {
        for (case, expected) in [
            ("alice", Ok(ALICE)),
            ("bob-inter.chain", Ok(BOB)),
            ("odd-dn", Err(AuthErrorKind::InvalidCredentials)),
            ("alice-rsa", Ok("alice@acme.test")),
            ("two-uri", Err(AuthErrorKind::InvalidCredentials)),
            ("no-san", Err(AuthErrorKind::InvalidCredentials)),
        ] {
            let found = subject(source.clone(), trusted(captured(proxy, case))).await;
            assert_eq!(found.as_deref(), expected.as_ref().map(|s| *s), "{proxy}: {case}");
        }
    }
}

#[tokio::test]
async fn x509_06_two_common_names_are_not_the_first_or_the_last_one() {
    use tower::{Layer, ServiceExt};
    use tower_auth::{CertificateRules, MtlsIdentityLayer, NameKind, ProxyProof};

    for (proxy, source) in sources() {
        let rules = CertificateRules::subject_from(NameKind::CommonName).with_clock(super::clock());
        let layers =
            (super::layer(source, ProxyProof::unix_socket()), MtlsIdentityLayer::new(rules));
        let service = layers.layer(crate::support::probe::Probe::new());
        let response = service.oneshot(trusted(captured(proxy, "two-cn"))).await.unwrap();
        assert_eq!(response.status(), 401, "{proxy}");
    }
}

#[tokio::test]
async fn what_envoy_treats_as_no_certificate_is_none() {
    let [(_, envoy), ..] = sources();
    let found = subject(envoy, trusted(captured("envoy", "alice-ed"))).await;
    assert_eq!(found, Err(AuthErrorKind::MissingCredentials));
    for (proxy, source) in sources().into_iter().skip(1) {
        let found = subject(source, trusted(captured(proxy, "alice-ed"))).await;
        assert!(found.is_ok(), "{proxy}");
    }
}

#[tokio::test]
async fn forgeries_that_they_pass_on_change_nothing() {
    for (proxy, source) in sources() {
        let found =
            subject(source.clone(), trusted(captured(proxy, "alice + forged headers"))).await;
        assert_eq!(found.as_deref(), Ok(ALICE), "{proxy}");
        let found = subject(source, trusted(captured(proxy, "no cert + forged headers"))).await;
        assert_eq!(found, Err(AuthErrorKind::MissingCredentials), "{proxy}");
    }
}

/// The experiment behind the guide's warning: the same requests, read from a field that the proxy was
/// not told to set and so passes on.
#[tokio::test]
async fn a_field_that_the_proxy_does_not_set_is_the_clients() {
    for (proxy, source) in [
        ("nginx", ForwardedCertificates::from_xfcc()),
        ("haproxy", ForwardedCertificates::from_xfcc()),
        ("nginx", ForwardedCertificates::from_client_cert()),
        ("envoy", ForwardedCertificates::from_client_cert()),
    ] {
        let found = subject(source, trusted(captured(proxy, "no cert + forged headers"))).await;
        // The forgeries of the laboratory hold no certificate; with one they would be somebody.
        assert_eq!(found, Err(AuthErrorKind::UnreadableCredentials), "{proxy}");
    }
}
