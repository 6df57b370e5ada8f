//! Why a request is refused: a policy explains, rehearses and is exchanged.
//!
//! ```text
//! cargo run --example explain                                # explains some requests, then serves
//! api=http://127.0.0.1:3000
//! curl -i -u clerk:pw $api/orders                                       # 200
//! curl -i -u clerk:pw -X DELETE $api/orders/7                           # 403 ...
//! curl -u boss:pw "$api/explain?as=clerk&method=DELETE&path=/orders/7"  # ... because
//! curl -i -u boss:pw -X POST $api/strict                                # clerks may no longer read ...
//! curl -i -u clerk:pw $api/orders                                       # ... 403 at once
//! curl -u boss:pw $api/status
//! ```
//!
//! The user-id is the role here, to keep the example short.

use std::{collections::HashMap, error::Error};

use axum::{
    Router,
    extract::{Query, State},
    routing::{get, post},
};
use http::{Request, StatusCode};
use tower_auth::{
    AuthError, Basic, BasicAuthLayer, ConfigError, Identity, PathRule, PathRules, Policy, Roles,
    any,
};

fn policy() -> Result<Policy, ConfigError> {
    let rules = PathRules::builder()
        .expose("/health")
        .rule(PathRule::new(["/orders/**"], "orders:read").with_methods(["GET"]))
        .path("/orders/**", any(["orders:write", "admin"]))
        .rule(PathRule::new(["/explain", "/strict", "/status"], "admin"))
        .build()?;
    let roles =
        Roles::builder().grant("clerk", ["orders:read"]).grant("boss", ["admin"]).build()?;
    Ok(Policy::new(rules, roles.from_claim("roles")))
}

pub(crate) fn app() -> Result<Router, ConfigError> {
    let policy = policy()?;
    let guard = policy.guard(BasicAuthLayer::new(by_user_id));
    Ok(Router::new()
        .route("/health", get("healthy\n"))
        .route("/orders", get("orders\n"))
        .route("/orders/{id}", get("order\n").delete("deleted\n"))
        .route("/explain", get(explain))
        .route("/strict", post(be_strict))
        .route(
            "/status",
            get(async |State(policy): State<Policy>| format!("{:?}\n", policy.status())),
        )
        .with_state(policy)
        .layer(guard))
}

async fn by_user_id(user: Basic) -> Result<Identity, AuthError> {
    Ok(caller(user.username()))
}

fn caller(role: &str) -> Identity {
    Identity::new(role).with_claim("roles", vec![role])
}

/// For those who run the service: it tells what the rules are.
async fn explain(
    State(policy): State<Policy>,
    Query(asked): Query<HashMap<String, String>>,
) -> Result<String, StatusCode> {
    let said = |name| asked.get(name).map(String::as_str).ok_or(StatusCode::BAD_REQUEST);
    let request = Request::builder().method(said("method")?).uri(said("path")?).body(());
    let request = request.map_err(|_| StatusCode::BAD_REQUEST)?;
    Ok(format!("{}\n", policy.explain(&caller(said("as")?), None, &request)))
}

/// Other roles, under the requests that come meanwhile.
async fn be_strict(State(policy): State<Policy>) -> Result<String, StatusCode> {
    let roles = Roles::builder().grant("boss", ["admin"]).build();
    let roles = roles.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(format!("version {}\n", policy.replace_mapper(roles.from_claim("roles"))))
}

/// Explanations of some requests, without a server.
pub(crate) fn explanations() -> Result<Vec<String>, Box<dyn Error>> {
    let policy = policy()?;
    let mut lines = Vec::new();
    for (who, method, path) in [
        (Identity::anonymous(), "GET", "/health"),
        (Identity::anonymous(), "GET", "/orders"),
        (caller("clerk"), "GET", "/orders/7"),
        (caller("clerk"), "DELETE", "/orders/7"),
        (caller("boss"), "DELETE", "/orders/7"),
        (caller("boss"), "GET", "/invoices"),
        (caller("boss"), "GET", "/orders/..%2Fhealth"),
    ] {
        let request = Request::builder().method(method).uri(path).body(())?;
        let explanation = policy.explain(&who, None, &request);
        lines.push(format!("{} {method} {path}: {explanation}", who.subject()));
    }
    Ok(lines)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    println!("{}", explanations()?.join("\n"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()?).await?)
}
