//! What shows that the peer is the proxy, and what does not.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, SystemTime},
};

use http::Request;
use tower_auth::{
    AuthErrorKind, Authenticator, Clock, ForwardedCertificates, ForwardedCertificatesLayer,
    PeerAddress, PeerCertificates, ProxyProof, TlsHost, UnixPeer,
};

use super::{ALICE, answer, base64_of, der, layer, name, outcome};
use crate::{
    mtls::listener::{Pki, bind},
    support::{
        pki::{Authority, Leaf, client},
        tls::{TlsClient, soon},
    },
};

const MESH_A: &str = "spiffe://lab.test/ns/mesh/sa/mesh-a";

fn source() -> ForwardedCertificates {
    ForwardedCertificates::from_haproxy(name("x-own"))
}

fn alice() -> http::request::Builder {
    Request::builder().header("x-own", base64_of("alice"))
}

async fn found(
    layer: &ForwardedCertificatesLayer,
    request: http::request::Builder,
) -> Result<String, AuthErrorKind> {
    let (response, probe) = answer(layer, request.body(()).unwrap()).await;
    outcome(&response, &probe)
}

fn shown(chain: &[&str]) -> PeerCertificates {
    PeerCertificates::from_der(chain.iter().map(|file| der(file)))
}

fn named() -> ProxyProof {
    ProxyProof::client_certificate(|peer| peer.uris() == [MESH_A])
}

const NOBODY: Result<&str, &AuthErrorKind> = Err(&AuthErrorKind::MissingCredentials);

#[tokio::test]
async fn cert_03_the_certificate_of_the_connection_is_a_proof() {
    let layer = layer(source(), named());
    let by = |chain: &[&str]| alice().extension(shown(chain));
    assert_eq!(found(&layer, by(&["mesh-a"])).await.as_deref(), Ok(ALICE));
    assert_eq!(found(&layer, by(&["mesh-b"])).await.as_deref(), NOBODY);
    // Only the leaf counts.
    assert_eq!(found(&layer, by(&["mesh-b", "mesh-a"])).await.as_deref(), NOBODY);
    let none = alice().extension(PeerCertificates::none());
    assert_eq!(found(&layer, none).await.as_deref(), NOBODY);
    let garbage = alice().extension(PeerCertificates::from_der([b"garbage".to_vec()]));
    assert_eq!(found(&layer, garbage).await.as_deref(), NOBODY);
    assert_eq!(layer.stripped(), 4);
    // Nothing is known of the connection: loud, and not a client without a certificate.
    assert_eq!(found(&layer, alice()).await, Err(AuthErrorKind::Misconfigured));
    assert_eq!(found(&layer, alice().extension(UnixPeer)).await, Err(AuthErrorKind::Misconfigured));
}

/// Whoever signs for the clients of one host signs whatever name it likes.
#[tokio::test]
async fn a_certificate_accepted_by_the_rules_of_a_host_is_no_proof_unless_it_is_told() {
    const PARTNERS: &str = "partners.example";
    let (pki, partners) = (Pki::new(), Authority::new("partners"));
    let host = pki.servers.sign(&Leaf::named(PARTNERS).dns(PARTNERS));
    let host = TlsHost::new(host.pem(), host.key_pem()).with_client_ca(partners.pem());
    let mut listener = bind(pki.required().with_host(PARTNERS, host)).await;
    let to = listener.local_addr();
    let mallory = TlsClient::showing(&pki.servers, &partners.client(MESH_A), &[]);
    let mallory = mallory.asking_for(PARTNERS);
    let both = async { tokio::join!(mallory.connect(to), listener.accept()) };
    let (_connected, (stream, _)) = soon(both).await;
    for (proof, expected) in [
        (named(), NOBODY),
        (named().allow_tls_host("other.example"), NOBODY),
        (named().allow_tls_host("Partners.Example"), Ok(ALICE)),
    ] {
        let request = alice().extension(stream.peer().clone());
        assert_eq!(found(&layer(source(), proof), request).await.as_deref(), expected);
    }
}

#[tokio::test]
async fn the_proxys_certificate_is_known_by_its_fingerprint() {
    use sha2::{Digest, Sha256};

    let digest = Sha256::digest(der("mesh-a"));
    let pairs: Vec<String> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
    for text in [pairs.concat(), pairs.concat().to_lowercase(), pairs.join(":")] {
        let proof = ProxyProof::client_certificate_sha256(["00".repeat(32), text]).unwrap();
        let layer = layer(source(), proof);
        let by = |file| alice().extension(shown(&[file]));
        assert_eq!(found(&layer, by("mesh-a")).await.as_deref(), Ok(ALICE));
        assert_eq!(found(&layer, by("mesh-b")).await.as_deref(), NOBODY);
    }
    let joined = pairs.join(":");
    for bad in
        ["", "00", &joined[3..], &joined.replacen(':', "", 1), &"0g".repeat(32), &"00".repeat(33)]
    {
        let error = ProxyProof::client_certificate_sha256([bad]).unwrap_err();
        assert!(error.to_string().contains("is not a SHA-256"), "{error}");
    }
    assert!(ProxyProof::client_certificate_sha256([] as [&str; 0]).is_err());
}

#[tokio::test]
async fn the_proxys_certificate_proves_nothing_before_and_after_its_time() {
    let by = |seconds: u64| {
        let clock = Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
        (layer(source(), named()).with_clock(clock), alice().extension(shown(&["mesh-a"])))
    };
    for (seconds, expected) in
        [(1_700_000_000, NOBODY), (1_800_000_000, Ok(ALICE)), (2_200_000_000, NOBODY)]
    {
        let (layer, request) = by(seconds);
        assert_eq!(found(&layer, request).await.as_deref(), expected, "{seconds}");
    }
}

#[tokio::test]
async fn the_proxys_certificate_must_be_for_clients() {
    use rcgen::ExtendedKeyUsagePurpose as Usage;

    let authority = Authority::new("authority");
    let any = || layer(source(), ProxyProof::client_certificate(|_| true));
    let shows =
        |leaf: &Leaf| alice().extension(PeerCertificates::from_der([authority.sign(leaf).der()]));
    let proxy = client("spiffe://example/proxy");
    assert_eq!(found(&any(), shows(&proxy)).await.as_deref(), Ok(ALICE));
    assert_eq!(
        found(&any(), shows(&proxy.clone().usages([Usage::ServerAuth]))).await.as_deref(),
        NOBODY
    );
    assert_eq!(found(&any(), shows(&proxy.authority())).await.as_deref(), NOBODY);
}

#[tokio::test]
async fn an_address_is_a_proof_only_in_its_networks() {
    let proof =
        ProxyProof::danger_by_address(["192.0.2.0/25", "2001:db8::/33", "198.51.100.7"]).unwrap();
    let layer = layer(source(), proof);
    for (address, good) in [
        ("192.0.2.0", true),
        ("192.0.2.127", true),
        ("192.0.2.128", false),
        ("192.0.1.255", false),
        ("::ffff:192.0.2.1", true),
        ("::ffff:192.0.2.129", false),
        ("::192.0.2.1", false),
        ("198.51.100.7", true),
        ("198.51.100.6", false),
        ("2001:db8:7fff::1", true),
        ("2001:db8:8000::1", false),
    ] {
        let address: IpAddr = address.parse().unwrap();
        let request = alice().extension(PeerAddress(address));
        let expected = if good { Ok(ALICE) } else { NOBODY };
        assert_eq!(found(&layer, request).await.as_deref(), expected, "{address}");
    }
    assert_eq!(found(&layer, alice()).await, Err(AuthErrorKind::Misconfigured));
}

#[tokio::test]
async fn an_address_that_is_reported_is_not_that_of_the_connection() {
    use axum::extract::ConnectInfo;

    let layer = layer(source(), ProxyProof::danger_by_address(["192.0.2.0/24"]).unwrap());
    let proxy: SocketAddr = "192.0.2.1:1".parse().unwrap();
    let elsewhere: SocketAddr = "203.0.113.1:1".parse().unwrap();
    let request = |connection: SocketAddr, reported: SocketAddr| {
        alice().extension(ConnectInfo(connection)).extension(PeerAddress::from(reported))
    };
    // A client that tells a careless middleware the proxy's address is still elsewhere.
    assert_eq!(found(&layer, request(elsewhere, proxy)).await.as_deref(), NOBODY);
    assert_eq!(found(&layer, request(proxy, elsewhere)).await.as_deref(), Ok(ALICE));
}

#[test]
fn networks_that_cannot_be_meant_are_refused_all_at_once() {
    let bad = [
        "",
        "proxy",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.1/8",
        "0.0.0.0/0",
        "::/0",
        "2001:db8::/129",
        "2001:db8::1/64",
        "::ffff:10.0.0.0/104",
        "10.0.0.0/8/8",
        "10.0.0/8",
    ];
    let error = ProxyProof::danger_by_address(bad).unwrap_err();
    // One for each, and that none is left.
    assert_eq!(error.problems().count(), bad.len() + 1, "{error}");
    assert!(ProxyProof::danger_by_address([] as [&str; 0]).is_err());
    assert!(ProxyProof::danger_by_address(["10.0.0.0/8", "::1", "fe80::/10"]).is_ok());
}

#[tokio::test]
async fn a_certificate_that_is_forwarded_says_so() {
    use std::sync::{Arc, Mutex};
    use tower::{Layer, ServiceExt};
    use tower_auth::{ClientCertificate, Identity, MtlsIdentityLayer};

    let seen = Arc::new(Mutex::new(Vec::new()));
    let judge = {
        let seen = Arc::clone(&seen);
        move |certificate: ClientCertificate| {
            seen.lock().unwrap().push(certificate.is_forwarded());
            async { Ok(Identity::new("somebody")) }
        }
    };
    fn as_judge<A: Authenticator<ClientCertificate>>(judge: A) -> A {
        judge
    }
    let inner = MtlsIdentityLayer::new(as_judge(judge));
    let layer = layer(source(), ProxyProof::unix_socket()).allow_direct_clients();
    let service = (layer, inner).layer(crate::support::probe::Probe::new());
    for request in [alice().extension(UnixPeer), alice().extension(shown(&["alice"]))] {
        let response = service.clone().oneshot(request.body(()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
    }
    assert_eq!(*seen.lock().unwrap(), [true, false]);
}

#[cfg(unix)]
#[tokio::test]
async fn axum_tells_that_a_request_came_by_a_unix_socket() {
    use axum::{Router, routing::get};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tower_auth::{CertificateRules, Identity, MtlsIdentityLayer};

    let auth = (
        layer(source(), ProxyProof::unix_socket()),
        MtlsIdentityLayer::new(CertificateRules::new().with_clock(super::clock())),
    );
    let app = Router::new()
        .route("/", get(async |identity: Identity| identity.subject().to_owned()))
        .route_layer(auth);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    let listener = tokio::net::UnixListener::bind(&path).unwrap();
    let service = app.into_make_service_with_connect_info::<UnixPeer>();
    let server = tokio::spawn(async move { axum::serve(listener, service).await });

    let mut stream = tokio::net::UnixStream::connect(&path).await.unwrap();
    let field = base64_of("alice");
    let request =
        format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nX-Own: {field}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.ends_with(ALICE), "{response}");
    server.abort();
}
