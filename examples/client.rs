//! A client that gets its tokens by client credentials, renews them ahead of their end, and gets over one
//! that is revoked.
//!
//! ```text
//! cargo run --example client --features client,testing   # calls the service each second, and prints by which token
//! curl -X POST http://127.0.0.1:3000/revoke        # meanwhile: the next call goes by another token, and succeeds
//!
//! curl -i http://127.0.0.1:3000/orders             # 401 without a token; the client sends one
//! curl -u billing:s3cr3t -d grant_type=client_credentials http://127.0.0.1:3000/token    # where it has it from
//! curl -u billing:wrong -d grant_type=client_credentials http://127.0.0.1:3000/token     # 401: no such client
//! ```
//!
//! A token lasts ten seconds, so the client asks for the next after about eight. Issuer and service are
//! one process here, and plain HTTP will do only because they are on this machine.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::StatusCode,
    routing::{get, post},
};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};
use tower::{Layer, ServiceExt, service_fn};
use tower_auth::{
    AuthError, AuthorizationLayer, Basic, BasicAuthLayer, BoxError, ClientCredentials, CloneBody,
    Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, TestAuthority,
};

const LIFETIME: Duration = Duration::from_secs(10);

/// The client: whatever it sends to this origin carries a token.
pub(crate) fn client(
    origin: &str,
    secret: &str,
) -> Result<AuthorizationLayer<CloneBody>, Box<dyn Error>> {
    let source = ClientCredentials::with_basic(format!("{origin}/token"), "billing", secret)
        .with_scope("orders:read")
        .build()?;
    let layer = AuthorizationLayer::tokens(source).for_origin(origin).build()?;
    // What is sent has a body that can be cloned: it is sent again after a 401 with a fresh token.
    Ok(layer.with_replay(CloneBody))
}

/// Asks for the orders.
pub(crate) async fn orders(
    layer: &AuthorizationLayer<CloneBody>,
    origin: &str,
) -> Result<String, BoxError> {
    let request = Request::get(format!("{origin}/orders")).body(Bytes::new())?;
    let response = layer.layer(service_fn(send)).oneshot(request).await?;
    Ok(reqwest::Response::from(response).error_for_status()?.text().await?)
}

/// reqwest has requests of its own; the rest of the world has http's.
async fn send(request: Request<Bytes>) -> Result<Response<reqwest::Body>, reqwest::Error> {
    // A redirect would take the token somewhere else, where the layer cannot see it.
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    Ok(client.execute(request.try_into()?).await?.into())
}

/// The issuer of tokens, and the service that believes it.
pub(crate) struct World {
    issuer: TestAuthority,
    issued: AtomicU64,
    revoked: AtomicU64,
}

pub(crate) fn app(issuer: TestAuthority) -> Result<Router, Box<dyn Error>> {
    let keys = Keys::from_openid_discovery();
    let trusted = Issuer::new(issuer.issuer(), issuer.audience(), keys);
    let world = Arc::new(World { issuer, issued: AtomicU64::new(0), revoked: AtomicU64::new(0) });
    let list = Arc::clone(&world);
    let verifier = JwtVerifier::builder()
        .issuer(trusted)
        .with_revocation(move |identity: &Identity| {
            let is_good = number(identity) > list.revoked.load(Ordering::SeqCst);
            if is_good { Ok(()) } else { Err(AuthError::invalid("it has been revoked")) }
        })
        .build()?;
    Ok(Router::new()
        .route("/orders", get(list_orders).route_layer(JwtAuthLayer::new(verifier)))
        .route("/token", post(token).route_layer(BasicAuthLayer::new(known_client)))
        .route("/revoke", post(revoke))
        .with_state(world))
}

async fn known_client(credentials: Basic) -> Result<Identity, AuthError> {
    match (credentials.username(), credentials.password().expose()) {
        ("billing", b"s3cr3t") => Ok(Identity::new("billing")),
        _ => Err(AuthError::invalid("no such client")),
    }
}

async fn token(identity: Identity, State(world): State<Arc<World>>) -> Json<Value> {
    let number = world.issued.fetch_add(1, Ordering::SeqCst) + 1;
    let token = world.issuer.token(identity.subject()).with_claim("number", number);
    let token = token.lasting(LIFETIME).sign();
    Json(json!({
        "access_token": token, "token_type": "Bearer", "expires_in": LIFETIME.as_secs(),
    }))
}

/// All tokens that have been given out so far.
async fn revoke(State(world): State<Arc<World>>) -> StatusCode {
    world.revoked.store(world.issued.load(Ordering::SeqCst), Ordering::SeqCst);
    StatusCode::NO_CONTENT
}

async fn list_orders(identity: Identity) -> String {
    format!("orders for {}, by token {}\n", identity.subject(), number(&identity))
}

fn number(identity: &Identity) -> u64 {
    identity.claims().get("number").and_then(Value::as_u64).unwrap_or_default()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let origin = "http://127.0.0.1:3000";
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    let app = app(TestAuthority::start().await?)?;
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    let layer = client(origin, "s3cr3t")?;
    let mut seconds = tokio::time::interval(Duration::from_secs(1));
    while !server.is_finished() {
        seconds.tick().await;
        print!("{}", orders(&layer, origin).await.unwrap_or_else(|error| format!("{error}\n")));
    }
    Ok(server.await??)
}
