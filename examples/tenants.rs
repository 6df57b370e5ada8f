//! The tenant from a header, the host, the path, a claim, or two places that must agree; a caller only
//! reaches their own.
//!
//! ```text
//! cargo run --example tenants
//! curl -i -u alice:pw -H 'X-ID-TENANT-NAME: acme' http://127.0.0.1:3000/by-header     # 200
//! curl -i -u alice:pw -H 'X-ID-TENANT-NAME: globex' http://127.0.0.1:3000/by-header   # 403: of others
//! curl -i -u alice:pw http://127.0.0.1:3000/by-header                                 # 403: names none
//! curl -i -u alice:pw -H 'Host: acme.localhost' http://127.0.0.1:3000/by-host         # 200
//! curl -i -u alice:pw -H 'Host: globex.localhost' http://127.0.0.1:3000/by-host       # 403
//! curl -i -u alice:pw http://127.0.0.1:3000/tenants/acme                              # 200
//! curl -i -u alice:pw http://127.0.0.1:3000/tenants/globex                            # 403
//! curl -i -u alice:pw http://127.0.0.1:3000/by-claim                                  # 200
//!
//! # Host and header must agree.
//! curl -i -u alice:pw -H 'Host: acme.localhost' http://127.0.0.1:3000/by-both         # 200
//! curl -i -u alice:pw -H 'Host: acme.localhost' -H 'X-ID-TENANT-NAME: globex' http://127.0.0.1:3000/by-both  # 403
//!
//! # Support may look into every tenant, by a rule that has a name; initech is suspended for everybody.
//! curl -i -u sue:pw -H 'X-ID-TENANT-NAME: globex' http://127.0.0.1:3000/registered    # 200
//! curl -i -u bob:pw -H 'X-ID-TENANT-NAME: acme' http://127.0.0.1:3000/registered      # 403
//! curl -i -u sue:pw -H 'X-ID-TENANT-NAME: initech' http://127.0.0.1:3000/registered   # 403
//!
//! # Each tenant has users of its own: alice is somebody in acme and nobody in globex.
//! curl -i -u alice:pw -H 'X-ID-TENANT-NAME: acme' http://127.0.0.1:3000/own-users     # 200
//! curl -i -u alice:pw -H 'X-ID-TENANT-NAME: globex' http://127.0.0.1:3000/own-users   # 401
//! curl -i -u alice:pw -H 'X-ID-TENANT-NAME: nowhere' http://127.0.0.1:3000/own-users  # 401
//! ```

use std::error::Error;

use axum::{Router, routing::get};
use tower_auth::{
    AuthError, Authenticator, Basic, BasicAuthLayer, BoxError, Identity, PerTenant,
    RegisteredTenants, Tenant, TenantLayer, TenantSource, TenantState,
};

pub(crate) fn app() -> Router {
    let auth = || BasicAuthLayer::new(accounts);
    let header = || TenantSource::header(TenantSource::DEFAULT_HEADER);
    let host = || TenantSource::host("localhost");

    // Outside or inside of authentication: the guarantee is the same. From a claim it must be inside.
    let by_header = (TenantLayer::new(header()), auth());
    let by_host = (auth(), TenantLayer::new(host()));
    let by_path = (TenantLayer::from_path("/tenants"), auth());
    let by_claim = (auth(), TenantLayer::from_claim("tenant"));
    let by_both = (TenantLayer::new(TenantSource::all_of([host(), header()])), auth());

    let registered = TenantLayer::new(header())
        .with_registry(RegisteredTenants::new(registry))
        .with_operators("support", |identity: &Identity, _: &Tenant| identity.subject() == "sue");
    let registered = (registered, auth());

    // Here the tenant must be outside: it says who judges.
    let stores = PerTenant::new(users).with_tenant_claim("tenant");
    let own_users = (TenantLayer::new(header()), BasicAuthLayer::new(stores));

    Router::new()
        .route("/by-header", get(orders).route_layer(by_header))
        .route("/by-host", get(orders).route_layer(by_host))
        .route("/tenants/{tenant}", get(orders).route_layer(by_path))
        .route("/by-claim", get(orders).route_layer(by_claim))
        .route("/by-both", get(orders).route_layer(by_both))
        .route("/registered", get(orders).route_layer(registered))
        .route("/own-users", get(orders).route_layer(own_users))
}

/// Anybody is let in here; alice belongs to acme and everybody else to globex.
async fn accounts(credentials: Basic) -> Result<Identity, AuthError> {
    let tenant = if credentials.username() == "alice" { "acme" } else { "globex" };
    Ok(Identity::new(credentials.username()).with_claim("tenant", tenant))
}

/// A database, in a service. It is only asked about tenants that the caller may act for.
async fn registry(tenant: Tenant) -> Result<TenantState, BoxError> {
    Ok(match tenant.as_str() {
        "acme" | "globex" => TenantState::Active,
        "initech" => TenantState::Suspended,
        _ => TenantState::Unknown,
    })
}

/// The users of a tenant; in a service, from its own directory.
async fn users(tenant: Tenant) -> Result<Option<UsersOf>, BoxError> {
    let name = match tenant.as_str() {
        "acme" => "alice",
        "globex" => "gus",
        _ => return Ok(None),
    };
    Ok(Some(UsersOf(name)))
}

struct UsersOf(&'static str);

impl Authenticator<Basic> for UsersOf {
    async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
        if credentials.username() == self.0 {
            Ok(Identity::new(credentials.username()))
        } else {
            Err(AuthError::invalid("no user of this tenant"))
        }
    }
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
