//! The guarded service that real peers are driven against. See `README.md` beside it.
//!
//! It is configured by its environment: `GUARD_ISSUER`, `GUARD_AUDIENCE`, and for TLS with
//! optional client certificates the files `GUARD_TLS_CHAIN`, `GUARD_TLS_KEY` and `GUARD_TLS_CLIENT_CA`.
//! It prints `listening on ADDRESS` when it is ready.

use std::{
    env::{self, VarError},
    error::Error,
    fs,
};

use axum::{Json, Router, routing::get};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_auth::{
    ClaimPermissions, Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, PermissionClaimLayer,
    Permissions, TlsListener, TlsPeer,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let app = app(verifier()?);
    let socket = TcpListener::bind("127.0.0.1:0").await?;
    println!("listening on {}", socket.local_addr()?);
    match variable("GUARD_TLS_CHAIN")? {
        Some(chain) => {
            let app = app.into_make_service_with_connect_info::<TlsPeer>();
            axum::serve(tls(&chain, socket)?, app).await?;
        }
        None => axum::serve(socket, app).await?,
    }
    Ok(())
}

fn app(verifier: JwtVerifier) -> Router {
    let auth = (
        JwtAuthLayer::new(verifier),
        PermissionClaimLayer::new(ClaimPermissions::at("permissions")),
    );
    Router::new().route("/whoami", get(whoami)).route_layer(auth)
}

async fn whoami(identity: Identity, permissions: Permissions) -> Json<Value> {
    Json(json!({
        "sub": identity.subject(),
        "iss": identity.issuer(),
        "permissions": permissions.iter().collect::<Vec<_>>(),
    }))
}

fn verifier() -> Result<JwtVerifier, Box<dyn Error>> {
    let keys = Keys::from_openid_discovery();
    let issuer = Issuer::new(env::var("GUARD_ISSUER")?, env::var("GUARD_AUDIENCE")?, keys);
    Ok(JwtVerifier::builder().issuer(issuer).build()?)
}

fn variable(name: &str) -> Result<Option<String>, VarError> {
    match env::var(name) {
        Err(VarError::NotPresent) => Ok(None),
        value => value.map(Some),
    }
}

fn tls(chain: &str, socket: TcpListener) -> Result<TlsListener, Box<dyn Error>> {
    let (key, authority) = (env::var("GUARD_TLS_KEY")?, env::var("GUARD_TLS_CLIENT_CA")?);
    let listener = TlsListener::builder(fs::read(chain)?, fs::read(key)?)
        .with_client_ca(fs::read(authority)?)
        .allow_missing_client_certificate()
        .bind(socket)?;
    Ok(listener)
}
