//! The tenant from a header, the host or the path; a caller only reaches their own.
//!
//! ```text
//! cargo run --example tenants
//! curl -i -u alice:pw -H 'x-tenant-id: acme' http://127.0.0.1:3000/by-header    # 200
//! curl -i -u alice:pw -H 'x-tenant-id: globex' http://127.0.0.1:3000/by-header  # 403
//! curl -i -u alice:pw -H 'host: acme.localhost' http://127.0.0.1:3000/by-host   # 200
//! curl -i -u alice:pw http://127.0.0.1:3000/tenants/acme                        # 200
//! curl -i -u alice:pw http://127.0.0.1:3000/by-claim                            # 200
//! ```

use std::error::Error;

use axum::{Router, http::HeaderName, routing::get};
use tower_auth::{AuthError, Basic, BasicAuthLayer, Identity, Tenant, TenantLayer};

pub(crate) fn app() -> Router {
    let tenant_header = TenantLayer::from_header(HeaderName::from_static("x-tenant-id"));

    // Outside or inside of authentication: the guarantee is the same. From a claim it must be inside.
    let by_header = (tenant_header, BasicAuthLayer::new(accounts));
    let by_host = (BasicAuthLayer::new(accounts), TenantLayer::from_host("localhost"));
    let by_path = (TenantLayer::from_path("/tenants"), BasicAuthLayer::new(accounts));
    let by_claim = (BasicAuthLayer::new(accounts), TenantLayer::from_claim("tenant"));

    Router::new()
        .route("/by-header", get(orders).route_layer(by_header))
        .route("/by-host", get(orders).route_layer(by_host))
        .route("/tenants/{tenant}", get(orders).route_layer(by_path))
        .route("/by-claim", get(orders).route_layer(by_claim))
}

/// Anybody is let in here; alice belongs to acme and everybody else to globex.
async fn accounts(credentials: Basic) -> Result<Identity, AuthError> {
    let tenant = if credentials.username() == "alice" { "acme" } else { "globex" };
    Ok(Identity::new(credentials.username()).with_claim("tenant", tenant))
}

/// Takes the tenant from the layer, never from the path: only the layer has held it against the caller.
async fn orders(tenant: Tenant, identity: Identity) -> String {
    format!("orders of {tenant} for {}\n", identity.subject())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()).await?)
}
