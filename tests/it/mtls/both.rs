//! Certificates and tokens: both demanded, either enough, and tokens that are bound to a certificate.

use axum::{Router, routing::get};
use http::{
    Request, Response,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
    request::Parts,
};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{Layer, ServiceExt};
use tower_auth::{
    AuthError, AuthErrorKind, AuthLayer, CertificateList, CertificateRules, ClientCertificate,
    Credentials, Identity, JwtAuthLayer, MtlsIdentityLayer, PeerCertificates, Scheme, TlsPeer,
};

use super::listener::{Pki, bind};
use crate::support::{
    pki::{Authority, client},
    probe::Probe,
    tls::{TlsClient, soon},
    tokens::{Token, token, verifier},
};

const WORKER: &str = "spiffe://example/worker";

fn shown(name: &str) -> PeerCertificates {
    PeerCertificates::from_der([Authority::new("authority").client(name).der()])
}

fn bound_to(peer: &PeerCertificates) -> Token {
    let leaf = peer.leaf().unwrap().unwrap();
    token().claim("cnf", json!({ "x5t#S256": leaf.sha256_thumbprint() }))
}

fn request(peer: &PeerCertificates, token: Option<&str>) -> Request<()> {
    let mut request = Request::builder().extension(peer.clone());
    if let Some(token) = token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(()).unwrap()
}

fn strictly_either() -> AuthLayer {
    AuthLayer::first_of([
        Scheme::client_certificate(CertificateRules::new()),
        Scheme::bearer(verifier().clone()),
    ])
}

fn either() -> AuthLayer {
    strictly_either().allow_unused_certificate()
}

/// Method and subject of the caller, or why there is none.
async fn caller<L>(
    layer: &L,
    request: Request<()>,
) -> Result<(String, Option<String>), AuthErrorKind>
where
    L: Layer<Probe>,
    L::Service:
        tower::Service<Request<()>, Response = Response<String>, Error = std::convert::Infallible>,
{
    let probe = Probe::new();
    let response = layer.layer(probe.clone()).oneshot(request).await.unwrap();
    if let Some(error) = response.extensions().get::<AuthError>() {
        assert_eq!(probe.calls(), 0);
        return Err(error.kind());
    }
    let head = probe.head();
    assert!(!head.headers.contains_key(AUTHORIZATION));
    let identity = Identity::from_extensions(&head.extensions).unwrap();
    let name = |identity: &Identity| format!("{} {}", identity.method(), identity.subject());
    Ok((name(identity), identity.outer().map(name)))
}

fn is(caller: &str, outer: Option<&str>) -> Result<(String, Option<String>), AuthErrorKind> {
    Ok((caller.to_owned(), outer.map(str::to_owned)))
}

#[tokio::test]
async fn kf_08_stacked_layers_demand_certificate_and_token() {
    let both =
        (MtlsIdentityLayer::new(CertificateRules::new()), JwtAuthLayer::new(verifier().clone()));
    let (worker, none) = (shown(WORKER), PeerCertificates::none());
    let good = token().compact();
    let outer = format!("ClientCertificate {WORKER}");
    assert_eq!(
        caller(&both, request(&worker, Some(&good))).await,
        is("Bearer alice", Some(&outer))
    );
    for (peer, token) in [(&none, Some(&*good)), (&worker, None), (&none, None)] {
        let refused = caller(&both, request(peer, token)).await;
        assert_eq!(refused, Err(AuthErrorKind::MissingCredentials));
    }
    let bound = bound_to(&worker).compact();
    assert_eq!(
        caller(&both, request(&worker, Some(&bound))).await,
        is("Bearer alice", Some(&outer))
    );
    let stolen = caller(&both, request(&shown(WORKER), Some(&bound))).await;
    assert_eq!(stolen, Err(AuthErrorKind::InvalidCredentials));
}

#[tokio::test]
async fn of_two_alternatives_either_is_enough() {
    let (worker, none) = (shown(WORKER), PeerCertificates::none());
    for layer in [strictly_either(), either()] {
        let by_certificate = caller(&layer, request(&worker, None)).await;
        assert_eq!(by_certificate, is(&format!("ClientCertificate {WORKER}"), None));
        let by_token = caller(&layer, request(&none, Some(&token().compact()))).await;
        assert_eq!(by_token, is("Bearer alice", None));

        let response = layer.layer(Probe::new()).oneshot(request(&none, None)).await.unwrap();
        assert_eq!(response.status(), 401);
        let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter().count();
        assert_eq!(challenges, 2);
    }
}

#[tokio::test]
async fn a_token_on_a_connection_with_a_certificate_is_ambiguous_as_long_as_nobody_said_what_counts()
 {
    let worker = shown(WORKER);
    for token in [token().compact(), bound_to(&worker).compact(), token().expired().compact()] {
        let response = strictly_either()
            .layer(Probe::new())
            .oneshot(request(&worker, Some(&token)))
            .await
            .unwrap();
        assert_eq!(response.status(), 400);
        let error: &AuthError = response.extensions().get().unwrap();
        assert_eq!(error.kind(), AuthErrorKind::AmbiguousCredentials);
        let reason = std::error::Error::source(error).unwrap().to_string();
        assert!(reason.contains("allow_unused_certificate"), "{reason}");
    }
}

#[tokio::test]
async fn where_it_was_said_a_token_on_a_connection_with_a_certificate_counts_alone() {
    let worker = shown(WORKER);
    let reversed = AuthLayer::first_of([
        Scheme::bearer(verifier().clone()),
        Scheme::client_certificate(CertificateRules::new()),
    ])
    .allow_unused_certificate();
    for layer in [either(), reversed] {
        let good = token().compact();
        assert_eq!(caller(&layer, request(&worker, Some(&good))).await, is("Bearer alice", None));
        // A bad one is not made good by the certificate.
        let ended = token().expired().compact();
        assert_eq!(
            caller(&layer, request(&worker, Some(&ended))).await,
            Err(AuthErrorKind::ExpiredCredentials)
        );
        for bad in ["a.b.c", "no token", ""] {
            let refused = caller(&layer, request(&worker, Some(bad))).await;
            assert!(refused.is_err(), "{bad:?}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn mtlsb_a_bound_token_is_good_by_alternatives_with_its_certificate_only() {
    let worker = shown(WORKER);
    let bound = bound_to(&worker).compact();
    assert_eq!(caller(&either(), request(&worker, Some(&bound))).await, is("Bearer alice", None));
    for other in [shown(WORKER), PeerCertificates::none()] {
        let refused = caller(&either(), request(&other, Some(&bound))).await;
        assert_eq!(refused, Err(AuthErrorKind::InvalidCredentials));
    }
}

#[tokio::test]
async fn a_certificate_that_is_unreadable_or_unknown_stops_a_request_with_a_token() {
    let good = token().compact();
    let garbage = PeerCertificates::from_der([b"garbage".to_vec()]);
    let refused = caller(&either(), request(&garbage, Some(&good))).await;
    assert_eq!(refused, Err(AuthErrorKind::UnreadableCredentials));
    let nothing_known = Request::builder().header(AUTHORIZATION, format!("Bearer {good}"));
    let refused = caller(&either(), nothing_known.body(()).unwrap()).await;
    assert_eq!(refused, Err(AuthErrorKind::Misconfigured));
}

/// What the guide says of it: who must be held against the list stacks the layers.
#[tokio::test]
async fn a_denied_certificate_keeps_nobody_from_using_a_token_unless_both_are_demanded() {
    let worker = shown(WORKER);
    let denied = CertificateList::new();
    denied.add([tower_auth::CertificateEntry::of(&worker.leaf().unwrap().unwrap())]);
    let rules = CertificateRules::new().with_deny_list(denied);
    let good = token().compact();
    let alternatives = AuthLayer::first_of([
        Scheme::client_certificate(rules.clone()),
        Scheme::bearer(verifier().clone()),
    ])
    .allow_unused_certificate();
    assert!(caller(&alternatives, request(&worker, None)).await.is_err());
    let by_token = caller(&alternatives, request(&worker, Some(&good))).await;
    assert_eq!(by_token, is("Bearer alice", None));
    let both = (MtlsIdentityLayer::new(rules), JwtAuthLayer::new(verifier().clone()));
    assert!(caller(&both, request(&worker, Some(&good))).await.is_err());
}

/// Credentials in a field, or of the connection, by their number.
struct Numbered<const N: u8, const OF_CONNECTION: bool>;

impl<const N: u8, const OF_CONNECTION: bool> Credentials for Numbered<N, OF_CONNECTION> {
    const NAME: &'static str = "Numbered";
    const OF_CONNECTION: bool = OF_CONNECTION;

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let name = [["c-one", "c-two"], ["r-one", "r-two"]][usize::from(!OF_CONNECTION)];
        Ok(parts.headers.contains_key(name[usize::from(N)]).then_some(Self))
    }
}

fn numbered<const N: u8, const OF_CONNECTION: bool>() -> Scheme {
    let name = format!("{} {N}", if OF_CONNECTION { "connection" } else { "request" });
    Scheme::new(move |_: Numbered<N, OF_CONNECTION>| {
        std::future::ready(Ok(Identity::new(name.as_str())))
    })
}

#[tokio::test]
async fn two_choices_and_two_facts_are_ambiguous_and_one_of_each_is_not() {
    let layer = AuthLayer::first_of([
        numbered::<0, true>(),
        numbered::<0, false>(),
        numbered::<1, true>(),
        numbered::<1, false>(),
    ]);
    let one_of_each =
        || Request::builder().header("c-one", "1").header("r-one", "1").body(()).unwrap();
    assert_eq!(caller(&layer, one_of_each()).await, Err(AuthErrorKind::AmbiguousCredentials));
    let layer = layer.allow_unused_certificate();
    let ambiguous = || Err(AuthErrorKind::AmbiguousCredentials);
    for (fields, expected) in [
        (&["c-one"][..], is("Numbered connection 0", None)),
        (&["c-two", "r-one"], is("Numbered request 0", None)),
        (&["c-one", "r-two"], is("Numbered request 1", None)),
        (&["r-one", "r-two"], ambiguous()),
        (&["c-one", "r-one", "r-two"], ambiguous()),
        (&["c-one", "c-two"], ambiguous()),
        (&["c-one", "c-two", "r-one"], ambiguous()),
    ] {
        let request =
            fields.iter().fold(Request::builder(), |request, name| request.header(*name, "1"));
        assert_eq!(caller(&layer, request.body(()).unwrap()).await, expected, "{fields:?}");
    }
}

/// The status line of the answer to one request on a connection of its own.
async fn status(client: &TlsClient, to: std::net::SocketAddr, token: Option<&str>) -> String {
    let mut stream = client.connect(to).await.unwrap();
    let token = token.map(|token| format!("authorization: Bearer {token}\r\n")).unwrap_or_default();
    let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{token}\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The server may close without a word of TLS.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    format!("{} {body}", head.split(' ').nth(1).unwrap())
}

#[tokio::test]
async fn on_real_connections_certificates_are_optional_and_tokens_do_instead() {
    let pki = Pki::new();
    let listener = bind(pki.required().allow_missing_client_certificate()).await;
    let to = listener.local_addr();
    let app = Router::new()
        .route("/", get(async |identity: Identity| identity.subject().to_owned()))
        .route_layer(either());
    let service = app.into_make_service_with_connect_info::<TlsPeer>();
    let server = tokio::spawn(async { axum::serve(listener, service).await.unwrap() });

    let alice = pki.clients.sign(&client("spiffe://example/alice"));
    let leaf = ClientCertificate::from_der(alice.der()).unwrap();
    let bound = token().claim("cnf", json!({ "x5t#S256": leaf.sha256_thumbprint() })).compact();
    let plain = token().compact();
    let showing = TlsClient::showing(&pki.servers, &alice, &[]);
    let anonymous = pki.nobody();
    assert!(soon(status(&anonymous, to, None)).await.starts_with("401 "));
    assert_eq!(soon(status(&anonymous, to, Some(&plain))).await, "200 alice");
    assert!(soon(status(&anonymous, to, Some(&bound))).await.starts_with("401 "));
    assert_eq!(soon(status(&showing, to, None)).await, "200 spiffe://example/alice");
    assert_eq!(soon(status(&showing, to, Some(&bound))).await, "200 alice");
    assert!(soon(status(&pki.alice(), to, Some(&bound))).await.starts_with("401 "));
    server.abort();
}
