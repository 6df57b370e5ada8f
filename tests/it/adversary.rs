//! Everything that a client can send, to an application with all five layers: never a panic, never a
//! 5xx, never a hang, and never a 200 except for what was meant to be let in.
use std::{convert::Infallible, time::Duration};

use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, Uri,
    header::{AUTHORIZATION, HOST},
};
use tower::{Layer, Service, ServiceExt, service_fn, util::BoxCloneService};
use tower_auth::{
    AuthError, AuthLayer, Basic, ClaimPermissions, ClientCertificate, Identity, PeerCertificates,
    PermissionClaimLayer, Scheme, Secret, TenantLayer, require,
};

use crate::support::{
    pki::Authority,
    tokens::{Signing, base64url, compact, parts, token, token_by, verifier},
};

mod found;
mod hostile;
mod mutations;
mod places;

const TENANT: HeaderName = HeaderName::from_static("x-tenant");
const BASIC: &str = "Basic YWxpY2U6d29uZGVybGFuZA==";

type App = BoxCloneService<Request<()>, Response<()>, Infallible>;

fn member(subject: &str) -> Identity {
    Identity::new(subject).with_claim("tenant", "acme").with_claim("scope", "orders:read")
}

/// All five layers around a service that answers 200.
fn app(tenant: TenantLayer) -> App {
    let auth = AuthLayer::first_of([
        Scheme::client_certificate(async |certificate: ClientCertificate| {
            match certificate.uris() {
                [uri] if uri == "spiffe://example/alice" => Ok(member(uri)),
                _ => Err(AuthError::invalid("nobody")),
            }
        }),
        Scheme::bearer(verifier().clone()),
        Scheme::basic(async |user: Basic| {
            if user.username() == "alice" && *user.password() == Secret::new("wonderland") {
                Ok(member("alice"))
            } else {
                Err(AuthError::invalid("nobody"))
            }
        }),
    ]);
    let handler = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(())));
    let layers = (
        tenant,
        auth,
        PermissionClaimLayer::new(ClaimPermissions::at("scope")),
        require("orders:read"),
    );
    BoxCloneService::new(layers.layer(handler))
}

fn header_app() -> App {
    app(TenantLayer::from_header(TENANT))
}

fn good_token() -> String {
    token().claim("tenant", "acme").claim("scope", "orders:read").compact()
}

fn good_bearer() -> String {
    format!("Bearer {}", good_token())
}

/// A request that is let in by any of the applications, but for its credentials.
fn request() -> Request<()> {
    let mut request = Request::get("/t/acme/orders")
        .header(HOST, "acme.orders.example")
        .header(TENANT, "acme")
        .body(())
        .unwrap();
    request.extensions_mut().insert(PeerCertificates::none());
    request
}

fn with_authorization(value: impl AsRef<[u8]>) -> Option<Request<()>> {
    let mut request = request();
    let value = HeaderValue::from_bytes(value.as_ref()).ok()?;
    request.headers_mut().insert(AUTHORIZATION, value);
    Some(request)
}

/// The status, which is never of the server's fault.
async fn status(app: &App, request: Request<()>) -> StatusCode {
    let shown = format!("{:?} {:?}", request.uri(), short(request.headers()));
    let mut app = app.clone();
    let answer = async { app.ready().await.unwrap().call(request).await.unwrap() };
    let response = tokio::time::timeout(Duration::from_secs(10), answer).await;
    let status = response.unwrap_or_else(|_| panic!("no answer: {shown}")).status();
    assert!(!status.is_server_error(), "{status}: {shown}");
    status
}

#[track_caller]
fn assert_refused(status: StatusCode, shown: impl std::fmt::Debug) {
    let refusals = [StatusCode::BAD_REQUEST, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    let shown = format!("{shown:?}");
    assert!(refusals.contains(&status), "{status}: {}", &shown[..shown.len().min(300)]);
}

fn short(headers: &HeaderMap) -> String {
    let shown = format!("{headers:?}");
    shown.chars().take(300).collect()
}

fn with_uri(request: &mut Request<()>, uri: &str) -> bool {
    let Ok(uri) = uri.parse::<Uri>() else {
        return false;
    };
    *request.uri_mut() = uri;
    true
}

#[tokio::test]
async fn what_is_meant_to_be_let_in_is_let_in() {
    for tenant in [
        TenantLayer::from_header(TENANT),
        TenantLayer::from_host("orders.example"),
        TenantLayer::from_path("/t"),
    ] {
        let app = app(tenant);
        for good in [good_bearer().as_str(), BASIC] {
            let request = with_authorization(good).unwrap();
            assert_eq!(status(&app, request).await, StatusCode::OK);
        }
        let mut by_certificate = request();
        let alice = Authority::new("authority").client("spiffe://example/alice").der();
        by_certificate.extensions_mut().insert(PeerCertificates::from_der([alice]));
        assert_eq!(status(&app, by_certificate).await, StatusCode::OK);
        assert_eq!(status(&app, request()).await, StatusCode::UNAUTHORIZED);
    }
}
