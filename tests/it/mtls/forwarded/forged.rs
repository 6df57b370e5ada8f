//! Who is not the proxy, and writes its fields.

use http::Request;
use tower::{Layer, ServiceExt};
use tower_auth::{AuthErrorKind, ForwardedCertificates, PeerCertificates, ProxyProof, UnixPeer};

use super::{ALICE, answer, base64_of, captured, der, escaped, layer, name, outcome, pem};
use crate::support::probe::Probe;

fn every_source() -> Vec<(&'static str, ForwardedCertificates, String)> {
    let spaced = pem("alice").replace('\n', " ");
    let xfcc = format!("Cert=\"{}\"", escaped(&pem("alice")));
    vec![
        ("x-forwarded-client-cert", ForwardedCertificates::from_xfcc(), xfcc),
        (
            "client-cert",
            ForwardedCertificates::from_client_cert(),
            format!(":{}:", base64_of("alice")),
        ),
        ("x-own", ForwardedCertificates::from_nginx(name("x-own")), escaped(&pem("alice"))),
        ("x-own", ForwardedCertificates::from_haproxy(name("x-own")), base64_of("alice")),
        ("x-own", ForwardedCertificates::from_apache(name("x-own")), spaced),
        ("x-forwarded-tls-client-cert", ForwardedCertificates::from_traefik(), base64_of("alice")),
        ("x-amzn-mtls-clientcert-leaf", ForwardedCertificates::from_alb(), escaped(&pem("alice"))),
        (
            "x-amzn-mtls-clientcert",
            ForwardedCertificates::danger_from_alb_passthrough(),
            escaped(&pem("alice")),
        ),
    ]
}

#[tokio::test]
async fn cert_03_without_proof_nothing_is_read_of_any_source() {
    for (field, source, value) in every_source() {
        let layer = layer(source, ProxyProof::unix_socket());
        let request = || Request::builder().header(field, &value);
        // The control: by the proxy the same request is alice's.
        let (response, probe) = answer(&layer, super::trusted(request())).await;
        assert_eq!(outcome(&response, &probe).as_deref(), Ok(ALICE), "{field}");
        assert_eq!(layer.stripped(), 0);

        let (response, probe) = answer(&layer, request().body(()).unwrap()).await;
        assert_eq!(outcome(&response, &probe), Err(AuthErrorKind::MissingCredentials), "{field}");
        assert_eq!(layer.stripped(), 1, "{field}");
    }
}

#[tokio::test]
async fn captured_requests_are_nothing_from_another_peer() {
    for proxy in ["envoy", "haproxy", "nginx"] {
        for case in ["alice", "alice + forged headers", "no cert + forged headers"] {
            let source = ForwardedCertificates::from_xfcc();
            let layer = layer(source, ProxyProof::unix_socket());
            let (response, probe) = answer(&layer, captured(proxy, case).body(()).unwrap()).await;
            assert_eq!(outcome(&response, &probe), Err(AuthErrorKind::MissingCredentials));
            assert_eq!(layer.stripped(), 1, "{proxy}: {case}");
        }
    }
}

#[tokio::test]
async fn a_request_without_such_fields_is_not_counted() {
    let layer = layer(ForwardedCertificates::from_xfcc(), ProxyProof::unix_socket());
    let request = Request::builder().header("x-client-certainty", "1").header("x-client", "2");
    answer(&layer, request.body(()).unwrap()).await;
    assert_eq!(layer.stripped(), 0);
    let again = Request::builder().header("x-ssl-client-verify", "SUCCESS").body(()).unwrap();
    answer(&layer.clone(), again).await;
    assert_eq!(layer.stripped(), 1, "clones count together");
}

#[tokio::test]
async fn cert_06_all_fields_of_proxies_are_taken_out_believed_or_not() {
    let fields = [
        "x-forwarded-client-cert",
        "client-cert",
        "client-cert-chain",
        "x-client-cert",
        "x_client_cert",
        "X-Client_Cert",
        "ssl-client-cert",
        "ssl_client_cert",
        "x-ssl-client-verify",
        "x_ssl_client_verify",
        "x-ssl-client-s-dn",
        "x-ssl-cert",
        "x-forwarded-tls-client-cert",
        "x-forwarded-tls-client-cert-info",
        "x-amzn-mtls-clientcert",
        "x-amzn-mtls-clientcert-leaf",
        "x-amzn-mtls-clientcert-serial-id",
        "x-arr-clientcert",
        "x-client-dn",
        "x-client-verify",
        "x-own",
        "x_own",
    ];
    for by_the_proxy in [true, false] {
        let source = ForwardedCertificates::from_nginx(name("x-own"));
        let layer = layer(source, ProxyProof::unix_socket());
        let probe = Probe::new();
        let mut request = Request::builder().header("x-kept", "1").header("x-owner", "2");
        if by_the_proxy {
            request = request.extension(UnixPeer);
        }
        for field in fields {
            request = request.header(field, "-");
        }
        layer.layer(probe.clone()).oneshot(request.body(()).unwrap()).await.unwrap();
        let head = probe.head();
        let left: Vec<_> = head.headers.keys().map(http::HeaderName::as_str).collect();
        assert_eq!(left, ["x-kept", "x-owner"]);
    }
}

#[tokio::test]
async fn cert_06_an_alias_of_the_field_is_not_the_field() {
    let source = ForwardedCertificates::from_nginx(name("x-client-cert"));
    let request = super::bringing(&name("x_client_cert"), &escaped(&pem("alice")));
    assert_eq!(
        super::subject(source.clone(), request).await,
        Err(AuthErrorKind::MissingCredentials)
    );
    // Nor does it get into the way of the field.
    let both = Request::builder()
        .header("x_client_cert", "forged")
        .header("X-CLIENT-CERT", escaped(&pem("alice")));
    assert_eq!(super::subject(source, super::trusted(both)).await.as_deref(), Ok(ALICE));
}

#[tokio::test]
async fn no_client_becomes_the_proxy() {
    let proxy = PeerCertificates::from_der([der("mesh-a")]);
    let is_mesh_a = |peer: &tower_auth::ClientCertificate| peer.der() == der("mesh-a");
    for proof in [ProxyProof::client_certificate(is_mesh_a), ProxyProof::unix_socket()] {
        let layer = layer(ForwardedCertificates::from_xfcc(), proof);
        let anonymous = Request::builder().extension(proxy.clone()).body(()).unwrap();
        let (response, probe) = answer(&layer, anonymous.clone()).await;
        assert_eq!(outcome(&response, &probe), Err(AuthErrorKind::MissingCredentials));
    }
    // The control: without the layer that certificate is somebody.
    let rules = tower_auth::CertificateRules::new().with_clock(super::clock());
    let service = tower_auth::MtlsIdentityLayer::new(rules).layer(Probe::new());
    let request = Request::builder().extension(proxy).body(()).unwrap();
    assert_eq!(service.oneshot(request).await.unwrap().status(), 200);
}

#[tokio::test]
async fn direct_clients_are_themselves_only_where_that_is_allowed() {
    let direct = || {
        let own = PeerCertificates::from_der([der("bob-inter")]);
        let forged = format!("Cert=\"{}\"", escaped(&pem("alice")));
        let request = Request::builder().header("x-forwarded-client-cert", forged);
        request.extension(own).body(()).unwrap()
    };
    let layer = layer(ForwardedCertificates::from_xfcc(), ProxyProof::unix_socket());
    let (response, probe) = answer(&layer, direct()).await;
    assert_eq!(outcome(&response, &probe), Err(AuthErrorKind::MissingCredentials));

    let layer = layer.allow_direct_clients();
    let (response, probe) = answer(&layer, direct()).await;
    assert_eq!(outcome(&response, &probe).as_deref(), Ok(super::BOB));
    assert!(!probe.head().headers.contains_key("x-forwarded-client-cert"));
    assert_eq!(layer.stripped(), 2);
}

/// In the wrong order the outer layer takes the certificate of the connection, and every client is the
/// proxy.
#[tokio::test]
async fn a_layer_outside_that_reads_certificates_is_a_mistake_that_is_told() {
    use tower_auth::{AuthLayer, CertificateRules, MtlsIdentityLayer, Scheme};

    let rules = || CertificateRules::new().with_clock(super::clock());
    let forwarded = || layer(ForwardedCertificates::from_xfcc(), ProxyProof::unix_socket());
    let request = || {
        let proxy = PeerCertificates::from_der([der("mesh-a")]);
        let field = format!("Cert=\"{}\"", escaped(&pem("alice")));
        let request = Request::builder().header("x-forwarded-client-cert", field);
        request.extension(proxy).extension(UnixPeer).body(()).unwrap()
    };
    let outside = MtlsIdentityLayer::new(rules());
    let stacked = (outside, forwarded()).layer(Probe::new());
    assert_eq!(stacked.oneshot(request()).await.unwrap().status(), 500);
    let outside = AuthLayer::new(Scheme::client_certificate(rules()));
    let further = AuthLayer::first_of([]).allow_anonymous();
    let stacked = (outside, (further, forwarded())).layer(Probe::new());
    assert_eq!(stacked.oneshot(request()).await.unwrap().status(), 500);
    // The control: other layers may be outside.
    let outside = AuthLayer::first_of([]).allow_anonymous();
    let stacked = (outside, (forwarded(), MtlsIdentityLayer::new(rules()))).layer(Probe::new());
    assert_eq!(stacked.oneshot(request()).await.unwrap().status(), 200);
}

#[tokio::test]
async fn two_layers_are_a_mistake_that_is_told() {
    let layer = || layer(ForwardedCertificates::from_xfcc(), ProxyProof::unix_socket());
    let service = (layer(), layer()).layer(Probe::new());
    let response = service.oneshot(Request::new(())).await.unwrap();
    assert_eq!(response.status(), 500);
}
