//! `TlsConfig`: a section shaped like Temporal's `tls` (TS-1 to TS-10) with the mistakes of it told at once.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower_auth::{CertificateRules, ConfigError, TlsConfig, TlsListener, TlsListenerBuilder};

use super::{Pki, bind, serve};
use crate::support::{pki::Leaf, tls::soon};

fn section(config: Value) -> Result<TlsListenerBuilder, ConfigError> {
    TlsListener::from_config(serde_json::from_value::<TlsConfig>(config).unwrap())
}

fn problems(config: Value) -> Vec<String> {
    let error = section(config).expect_err("this cannot work");
    error.problems().map(str::to_owned).collect()
}

/// A pair as text.
fn pair(pki: &Pki) -> Value {
    pair_for(pki, "localhost")
}

fn pair_for(pki: &Pki, host: &str) -> Value {
    let server = pki.servers.sign(&Leaf::named(host).dns(host));
    json!({ "certData": server.pem(), "keyData": server.key_pem() })
}

fn with(mut section: Value, more: &Value) -> Value {
    let members = more.as_object().unwrap().clone();
    section.as_object_mut().unwrap().extend(members);
    section
}

#[tokio::test]
async fn files_texts_and_the_base64_of_texts_mean_the_same() {
    let pki = Pki::new();
    let folder = TempDir::new().unwrap();
    let server = pki.servers.server();
    let (cert, key, ca) = (server.pem(), server.key_pem(), pki.clients.pem());
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    // As `base64` prints it.
    let base64 = |text: &str| {
        let lines = STANDARD.encode(text);
        lines
            .as_bytes()
            .chunks(76)
            .map(|it| str::from_utf8(it).unwrap())
            .collect::<Vec<_>>()
            .join("\n")
    };
    for server in [
        json!({ "certFile": file("c", &cert), "keyFile": file("k", &key), "clientCaFiles": [file("ca", &ca)] }),
        json!({ "certData": cert, "keyData": key, "clientCaData": [ca] }),
        json!({ "certData": base64(&cert), "keyData": base64(&key), "clientCaData": [base64(&ca)] }),
    ] {
        let server = with(server, &json!({ "requireClientAuth": true }));
        let (to, _) = serve(
            bind(section(json!({ "server": server })).unwrap()).await,
            CertificateRules::new(),
        );
        assert_eq!(soon(pki.alice().get(to)).await.unwrap().0, StatusCode::OK);
        assert!(soon(pki.nobody().get(to)).await.is_err());
    }
}

#[tokio::test]
async fn clients_are_asked_as_the_section_says() {
    let pki = Pki::new();
    let ca = json!({ "clientCaData": [pki.clients.pem()] });
    for (more, nobody) in [
        (json!({}), Some(StatusCode::UNAUTHORIZED)),
        (json!({ "requireClientAuth": false }), Some(StatusCode::UNAUTHORIZED)),
        (json!({ "clientAuth": "none" }), Some(StatusCode::UNAUTHORIZED)),
        // Authorities without a word on it: safe, where Temporal would ask nobody (TS-3).
        (ca.clone(), None),
        (with(ca.clone(), &json!({ "clientAuth": "required" })), None),
        (with(ca.clone(), &json!({ "clientAuth": "optional" })), Some(StatusCode::UNAUTHORIZED)),
    ] {
        let config = json!({ "server": with(pair(&pki), &more) });
        let (to, _) = serve(bind(section(config).unwrap()).await, CertificateRules::new());
        let answer = soon(pki.nobody().get(to)).await;
        assert_eq!(answer.ok().map(|(status, _)| status), nobody, "{more}");
    }
}

#[tokio::test]
async fn host_overrides_have_the_rules_of_the_server_unless_they_say_otherwise() {
    let pki = Pki::new();
    let config = json!({
        "server": with(pair(&pki), &json!({ "clientCaData": [pki.clients.pem()] })),
        "hostOverrides": {
            "a.example": pair_for(&pki, "a.example"),
            "b.example": with(pair_for(&pki, "b.example"), &json!({ "requireClientAuth": false })),
        },
    });
    let (to, _) = serve(bind(section(config).unwrap()).await, CertificateRules::new());
    for (host, nobody) in
        [("localhost", None), ("a.example", None), ("b.example", Some(StatusCode::UNAUTHORIZED))]
    {
        let answer = soon(pki.nobody().asking_for(host).get(to)).await;
        assert_eq!(answer.ok().map(|(status, _)| status), nobody, "{host}");
    }
}

/// TS-4, TS-9, TS-T5 to TS-T8, TS-T37, KF-16.
#[test]
fn mistakes_are_told() {
    let pki = Pki::new();
    let pair = pair(&pki);
    let ca = pki.clients.pem();
    let server = |more: Value| json!({ "server": with(pair.clone(), &more) });
    for (config, expected) in [
        (json!({}), "server: certFile, certData: cert is required"),
        (
            json!({ "server": { "certData": " ", "keyData": "k" } }),
            "server: certFile, certData: cert is required",
        ),
        (
            json!({ "server": { "certFile": " ", "keyData": "k" } }),
            "server: certFile, certData: cert is required",
        ),
        (
            json!({ "server": { "certFile": "c", "keyData": "" } }),
            "server: keyFile, keyData: key is required",
        ),
        (
            server(json!({ "certFile": "c" })),
            "server: certFile, certData: only one of them may be set",
        ),
        (
            server(json!({ "keyFile": "k" })),
            "server: keyFile, keyData: only one of them may be set",
        ),
        (
            server(json!({ "clientCaFiles": ["a"], "clientCaData": [ca] })),
            "server: clientCaFiles, clientCaData: only one of them may be set",
        ),
        (
            server(json!({ "clientCaData": [ca, " "] })),
            "server: clientCaFiles, clientCaData: an entry is blank",
        ),
        (
            server(json!({ "clientCaFiles": [""] })),
            "server: clientCaFiles, clientCaData: an entry is blank",
        ),
        (
            server(json!({ "clientCaData": ["no base64!"] })),
            "server: clientCaFiles, clientCaData: data: neither PEM nor the base64 of PEM",
        ),
        (
            server(json!({ "requireClientAuth": true })),
            "server: clientAuth: ca is required: set clientCaFiles or clientCaData",
        ),
        (
            server(json!({ "clientAuth": "optional" })),
            "server: clientAuth: ca is required: set clientCaFiles or clientCaData",
        ),
        (
            server(json!({ "clientAuth": "none", "requireClientAuth": false })),
            "server: clientAuth: set clientAuth or requireClientAuth, not both",
        ),
        (
            server(json!({ "clientCaData": [ca], "requireClientAuth": false })),
            "server: clientAuth: there are client authorities, but no client is asked",
        ),
        (
            with(server(json!({})), &json!({ "hostOverrides": { " ": pair } })),
            "hostOverrides: the name of a host is blank",
        ),
        (
            with(server(json!({})), &json!({ "hostOverrides": { "h": {} } })),
            "hostOverrides: h: certFile, certData: cert is required",
        ),
        (
            with(server(json!({})), &json!({ "refreshInterval": "soon" })),
            "refreshInterval: \"soon\" is not a time",
        ),
        (
            with(server(json!({})), &json!({ "expirationChecks": { "errorWindow": "5" } })),
            "expirationChecks: errorWindow: \"5\" is not a time",
        ),
    ] {
        let problems = problems(config.clone());
        assert!(
            problems.iter().any(|problem| problem.starts_with(expected)),
            "{problems:?}, not {expected}"
        );
    }
}

#[tokio::test]
async fn all_mistakes_of_a_section_are_told_at_once() {
    let problems = problems(json!({
        "server": { "keyFile": "k", "keyData": "k", "requireClientAuth": true },
        "hostOverrides": { "h": { "clientCaFiles": [" "] } },
        "refreshInterval": "often",
    }));
    assert_eq!(problems.len(), 7, "{problems:#?}");

    let pki = Pki::new();
    let windows = json!({ "warningWindow": "1h", "errorWindow": "2h" });
    let builder = section(json!({ "server": pair(&pki), "expirationChecks": windows })).unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let error = builder.bind(socket).unwrap_err();
    assert!(error.to_string().contains("window of errors is longer"), "{error}");
}

#[test]
fn keys_that_nobody_reads_are_mistakes() {
    for (config, key) in [
        (json!({ "servers": {} }), "servers"),
        (json!({ "server": { "requireClientauth": true } }), "requireClientauth"),
        (json!({ "expirationChecks": { "window": "1h" } }), "window"),
    ] {
        let error = serde_json::from_value::<TlsConfig>(config).unwrap_err();
        assert!(error.to_string().contains(key), "{error}");
    }
}

#[test]
fn no_key_is_printed() {
    let pki = Pki::new();
    let server = pki.servers.server();
    let key = server.key_pem();
    let secret = key.lines().nth(1).unwrap();
    let config = json!({ "server": { "certData": server.pem(), "keyData": key } });
    let config: TlsConfig = serde_json::from_value(config).unwrap();
    assert!(!format!("{config:?}").contains(secret));
    assert!(!format!("{:?}", TlsListener::from_config(config).unwrap()).contains(secret));
}

/// As `openssl pkcs12` and `openssl x509 -text` print them.
#[tokio::test]
async fn text_may_stand_in_front_of_pem() {
    let pki = Pki::new();
    let server = pki.servers.server();
    let noted = |pem: String| format!("Bag Attributes\n    localKeyID: 01\n{pem}");
    let server = json!({ "certData": noted(server.pem()), "keyData": noted(server.key_pem()) });
    bind(section(json!({ "server": server })).unwrap()).await;
}

/// TS-T21 sets the warnings alone.
#[test]
fn the_default_of_one_window_gives_way_to_the_other() {
    let pki = Pki::new();
    for (checks, expected) in [
        (json!({}), "Windows { warning: 1296000s, error: 432000s }"),
        (json!({ "warningWindow": "6h" }), "Windows { warning: 21600s, error: 21600s }"),
        (json!({ "warningWindow": "20d" }), "Windows { warning: 1728000s, error: 432000s }"),
        (json!({ "errorWindow": "20d" }), "Windows { warning: 1728000s, error: 1728000s }"),
        (json!({ "errorWindow": "1d" }), "Windows { warning: 1296000s, error: 86400s }"),
    ] {
        let config = json!({ "server": pair(&pki), "expirationChecks": checks });
        let printed = format!("{:?}", section(config).unwrap());
        assert!(printed.contains(expected), "{printed}, not {expected}");
    }
}

#[test]
fn times_are_read_with_their_units() {
    let pki = Pki::new();
    let config = json!({
        "server": pair(&pki),
        "refreshInterval": "0s",
        "expirationChecks": { "warningWindow": "15d", "errorWindow": "1h30m", "checkInterval": "0" },
    });
    let printed = format!("{:?}", section(config).unwrap());
    for expected in ["refresh_every: None", "check_ends_every: None", "1296000s", "5400s"] {
        assert!(printed.contains(expected), "{printed}, not {expected}");
    }
}
