//! The guarded service that real clients log in to with Basic. See `README.md` beside it.
//!
//! `alice` (`wonderland`), `älice` (`pä:ß€`) and `ümit` (`grün`) are let in; `älice` may audit.
//! It prints `listening on ADDRESS` when it is ready.

use std::error::Error;

use axum::{Router, routing::get};
use tokio::net::TcpListener;
use tower_auth::{
    BasicAuthLayer, ClaimPermissions, Identity, PasswordVerifier, PermissionClaimLayer, Secret,
    User, Users, require,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let app = app(users().await?);
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", socket.local_addr()?);
    axum::serve(socket, app).await?;
    Ok(())
}

fn app(users: Users) -> Router {
    let auth = (
        BasicAuthLayer::new(users).with_realm("peers"),
        PermissionClaimLayer::new(ClaimPermissions::at("permissions")),
    );
    Router::new()
        .route("/whoami", get(whoami))
        .route("/audit", get(whoami).route_layer(require("audit")))
        .route_layer(auth)
        .route("/open", get(async || "open"))
}

async fn whoami(identity: Identity) -> String {
    identity.subject().to_owned()
}

/// The lowest cost: what is tried here is what clients send.
async fn users() -> Result<Users, Box<dyn Error>> {
    let passwords = PasswordVerifier::builder().with_cost(4).build()?;
    let mut users = Users::builder().with_warning_cost(4);
    for (name, password, permission) in
        [("alice", "wonderland", "read"), ("älice", "pä:ß€", "audit"), ("ümit", "grün", "read")]
    {
        let hash = passwords.hash(name, &Secret::new(password)).await?;
        users = users.user(User::new(name, hash).with_claim("permissions", permission));
    }
    Ok(users.with_verifier(passwords).build()?)
}
