//! A users file of Nussknacker guards an API of scenarios in categories.
//!
//! ```text
//! cargo run --example nussknacker --features hocon
//! api=http://127.0.0.1:3000
//! curl -i $api/categories/Category1/scenarios                               # 200, anybody may read
//! curl -i -X PUT $api/categories/Category1/scenarios                        # 401, log in to write
//! curl -i -u user1:pass -X PUT $api/categories/Category1/scenarios          # 200
//! curl -i -u user1:pass -X POST $api/categories/Category1/deployments       # 403, a Writer does not deploy
//! curl -i -u user2:password -X POST $api/categories/Category2/deployments   # 200
//! curl -i -u user2:password $api/categories/Secret/scenarios                # 404, there is nothing to see
//! curl -i -u user2:password $api/user                                       # what user2 may do
//! curl -i -u user2:password $api/admin                                      # 200, by a global permission
//! ```
//!
//! Passwords are readable on their way: serve over TLS, as the example `quickstart` does.

use std::{error::Error, path::Path};

use axum::{
    Json, Router,
    body::Body,
    response::Response,
    routing::{get, post, put},
};
use http::{StatusCode, request::Parts};
use tower_auth::{
    AuthError, AuthErrorKind, Authenticator, BasicAuthLayer, CacheLimits, DefaultRejection,
    Identity, PermissionClaimLayer, Rejection, Tenant, TenantLayer, Users, UsersFile, UsersRules,
    require,
};

pub(crate) fn app(file: &Path) -> Result<Router, Box<dyn Error>> {
    // One user of the file has a clear-text password.
    let file = UsersFile::at(file).danger_allow_clear_text_passwords();
    let users = Users::builder().file(file).build()?;
    let rules = users.rules().ok_or("the file has no rules")?;

    // A password is hashed once in five minutes. The password itself is not kept.
    let basic = BasicAuthLayer::new(users.cached(CacheLimits::new()))
        .with_realm("nussknacker")
        .allow_anonymous_as(Identity::anonymous().with_claim("roles", vec!["Reader"]));
    // A category is a tenant: who has any permission in it belongs to it.
    let category = TenantLayer::from_path("/categories")
        .with_membership_rule(rules.clone())
        .with_rejection(not_found);
    let permissions = PermissionClaimLayer::new(rules.clone());

    let in_category = Router::new()
        .route("/categories/{category}/scenarios", get(list).route_layer(require("Read")))
        .route("/categories/{category}/scenarios", put(save).route_layer(require("Write")))
        .route("/categories/{category}/deployments", post(deploy).route_layer(require("Deploy")))
        .route_layer((basic.clone(), category, permissions.clone()));
    let everywhere = Router::new()
        .route("/user", get(move |identity| user(identity, rules)))
        .route(
            "/admin",
            get(|| async { "the admin tab\n" }).route_layer(require("global:AdminTab")),
        )
        .route_layer((basic, permissions));
    Ok(in_category.merge(everywhere).route("/health", get(|| async { "OK\n" })))
}

/// Whoever may not see a category does not learn that there is one.
fn not_found(error: &AuthError, parts: &Parts) -> Response {
    let mut response: Response<Body> = DefaultRejection.reject(error, parts);
    if error.kind() == AuthErrorKind::TenantDenied {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

async fn user(identity: Identity, rules: UsersRules) -> Json<serde_json::Value> {
    let permissions = rules.permission_map(&identity);
    Json(serde_json::json!({ "id": identity.subject(), "permissions": permissions }))
}

async fn list(category: Tenant) -> String {
    format!("scenarios of {category}\n")
}

async fn save(identity: Identity, category: Tenant) -> String {
    format!("{} has saved a scenario of {category}\n", identity.subject())
}

async fn deploy(identity: Identity, category: Tenant) -> String {
    format!("{} has deployed a scenario of {category}\n", identity.subject())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/nussknacker/users.conf");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(&file)?).await?)
}
