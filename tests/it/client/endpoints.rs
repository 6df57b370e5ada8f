//! Token endpoints: one without a socket for what is asked and answered, and real ones for what an HTTP
//! client does.

use std::{
    future::IntoFuture,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, response::Redirect, routing::post};
use http::{Request, Response, StatusCode};
use tower_auth::{
    AuthorizationLayer, BoxError, CertificateRules, ClientAuthError, ClientAuthErrorKind as Kind,
    ClientCredentials, HttpFetch, Identity, MtlsIdentityLayer, Post, TlsListener, TlsPeer,
    TokenSource,
};

use super::issuer::ORIGIN;
use crate::support::pki::Authority;

pub(crate) const TOKEN: &str = r#"{"access_token":"t-1","token_type":"Bearer","expires_in":3600}"#;

/// Answers what a test says, and notes what it was asked.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<Mutex<State>>);

struct State {
    status: u16,
    body: Vec<u8>,
    seen: Vec<Request<Vec<u8>>>,
}

impl Endpoint {
    pub(crate) fn answering(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self(Arc::new(Mutex::new(State { status, body: body.into(), seen: Vec::new() })))
    }

    pub(crate) fn answer(&self, status: u16, body: impl Into<Vec<u8>>) {
        let mut state = self.0.lock().unwrap();
        (state.status, state.body) = (status, body.into());
    }

    /// What it was asked last.
    pub(crate) fn last(&self) -> Request<Vec<u8>> {
        self.0.lock().unwrap().seen.last().unwrap().clone()
    }

    pub(crate) fn asked(&self) -> usize {
        self.0.lock().unwrap().seen.len()
    }

    pub(crate) fn last_header(&self, name: &str) -> Option<String> {
        self.last().headers().get(name).map(|line| line.to_str().unwrap().to_owned())
    }

    pub(crate) fn last_body(&self) -> String {
        String::from_utf8(self.last().into_body()).unwrap()
    }
}

impl Post for Endpoint {
    async fn post(
        &self,
        request: Request<Vec<u8>>,
        _: usize,
    ) -> Result<Response<Vec<u8>>, BoxError> {
        let mut state = self.0.lock().unwrap();
        state.seen.push(request);
        let mut response = Response::new(state.body.clone());
        *response.status_mut() = StatusCode::from_u16(state.status)?;
        Ok(response)
    }
}

/// Serves on a port that the system chooses.
async fn serve(router: Router) -> SocketAddr {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(axum::serve(socket, router).into_future());
    address
}

/// A good answer of so many bytes.
fn filled(bytes: usize) -> String {
    TOKEN.to_owned() + &" ".repeat(bytes - TOKEN.len())
}

async fn error_of(url: String) -> ClientAuthError {
    let source = ClientCredentials::with_basic(url, "billing", "s3cr3t").build().unwrap();
    source.token().await.unwrap_err()
}

#[tokio::test]
async fn the_ready_client_asks_a_real_endpoint() {
    let router = Router::new().route(
        "/token",
        post(async |headers: http::HeaderMap, body: String| {
            assert_eq!(headers["authorization"], "Basic YmlsbGluZzpzM2NyM3Q=");
            assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
            assert_eq!(body, "grant_type=client_credentials");
            TOKEN
        }),
    );
    let address = serve(router).await;
    let source =
        ClientCredentials::with_basic(format!("http://{address}/token"), "billing", "s3cr3t");
    let layer = AuthorizationLayer::tokens(source.build().unwrap()).for_origin(ORIGIN).build();
    let layer = layer.unwrap();
    layer.warm_up().await.unwrap();
    assert!(layer.token_status().unwrap().ends_in.unwrap() > Duration::from_secs(3500));
}

#[tokio::test]
async fn redirects_are_not_followed_and_long_answers_not_read() {
    let router = Router::new()
        .route("/moved", post(async || Redirect::temporary("/token")))
        .route("/token", post(async || TOKEN))
        .route("/long", post(async || filled(64 * 1024 + 1)))
        .route("/full", post(async || filled(64 * 1024)));
    let address = serve(router).await;
    let moved = error_of(format!("http://{address}/moved")).await;
    assert_eq!(moved.kind(), Kind::TokenUnavailable);
    let reason = std::error::Error::source(&moved).unwrap().to_string();
    assert_eq!(reason, "the answer is 307, not 200");
    let long = error_of(format!("http://{address}/long")).await;
    let reason = std::error::Error::source(&long).unwrap().to_string();
    assert_eq!(reason, "the document has more than 65536 bytes");
    let full = ClientCredentials::with_post(format!("http://{address}/full"), "billing", "s3cr3t");
    full.build().unwrap().token().await.map(drop).unwrap();
}

#[tokio::test]
async fn nobody_there_is_an_outage() {
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    drop(socket);
    assert_eq!(error_of(format!("http://{address}/token")).await.kind(), Kind::TokenUnavailable);
}

#[tokio::test]
async fn rfc_8705_the_certificate_of_the_connection_is_the_proof() {
    let (authority, stranger) = (Authority::new("acme"), Authority::new("stranger"));
    let server = authority.server();
    let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = socket.local_addr().unwrap().port();
    let tls = TlsListener::builder(server.pem(), server.key_pem()).with_client_ca(authority.pem());
    let tls = tls.bind(socket).unwrap();
    let router = Router::new()
        .route(
            "/token",
            post(async |identity: Identity, body: String| {
                assert_eq!(identity.subject(), "spiffe://example.org/billing");
                assert_eq!(body, "grant_type=client_credentials&client_id=billing");
                TOKEN
            }),
        )
        .route_layer(MtlsIdentityLayer::new(CertificateRules::new()));
    tokio::spawn(
        axum::serve(tls, router.into_make_service_with_connect_info::<TlsPeer>()).into_future(),
    );

    let asking = |by: &Authority| {
        let certified = by.client("spiffe://example.org/billing");
        let client = HttpFetch::builder()
            .with_roots(authority.pem())
            .with_client_certificate(certified.pem() + &certified.key_pem())
            .build()
            .unwrap();
        let url = format!("https://localhost:{port}/token");
        let source =
            ClientCredentials::with_certificate(url, "billing").with_client(client).build();
        source.unwrap()
    };
    asking(&authority).token().await.map(drop).unwrap();
    let refused = asking(&stranger).token().await.unwrap_err();
    assert_eq!(refused.kind(), Kind::TokenUnavailable, "the handshake failed");
}

/// Set for the process of the test below that has a proxy in its environment.
const BEHIND_A_PROXY: &str = "TOWER_AUTH_TEST_BEHIND_A_PROXY";

/// What goes to this machine in plain text, because it does not leave it, must not leave it by a proxy.
#[tokio::test]
async fn loopback_is_not_reached_by_way_of_a_proxy() {
    if std::env::var_os(BEHIND_A_PROXY).is_some() {
        let address = serve(Router::new().route("/token", post(async || TOKEN))).await;
        for host in ["127.0.0.1", "localhost"] {
            let url = format!("http://{host}:{}/token", address.port());
            let source = ClientCredentials::with_basic(url, "billing", "s3cr3t").build().unwrap();
            source.token().await.map(drop).unwrap();
        }
        return;
    }
    let proxy = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy_url = format!("http://{}", proxy.local_addr().unwrap());
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "client::endpoints::loopback_is_not_reached_by_way_of_a_proxy"]);
    again.env(BEHIND_A_PROXY, "1").env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, &proxy_url);
    }
    tokio::select! {
        _ = proxy.accept() => panic!("the secret was on its way to the proxy"),
        output = again.kill_on_drop(true).output() => {
            let output = output.unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
    }
}
