//! Users with bcrypt hashes, and a route that needs a permission.
//!
//! ```text
//! cargo run --example basic
//! curl -i http://127.0.0.1:3000/orders                            # 401, and how to log in
//! curl -i -u alice:wonderland http://127.0.0.1:3000/orders        # 200
//! curl -i -u alice:wonderland -X DELETE http://127.0.0.1:3000/orders  # 403
//! ```
//!
//! Passwords are readable on their way: serve over TLS, as the example `quickstart` does.

use std::error::Error;

use axum::{
    Router,
    routing::{delete, get},
};
use tower_auth::{
    BasicAuthLayer, ClaimPermissions, Identity, PermissionClaimLayer, User, Users, require,
};

pub(crate) fn app() -> Result<Router, Box<dyn Error>> {
    // htpasswd -nbBC 5 alice wonderland (take 10 or more where it counts)
    let alice = User::new("alice", "$2y$05$bE71XVGrWVTyYA/fZEjhXOf3UFw5lhfDh/j5IMEzti489Vn.KLsWS");
    let users = Users::builder().user(alice.with_claim("permissions", "orders:read")).build()?;

    let auth = (
        BasicAuthLayer::new(users).with_realm("orders"),
        PermissionClaimLayer::new(ClaimPermissions::at("permissions")),
    );
    Ok(Router::new()
        .route("/orders", get(list).route_layer(require("orders:read")))
        .route("/orders", delete(clear).route_layer(require("orders:delete")))
        .route_layer(auth))
}

async fn list(identity: Identity) -> String {
    format!("orders of {}\n", identity.subject())
}

async fn clear() -> &'static str {
    "all orders are gone\n"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
