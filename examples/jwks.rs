//! Tokens verified with keys that are fetched, through a rotation and an outage of the issuer.
//!
//! The scenario of Temporal's `serverjwtauth` sample: an issuer makes an ES256 key, serves it as a
//! JWK set and gives out tokens with `permissions`; a service lets them in by `namespace:role`.
//!
//! ```text
//! cargo run --example jwks --features testing      # prints tokens and these lines with them
//! curl -i -H "authorization: Bearer $WORKER" http://127.0.0.1:3000/workflows   # 200
//! curl -i -H "authorization: Bearer $WORKER" http://127.0.0.1:3000/namespaces  # 403: it takes the system's admin
//! curl -i -H "authorization: Bearer $ADMIN" http://127.0.0.1:3000/namespaces   # 200
//! curl -i http://127.0.0.1:3000/health                                         # 200 without a token
//!
//! curl -X POST http://127.0.0.1:3000/issuer/rotate      # prints a token of the new key ...
//! curl -i -H "authorization: Bearer $NEW" http://127.0.0.1:3000/workflows      # ... which is 200 at once
//! curl -X POST http://127.0.0.1:3000/issuer/break-down
//! curl -i -H "authorization: Bearer $NEW" http://127.0.0.1:3000/workflows      # still 200
//! curl -X POST http://127.0.0.1:3000/issuer/recover
//! curl http://127.0.0.1:3000/health                                            # how the keys are doing
//! ```

use std::error::Error;

use axum::{
    Router,
    extract::State,
    routing::{get, post},
};
use tower_auth::{
    CacheLimits, ClaimPermissions, Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys,
    PermissionClaimLayer, TestAuthority, require,
};

const AUDIENCE: &str = "temporal";

pub(crate) fn app(issuer: &TestAuthority) -> Result<Router, Box<dyn Error>> {
    // The keys are found by the issuer's name, fetched with the first token, and kept up to date.
    let keys = Keys::from_openid_discovery();
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::new(issuer.issuer(), AUDIENCE, keys))
        .with_cache(CacheLimits::new())
        .build()?;
    let permissions = PermissionClaimLayer::new(ClaimPermissions::at("permissions"));
    let guarded = Router::new()
        .route("/workflows", get(workflows).route_layer(require("default:read")))
        .route("/namespaces", get("acme\n").route_layer(require("temporal-system:admin")))
        .route_layer((JwtAuthLayer::new(verifier.clone()), permissions));
    Ok(Router::new()
        .route("/health", get(health).with_state(verifier))
        .nest("/issuer", control(issuer.clone()))
        .merge(guarded))
}

async fn workflows(identity: Identity) -> String {
    format!("workflows for {}\n", identity.subject())
}

/// For operators: not a word of it is secret, but it names hosts.
async fn health(State(verifier): State<JwtVerifier>) -> String {
    let lines = verifier.key_status().into_iter().map(|keys| {
        let error = keys.last_error.map_or("none".to_owned(), |(_, error)| error);
        let hash = keys.key_set_hash.unwrap_or_default();
        format!("ready: {}, set: {hash:.8}, last error: {error}\n", keys.is_ready)
    });
    lines.collect()
}

/// Rotation and outage at your command; no issuer has such routes.
fn control(issuer: TestAuthority) -> Router {
    Router::new()
        .route("/rotate", post(rotate))
        .route("/break-down", post(async |State(issuer): State<TestAuthority>| issuer.break_down()))
        .route("/recover", post(async |State(issuer): State<TestAuthority>| issuer.recover()))
        .with_state(issuer)
}

async fn rotate(State(issuer): State<TestAuthority>) -> String {
    issuer.rotate_key();
    format!("NEW={}\n", worker_token(&issuer))
}

pub(crate) fn worker_token(issuer: &TestAuthority) -> String {
    let permissions = vec!["default:read", "default:write"];
    let token = issuer.token("temporal-samples-go").for_audience(AUDIENCE);
    token.with_claim("permissions", permissions).sign()
}

pub(crate) fn admin_token(issuer: &TestAuthority) -> String {
    let token = issuer.token("cli").for_audience(AUDIENCE);
    token.with_claim("permissions", vec!["temporal-system:admin"]).sign()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = TestAuthority::start().await?;
    println!("WORKER={}\nADMIN={}", worker_token(&issuer), admin_token(&issuer));
    println!("the keys are at {}", issuer.jwks_url());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(&issuer)?).await?)
}
