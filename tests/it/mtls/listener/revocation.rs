//! Which revocation lists count for whom, and that a certificate of which nothing is known is refused.

use std::time::{Duration, SystemTime};

use http::StatusCode;
use tokio::net::TcpListener;
use tower_auth::{
    CertificateRules, Clock, ForwardedAuthorities, TlsHost, TlsListener, TlsListenerBuilder,
};

use super::{Pki, bind, serve};
use crate::support::{
    pki::{Authority, Leaf, client},
    tls::{TlsClient, soon},
};

const LONG: (i32, u8, u8) = (2100, 1, 1);

async fn start(builder: TlsListenerBuilder) -> std::net::SocketAddr {
    serve(bind(builder).await, CertificateRules::new()).0
}

async fn mistakes(builder: TlsListenerBuilder) -> Vec<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = builder.bind(socket).expect_err("a revoked client would get in");
    error.problems().map(str::to_owned).collect()
}

/// Only the first would be looked at, and what the second revokes would get in.
#[tokio::test]
async fn two_lists_of_one_issuer_are_a_mistake() {
    let pki = Pki::new();
    let old = pki.clients.revocation_list(&[], LONG);
    let new = pki.clients.revocation_list(&[vec![7]], LONG);
    let bundle = format!("{old}{new}");
    let expected = "several revocation lists of CN=clients: only one of them would be looked at";
    let host = pki.servers.server();
    let host = TlsHost::new(host.pem(), host.key_pem()).with_client_ca(pki.clients.pem());
    for (builder, place) in [
        (pki.required().with_client_crl(bundle.as_str()), "TLS"),
        (pki.required().with_client_crl(old.as_str()).with_client_crl(new.as_str()), "TLS"),
        (
            pki.plain().with_host("h.example", host.with_client_crl(bundle.as_str())),
            "TLS: host h.example",
        ),
    ] {
        assert_eq!(mistakes(builder).await, [format!("{place}: {expected}")]);
    }
    let error = ForwardedAuthorities::from_pem_with_crls(pki.clients.pem(), bundle).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn the_same_list_twice_and_lists_of_several_issuers_are_none() {
    let (pki, second) = (Pki::new(), Authority::new("second"));
    let list = pki.clients.revocation_list(&[vec![7]], LONG);
    let to = start(
        pki.required()
            .with_client_ca(second.pem())
            .with_client_crl(format!("{list}{}{list}", second.revocation_list(&[vec![8]], LONG))),
    )
    .await;
    for (authority, serial, is_let_in) in
        [(&pki.clients, 7, false), (&pki.clients, 8, true), (&second, 8, false), (&second, 7, true)]
    {
        let shown = authority.sign(&client("spiffe://example/a").serial(&[serial]));
        let client = TlsClient::showing(&pki.servers, &shown, &[]);
        assert_eq!(soon(client.get(to)).await.is_ok(), is_let_in, "{serial}");
    }
}

#[tokio::test]
async fn a_certificate_of_whose_issuer_there_is_no_list_is_refused() {
    let (pki, second) = (Pki::new(), Authority::new("second"));
    let list = pki.clients.revocation_list(&[], LONG);
    let to = start(pki.required().with_client_ca(second.pem()).with_client_crl(list)).await;
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().0, StatusCode::OK);
    let bob = TlsClient::showing(&pki.servers, &second.client("spiffe://example/bob"), &[]);
    assert!(soon(bob.get(to)).await.is_err());
}

#[tokio::test]
async fn a_list_that_another_key_has_signed_is_none() {
    let pki = Pki::new();
    let forged = Authority::new("clients").revocation_list(&[], LONG);
    let to = start(pki.required().with_client_crl(forged)).await;
    assert!(soon(pki.alice().get(to)).await.is_err());
}

/// The authority between the client and the root may be the one that is revoked.
#[tokio::test]
async fn the_authorities_of_a_chain_need_a_list_as_well() {
    let pki = Pki::new();
    let usages = [rcgen::KeyUsagePurpose::KeyCertSign, rcgen::KeyUsagePurpose::CrlSign];
    let between =
        pki.clients.authority(Leaf::named("between").authority().key_usages(usages).serial(&[9]));
    let shown = between.client("spiffe://example/alice");
    let alice = TlsClient::showing(&pki.servers, &shown, &[between.der()]);
    let of_between = between.revocation_list(&[], LONG);
    let of_root = |serials: &[Vec<u8>]| pki.clients.revocation_list(serials, LONG);
    for (lists, is_let_in) in [
        (format!("{of_between}{}", of_root(&[])), true),
        (format!("{of_between}{}", of_root(&[vec![9]])), false),
        (of_between.clone(), false),
    ] {
        let to = start(pki.required().with_client_crl(lists)).await;
        assert_eq!(soon(alice.get(to)).await.is_ok(), is_let_in);
    }
}

#[tokio::test]
async fn a_list_that_ends_while_the_listener_runs_says_nothing_any_more() {
    let pki = Pki::new();
    // The beginning of 2030.
    let end = SystemTime::UNIX_EPOCH + Duration::from_secs(1_893_456_000);
    let clock = Clock::manual(end - Duration::from_secs(1));
    let list = pki.clients.revocation_list(&[], (2030, 1, 1));
    let to = start(pki.required().with_client_crl(list).with_clock(clock.clone())).await;
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().0, StatusCode::OK);
    clock.advance(Duration::from_secs(1));
    assert!(soon(pki.alice().get(to)).await.is_err());
}

/// Other sections of a bundle are passed over, and a list must not be.
#[tokio::test]
async fn a_list_among_the_authorities_is_a_mistake() {
    let pki = Pki::new();
    let bundle = format!("{}{}", pki.clients.pem(), pki.clients.revocation_list(&[], LONG));
    let mistakes = mistakes(pki.plain().with_client_ca(bundle)).await;
    assert_eq!(mistakes.len(), 1);
    assert!(mistakes[0].contains("give it to with_client_crl"), "{mistakes:?}");
}

#[tokio::test]
async fn lists_need_an_authority() {
    let pki = Pki::new();
    let list = pki.clients.revocation_list(&[], LONG);
    let mistakes = mistakes(pki.plain().with_client_crl(list)).await;
    assert!(mistakes[0].contains("no authority is set"), "{mistakes:?}");
    // Of an authority alone nobody is refused for want of a list.
    let server = pki.servers.server();
    let builder = TlsListener::builder(server.pem(), server.key_pem());
    let to = start(builder.with_client_ca(pki.clients.pem())).await;
    assert_eq!(soon(pki.alice().get(to)).await.unwrap().0, StatusCode::OK);
}
