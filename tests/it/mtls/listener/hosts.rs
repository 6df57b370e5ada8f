//! Hosts with certificates and rules of their own (TS-5), and what a client gains by asking for one.

use std::{net::SocketAddr, sync::Arc};

use http::StatusCode;
use tokio::net::TcpListener;
use tokio_rustls::rustls::{
    HandshakeKind, NamedGroup,
    client::{ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue},
    pki_types::ServerName,
};
use tower_auth::{CertificateRules, TlsHost, TlsListenerBuilder};

use super::{Pki, bind, serve};
use crate::support::{
    pki::{Authority, Certified, Leaf},
    tls::{TlsClient, soon},
};

const PARTNERS: &str = "partners.example";

/// The listener's own rules, and a host for partners with an authority of theirs.
struct Both {
    pki: Pki,
    partners: Authority,
    host: Certified,
}

impl Both {
    fn new() -> Self {
        let pki = Pki::new();
        let host = pki.servers.sign(&Leaf::named(PARTNERS).dns(PARTNERS));
        Self { pki, partners: Authority::new("partners"), host }
    }

    /// A host with a certificate of its own and nothing else.
    fn host(&self) -> TlsHost {
        TlsHost::new(self.host.pem(), self.host.key_pem())
    }

    fn builder(&self) -> TlsListenerBuilder {
        let host = self.host().with_client_ca(self.partners.pem());
        self.pki.required().with_host(PARTNERS, host)
    }

    fn partner(&self) -> TlsClient {
        let bob = self.partners.client("spiffe://partner/bob");
        TlsClient::showing(&self.pki.servers, &bob, &[]).asking_for(PARTNERS)
    }

    async fn start(&self, builder: TlsListenerBuilder, rules: CertificateRules) -> SocketAddr {
        let _ = self;
        serve(bind(builder).await, rules).0
    }
}

#[tokio::test]
async fn a_host_shows_its_own_certificate_whatever_the_case_of_its_name() {
    let both = Both::new();
    let to = both.start(
        both.pki.plain().with_host("Partners.Example", both.host()),
        CertificateRules::new(),
    );
    let to = to.await;
    let shown = async |host: &str| {
        let client = both.pki.nobody().asking_for(host);
        let stream = soon(client.connect(to)).await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    };
    assert_eq!(shown(PARTNERS).await, both.host.der());
    assert_eq!(shown("PARTNERS.example").await, both.host.der());
    assert_ne!(shown("localhost").await, both.host.der());
    // Of a host that nobody knows the listener's own is shown, which the client does not believe.
    assert!(soon(both.pki.nobody().asking_for("other.example").connect(to)).await.is_err());
}

#[tokio::test]
async fn a_host_without_rules_for_clients_has_those_of_the_listener() {
    let both = Both::new();
    let builder = both.pki.required().with_host(PARTNERS, both.host());
    let to = both.start(builder, CertificateRules::new()).await;
    let alice = both.pki.alice().asking_for(PARTNERS);
    assert_eq!(soon(alice.get(to)).await.unwrap().0, StatusCode::OK);
    assert!(soon(both.pki.nobody().asking_for(PARTNERS).get(to)).await.is_err());
    assert!(soon(both.partner().get(to)).await.is_err());
}

#[tokio::test]
async fn rules_accept_the_certificates_of_a_host_only_when_they_are_told_to() {
    let both = Both::new();
    for (rules, of_the_listener, of_the_host) in [
        (CertificateRules::new(), StatusCode::OK, StatusCode::UNAUTHORIZED),
        (
            CertificateRules::new().allow_tls_host("other.example"),
            StatusCode::OK,
            StatusCode::UNAUTHORIZED,
        ),
        (CertificateRules::new().allow_tls_host(PARTNERS), StatusCode::OK, StatusCode::OK),
        (
            CertificateRules::new().require_tls_host("PARTNERS.EXAMPLE"),
            StatusCode::UNAUTHORIZED,
            StatusCode::OK,
        ),
    ] {
        let to = both.start(both.builder(), rules).await;
        assert_eq!(soon(both.pki.alice().get(to)).await.unwrap().0, of_the_listener);
        assert_eq!(soon(both.partner().get(to)).await.unwrap().0, of_the_host);
    }
}

#[tokio::test]
async fn each_authority_signs_for_its_own_host_alone() {
    let both = Both::new();
    let rules = CertificateRules::new().allow_tls_host(PARTNERS);
    let to = both.start(both.builder(), rules).await;
    assert!(soon(both.partner().asking_for("localhost").get(to)).await.is_err());
    assert!(soon(both.pki.alice().asking_for(PARTNERS).get(to)).await.is_err());
}

/// TS-T39, where the layer still asks who is there.
#[tokio::test]
async fn a_host_that_asks_for_no_certificate_is_not_a_way_in() {
    let both = Both::new();
    let builder =
        both.pki.required().with_host(PARTNERS, both.host().without_client_certificates());
    let to = both.start(builder, CertificateRules::new().allow_tls_host(PARTNERS)).await;
    for client in [both.pki.nobody(), both.pki.alice()] {
        let answer = soon(client.asking_for(PARTNERS).get(to)).await.unwrap();
        assert_eq!(answer.0, StatusCode::UNAUTHORIZED);
    }
    assert!(soon(both.pki.nobody().get(to)).await.is_err());
}

#[tokio::test]
async fn the_host_is_known_of_the_connection_and_of_the_identity() {
    let both = Both::new();
    let mut listener = bind(both.builder()).await;
    let to = listener.local_addr();
    for (client, host) in [(both.partner(), Some(PARTNERS)), (both.pki.alice(), None)] {
        let (connected, (stream, _)) =
            soon(async { tokio::join!(client.connect(to), listener.accept()) }).await;
        connected.unwrap();
        assert_eq!(stream.peer().host(), host);
        let certificate = stream.peer().certificates().leaf().unwrap().unwrap();
        assert_eq!(certificate.tls_host(), host);
        let rules = CertificateRules::new().allow_tls_host(PARTNERS);
        let identity = crate::mtls::judge_again(&rules, &certificate).unwrap();
        assert_eq!(identity.claims().get("tls_host").and_then(|claim| claim.as_str()), host);
    }
}

/// A client that offers whatever session it has, whoever it is from.
#[derive(Debug, Default)]
struct AnyHost(std::sync::Mutex<Vec<Tls13ClientSessionValue>>);

impl ClientSessionStore for AnyHost {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, ticket: Tls13ClientSessionValue) {
        self.0.lock().unwrap().push(ticket);
    }

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.lock().unwrap().pop()
    }
}

#[tokio::test]
async fn a_session_of_one_host_is_not_resumed_under_the_rules_of_another() {
    let both = Both::new();
    let rules = CertificateRules::new().allow_tls_host(PARTNERS);
    let to = both.start(both.builder(), rules).await;
    let partner = both.partner().configured(|config| {
        config.resumption = Resumption::store(Arc::new(AnyHost::default()));
    });
    let kind = async |client: TlsClient| {
        let mut connection = soon(client.open(to)).await.unwrap();
        soon(connection.get()).await.map(|_| connection.handshake_kind())
    };
    assert_eq!(kind(partner.clone()).await.unwrap(), Some(HandshakeKind::Full));
    assert_eq!(kind(partner.clone()).await.unwrap(), Some(HandshakeKind::Resumed));
    // With a full handshake the partner's certificate is held against the listener's own authorities.
    assert!(kind(partner.asking_for("localhost")).await.is_err());
}

#[tokio::test]
async fn names_that_no_client_can_ask_for_are_mistakes() {
    let both = Both::new();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let names = ["", " ", "*.example", "127.0.0.1", "partners.example.", "a b", PARTNERS, PARTNERS];
    let builder = names.iter().fold(both.builder(), |it, name| it.with_host(name, both.host()));
    let error = builder.bind(socket).unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    let expected = [
        "TLS: host : not the name of one host",
        "TLS: host  : not the name of one host",
        "TLS: host *.example: not the name of one host",
        "TLS: host 127.0.0.1: not the name of one host",
        "TLS: host partners.example.: not the name of one host",
        "TLS: host a b: not the name of one host",
        "TLS: host partners.example: named twice",
        "TLS: host partners.example: named twice",
    ];
    let mut sorted = problems.clone();
    sorted.sort_unstable();
    let mut wanted = expected.to_vec();
    wanted.sort_unstable();
    assert_eq!(sorted, wanted);
}
