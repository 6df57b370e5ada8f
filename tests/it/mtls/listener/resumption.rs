//! Sessions that are resumed show the certificate of an earlier handshake, which is looked at again.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use http::StatusCode;
use tokio_rustls::rustls::{
    self, HandshakeKind, ProtocolVersion, SignatureScheme, client::ResolvesClientCert,
    sign::CertifiedKey, version,
};
use tower_auth::{CertificateRules, Clock};

use super::{Pki, bind, serve};
use crate::support::{
    pki::{Certified, client},
    tls::{TlsClient, soon},
};

/// The beginning of 2100.
const END: Duration = Duration::from_secs(4_102_444_800);

fn until_2100(pki: &Pki) -> Certified {
    pki.clients.sign(&client("spiffe://example/alice").valid((2020, 1, 1), (2100, 1, 1)))
}

async fn kind(client: &TlsClient, to: std::net::SocketAddr) -> Result<HandshakeKind, String> {
    let mut connection = soon(client.open(to)).await?;
    let (status, subject) = soon(connection.get()).await?;
    assert_eq!((status, &*subject), (StatusCode::OK, "spiffe://example/alice"));
    Ok(connection.handshake_kind().unwrap())
}

/// One version at a time: each has its own way of resuming.
static VERSIONS: [&[&rustls::SupportedProtocolVersion]; 2] =
    [&[&version::TLS13], &[&version::TLS12]];

#[tokio::test]
async fn the_client_of_a_resumed_session_is_known() {
    let pki = Pki::new();
    let (to, _) = serve(bind(pki.required()).await, CertificateRules::new());
    for versions in VERSIONS {
        let alice = pki.clients.client("spiffe://example/alice");
        let alice = TlsClient::showing_by(versions, &pki.servers, &alice);
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Full);
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Resumed);
    }
}

#[tokio::test]
async fn a_session_does_not_outlive_the_certificate() {
    for versions in VERSIONS {
        let pki = Pki::new();
        let clock = Clock::manual(SystemTime::UNIX_EPOCH + END - Duration::from_secs(60));
        // The rules go by another clock: what is refused here is refused by the handshake.
        let (to, _) =
            serve(bind(pki.required().with_clock(clock.clone())).await, CertificateRules::new());
        let shown = TlsClient::showing_by(versions, &pki.servers, &until_2100(&pki));
        let renewed = pki.clients.client("spiffe://example/alice");
        let renewed = TlsClient::showing_by(versions, &pki.servers, &renewed);
        let (shows, alice) = renewing(shown);
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Full);
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Resumed);
        clock.advance(Duration::from_secs(61));
        assert!(kind(&alice, to).await.is_err());

        // With a new certificate and the sessions of before the client is let in again.
        *shows.0.lock().unwrap() = renewed.resolver();
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Full);
    }
}

/// Shows one certificate and later another one, as clients do that have theirs renewed.
#[derive(Debug)]
struct Renewing(Mutex<Arc<dyn ResolvesClientCert>>);

impl ResolvesClientCert for Renewing {
    fn resolve(&self, hints: &[&[u8]], schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.0.lock().unwrap().resolve(hints, schemes)
    }

    fn has_certs(&self) -> bool {
        true
    }
}

fn renewing(shown: TlsClient) -> (Arc<Renewing>, TlsClient) {
    let shows = Arc::new(Renewing(Mutex::new(shown.resolver())));
    let resolver = Arc::clone(&shows);
    (shows, shown.configured(|config| config.client_auth_cert_resolver = resolver))
}

#[tokio::test]
async fn what_is_read_anew_is_not_gone_round_by_an_old_session() {
    for versions in VERSIONS {
        let pki = Pki::new();
        let serial = [7];
        let alice = pki.clients.sign(&client("spiffe://example/alice").serial(&serial));
        let lists = |serials: &[Vec<u8>]| pki.clients.revocation_list(serials, (2100, 1, 1));
        let listener = bind(pki.required().with_client_crl(lists(&[]))).await;
        let handle = listener.handle();
        let (to, _) = serve(listener, CertificateRules::new());
        let alice = TlsClient::showing_by(versions, &pki.servers, &alice);
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Full);
        assert_eq!(kind(&alice, to).await.unwrap(), HandshakeKind::Resumed);
        let revoked = lists(&[serial.to_vec()]);
        handle.replace(pki.required().with_client_crl(revoked)).unwrap();
        assert!(kind(&alice, to).await.is_err());
    }
}

/// Shows none.
#[derive(Debug)]
struct Nothing;

impl ResolvesClientCert for Nothing {
    fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        None
    }

    fn has_certs(&self) -> bool {
        false
    }
}

#[tokio::test]
async fn a_session_without_a_certificate_ends_where_one_is_demanded() {
    for versions in VERSIONS {
        let pki = Pki::new();
        let optional = pki.required().allow_missing_client_certificate();
        let listener = bind(optional).await;
        let handle = listener.handle();
        let (to, _) = serve(listener, CertificateRules::new());
        let alice = pki.clients.client("spiffe://example/alice");
        let nobody = TlsClient::showing_by(versions, &pki.servers, &alice)
            .configured(|config| config.client_auth_cert_resolver = Arc::new(Nothing));
        let kind = async || {
            let mut connection = soon(nobody.open(to)).await?;
            let (status, _) = soon(connection.get()).await?;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
            Ok::<_, String>(connection.handshake_kind().unwrap())
        };
        assert_eq!(kind().await.unwrap(), HandshakeKind::Full);
        assert_eq!(kind().await.unwrap(), HandshakeKind::Resumed);
        handle.replace(pki.required()).unwrap();
        assert!(kind().await.is_err());
    }
}

#[tokio::test]
async fn nothing_older_than_tls_1_2_is_spoken() {
    let pki = Pki::new();
    let (to, _) = serve(bind(pki.required()).await, CertificateRules::new());
    for (versions, spoken) in
        VERSIONS.into_iter().zip([ProtocolVersion::TLSv1_3, ProtocolVersion::TLSv1_2])
    {
        let alice = pki.clients.client("spiffe://example/alice");
        let alice = TlsClient::showing_by(versions, &pki.servers, &alice);
        let stream = soon(alice.connect(to)).await.unwrap();
        assert_eq!(stream.get_ref().1.protocol_version(), Some(spoken));
    }
}
