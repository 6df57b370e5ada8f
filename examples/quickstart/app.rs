//! The application: orders of two tenants, guarded by all five layers.

use std::{
    error::Error,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Json, Router,
    extract::State,
    http::{StatusCode, header::AUTHORIZATION},
    routing::{get, post},
};
use serde_json::{Value, json};
use tower_auth::{
    Algorithm, AuthLayer, CertificateRules, Identity, Issuer, JwtVerifier, Keys, NameKind,
    PermissionClaimLayer, Roles, Scheme, Tenant, TenantLayer, User, Users, require,
};
use tower_http::{
    sensitive_headers::SetSensitiveRequestHeadersLayer, timeout::TimeoutLayer, trace::TraceLayer,
};

use super::world::{AUDIENCE, ISSUER, World};

/// The orders of all tenants.
type Orders = Arc<Mutex<Vec<(Tenant, String)>>>;

pub(crate) fn app(world: &World) -> Result<Router, Box<dyn Error>> {
    let roles = Roles::builder()
        .grant("viewer", ["orders:read"])
        .grant("editor", ["orders:write"])
        .include("editor", "viewer")
        .build()?;

    // A request meets these in the order in which they are written.
    let auth = (
        TenantLayer::from_path("/tenants"),
        AuthLayer::first_of([
            Scheme::client_certificate(certificates()),
            Scheme::bearer(tokens(world)?),
            Scheme::basic(users()?),
        ])
        .with_realm("orders"),
        PermissionClaimLayer::new(roles.from_claim("roles")),
    );

    let outside = (
        SetSensitiveRequestHeadersLayer::new([AUTHORIZATION]),
        TraceLayer::new_for_http(),
        TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(10)),
    );

    Ok(Router::new()
        .route("/tenants/{tenant}/orders", get(list).route_layer(require("orders:read")))
        .route("/tenants/{tenant}/orders", post(create).route_layer(require("orders:write")))
        .route_layer(auth)
        .route("/health", get(async || "well")) // added after the layers: open to everybody
        .layer(outside)
        .with_state(Orders::default()))
}

/// A machine is named by the URI in its certificate; its organization is its tenant.
fn certificates() -> CertificateRules {
    CertificateRules::subject_from(NameKind::Uri)
        .with_claim("tenant", NameKind::Organization)
        .with_claim("roles", NameKind::OrganizationalUnit)
}

/// Tokens of one issuer, which name tenant and roles themselves.
fn tokens(world: &World) -> Result<JwtVerifier, Box<dyn Error>> {
    let keys = Keys::from_pem(world.issuer_key_pem.as_str(), Algorithm::ES256);
    Ok(JwtVerifier::builder().issuer(Issuer::new(ISSUER, AUDIENCE, keys)).build()?)
}

/// Two people. Their hashes are cheap, so that the demo is quick: use a cost of 10 or more.
fn users() -> Result<Users, Box<dyn Error>> {
    let alice = User::new("alice", "$2y$05$bE71XVGrWVTyYA/fZEjhXOf3UFw5lhfDh/j5IMEzti489Vn.KLsWS")
        .with_claim("tenant", "acme")
        .with_claim("roles", "editor");
    let bob = User::new("bob", "$2y$05$bE71XVGrWVTyYA.eWk7gGOt.Nop3klB61Pdpm7f2rpjYi4Ak2RkZm")
        .with_claim("tenant", "globex")
        .with_claim("roles", "viewer");
    Ok(Users::builder().users([alice, bob]).build()?)
}

async fn list(State(orders): State<Orders>, identity: Identity, tenant: Tenant) -> Json<Value> {
    let orders = orders.lock().unwrap_or_else(PoisonError::into_inner);
    let items: Vec<&str> =
        orders.iter().filter(|(of, _)| *of == tenant).map(|(_, item)| item.as_str()).collect();
    Json(json!({ "tenant": tenant.as_str(), "caller": identity.subject(), "orders": items }))
}

async fn create(
    State(orders): State<Orders>,
    identity: Identity,
    tenant: Tenant,
    item: String,
) -> (StatusCode, Json<Value>) {
    let answer =
        json!({ "tenant": tenant.as_str(), "caller": identity.subject(), "ordered": item });
    orders.lock().unwrap_or_else(PoisonError::into_inner).push((tenant, item));
    (StatusCode::CREATED, Json(answer))
}
