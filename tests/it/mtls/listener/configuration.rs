//! A listener that cannot work is not built, and all that is wrong is said at once.

use std::time::Duration;

use tokio::net::TcpListener;
use tower_auth::{TlsListener, TlsListenerBuilder};

use crate::{mtls::listener::Pki, support::pki::Authority};

async fn problems(builder: TlsListenerBuilder) -> Vec<String> {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = builder.bind(socket).expect_err("this cannot work");
    error.problems().map(str::to_owned).collect()
}

#[track_caller]
fn assert_says(problems: &[String], expected: &[&str]) {
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for (problem, expected) in problems.iter().zip(expected) {
        assert!(problem.contains(expected), "{problem}, not {expected}");
    }
}

#[tokio::test]
async fn an_optional_certificate_needs_an_authority() {
    let problems = problems(Pki::new().plain().allow_missing_client_certificate()).await;
    assert_says(&problems, &["no authority is set"]);
}

#[tokio::test]
async fn text_that_is_no_pem_is_a_mistake() {
    let pki = Pki::new();
    let server = pki.servers.server();
    let key = server.key_pem();
    for bad in
        ["", "not PEM", "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n", &key]
    {
        let problems = problems(TlsListener::builder(bad, server.key_pem())).await;
        assert_says(&problems, &["the chain"]);
    }
    for bad in ["", "not PEM", &server.pem()] {
        assert_says(&problems(TlsListener::builder(server.pem(), bad)).await, &["the key"]);
    }
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_never_means_anybody() {
    let pki = Pki::new();
    let (good, key) = (pki.clients.pem(), pki.servers.server().key_pem());
    let cut = &good[..good.len() / 2];
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for bad in ["", "not PEM", cut, &key] {
        for builder in [
            pki.plain().with_client_ca(bad),
            pki.plain().with_client_ca(bad).allow_missing_client_certificate(),
        ] {
            assert_says(&problems(builder).await, &["client authorities"]);
        }
    }
    // Beside a good one, too: whoever configured it meant it.
    let problems = problems(pki.plain().with_client_ca(format!("{good}\n{damaged}"))).await;
    assert_says(&problems, &["client authorities"]);
}

#[tokio::test]
async fn a_key_of_another_certificate_is_a_mistake() {
    let authority = Authority::new("servers");
    let (one, other) = (authority.server(), authority.server());
    let problems = problems(TlsListener::builder(one.pem(), other.key_pem())).await;
    assert_says(&problems, &["the key or the chain"]);
}

#[tokio::test]
async fn the_first_certificate_and_the_first_key_are_the_servers() {
    let authority = Authority::new("servers");
    let (one, other) = (authority.server(), authority.server());
    let chain = format!("{}{}", authority.pem(), one.pem());
    let keys = format!("{}{}", other.key_pem(), one.key_pem());
    for builder in
        [TlsListener::builder(chain, one.key_pem()), TlsListener::builder(one.pem(), keys.as_str())]
    {
        assert_says(&problems(builder).await, &["the key or the chain"]);
    }
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    TlsListener::builder(other.pem(), keys).bind(socket).unwrap();
}

#[tokio::test]
async fn times_that_make_no_sense_are_mistakes() {
    let builder = Pki::new()
        .required()
        .with_handshake_timeout(Duration::ZERO)
        .with_refresh_interval(Duration::ZERO)
        .with_expiry_check_interval(Duration::ZERO)
        .with_expiry_windows(Duration::from_secs(1), Duration::from_secs(2));
    let expected = ["window of errors", "handshake timeout", "refresh interval", "expiry check"];
    assert_says(&problems(builder).await, &expected);
}

#[tokio::test]
async fn all_mistakes_are_reported_at_once_and_no_key_with_them() {
    let builder = TlsListener::builder("no chain", "no key").allow_missing_client_certificate();
    assert_says(&problems(builder).await, &["no authority is set", "no certificate", "the key"]);

    let server = Authority::new("servers").server();
    let key = server.key_pem();
    let secret = key.lines().nth(1).unwrap();
    // The key where the chain belongs, and the other way round.
    let swapped = TlsListener::builder(key.as_str(), server.pem());
    assert!(!format!("{:?}", swapped.clone()).is_empty());
    let problems = problems(swapped).await;
    assert_says(&problems, &["no certificate", "the key"]);
    assert!(!problems.join("\n").contains(secret));
}

#[tokio::test]
async fn the_builder_does_not_print_the_key() {
    let server = Authority::new("servers").server();
    let key = server.key_pem();
    let printed = format!("{:?}", TlsListener::builder(server.pem(), key.as_str()));
    assert!(!printed.contains(key.lines().nth(1).unwrap()), "{printed}");
    assert!(!printed.contains(&format!("{:?}", key.as_bytes())), "{printed}");
}

/// Many servers keep chain and key in one file.
#[test]
fn the_builder_does_not_print_a_key_that_is_in_the_chain_either() {
    let server = Authority::new("servers").server();
    let bundle = format!("{}{}", server.pem(), server.key_pem());
    let printed = format!("{:?}", TlsListener::builder(bundle.as_str(), bundle.as_str()));
    let key = format!("{:?}", server.key_pem().as_bytes());
    assert!(!printed.contains(key.trim_matches(['[', ']'])), "the key is printed");
}
