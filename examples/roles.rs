//! Roles that include each other, and requirements made of several permissions.
//!
//! ```text
//! cargo run --example roles
//! curl -i -u viewer:pw http://127.0.0.1:3000/orders               # 200
//! curl -i -u viewer:pw -X POST http://127.0.0.1:3000/orders       # 403
//! curl -i -u editor:pw -X POST http://127.0.0.1:3000/orders       # 200
//! curl -i -u editor:pw http://127.0.0.1:3000/export               # 403
//! curl -i -u admin:pw http://127.0.0.1:3000/export                # 200
//! ```
//!
//! The user-id is the role here, to keep the example short.

use std::error::Error;

use axum::{
    Router,
    routing::{get, post},
};
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, ConfigError, Identity, PermissionClaimLayer, Permissions,
    Permitted, Roles, all, require,
};

pub(crate) fn app() -> Result<Router, ConfigError> {
    let roles = Roles::builder()
        .grant("viewer", ["orders:read"])
        .grant("editor", ["orders:write"])
        .include("editor", "viewer")
        .grant("admin", ["orders:export"])
        .include("admin", "editor")
        .build()?; // roles that include each other are an error here

    let auth =
        (BasicAuthLayer::new(by_user_id), PermissionClaimLayer::new(roles.from_claim("roles")));
    let export = all(["orders:read", "orders:export"]).or("auditor");
    Ok(Router::new()
        .route("/orders", get(list).route_layer(require("orders:read")))
        .route("/orders", post(create).route_layer(require("orders:write")))
        .route("/export", get(show_proof).route_layer(require(export)))
        .route_layer(auth))
}

async fn by_user_id(credentials: Basic) -> Result<Identity, AuthError> {
    let role = credentials.username();
    Ok(Identity::new(role).with_claim("roles", vec![role]))
}

async fn list(permissions: Permissions) -> String {
    format!("you hold {}\n", permissions.iter().collect::<Vec<_>>().join(", "))
}

async fn create() -> &'static str {
    "ordered\n"
}

/// A function that takes the proof can be called from guarded routes only.
async fn show_proof(permitted: Permitted) -> String {
    format!("exported, because you hold {}\n", permitted.requirement())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
