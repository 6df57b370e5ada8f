//! The authorizer of the Temporal server as a policy: its whole table of methods is a document.
//!
//! ```text
//! cargo run --example temporal_rules --features testing    # prints tokens and these lines with them
//! w=http://127.0.0.1:3000/temporal.api.workflowservice.v1.WorkflowService
//! curl -i -X POST $w/GetSystemInfo                                                   # 200, open
//! curl -i -X POST -H "authorization: Bearer garbage" $w/GetSystemInfo                # 401, as Temporal refuses it
//! curl -i -X POST $w/StartWorkflowExecution                                          # 401
//! curl -i -X POST -H "authorization: Bearer $WRITER" -H "temporal-namespace: default" $w/StartWorkflowExecution  # 200
//! curl -i -X POST -H "authorization: Bearer $WRITER" -H "temporal-namespace: other" $w/StartWorkflowExecution    # 403
//! curl -i -X POST -H "authorization: Bearer $WRITER" $w/StartWorkflowExecution       # 403, no namespace
//! curl -i -X POST -H "authorization: Bearer $WRITER" $w/ListNamespaces               # 403, of the cluster
//! curl -i -X POST -H "authorization: Bearer $SYSTEM" $w/ListNamespaces               # 200
//! curl -i -X POST -H "authorization: Bearer $SYSTEM" $w/Unheard                      # 403, in no rule
//! curl -i -X POST --path-as-is "http://127.0.0.1:3000//GetSystemInfo"                # 400
//! ```
//!
//! It speaks plain HTTP in the place of gRPC, so that curl can ask, and takes the namespace from a
//! field where Temporal takes it from the message. The example `temporal_frontend` is a server of gRPC
//! that SDKs connect to, by the same table.

use std::error::Error;

use axum::Router;
use http::{HeaderName, Uri};
use tower_auth::{
    Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, Policy, RpcRules, TemporalPermissions,
    Tenant, TenantLayer, TestAuthority,
};

/// Every method that there is, with what it asks of those whose permissions are
/// [`TemporalPermissions`]; any other one is denied.
pub(crate) const RULES: &str = include_str!("rules.json");

const AUDIENCE: &str = "temporal";

pub(crate) fn app(issuer: &TestAuthority) -> Result<Router, Box<dyn Error>> {
    let verifier = JwtVerifier::builder()
        .issuer(Issuer::new(issuer.issuer(), AUDIENCE, Keys::from_openid_discovery()))
        .build()?;
    // Who belongs to a namespace is what the mapper says.
    let namespace = TenantLayer::from_header(HeaderName::from_static("temporal-namespace"))
        .with_membership_rule(|_: &Identity, _: &Tenant| true)
        .allow_absent();
    // Temporal's order: a token that is presented is looked at, also by methods that ask for none.
    // `policy.guard((namespace, JwtAuthLayer::new(verifier)))` would not look at it there.
    let auth = JwtAuthLayer::new(verifier).allow_anonymous();
    let policy = Policy::new(RpcRules::from_json(RULES)?, TemporalPermissions::new());
    Ok(Router::new().fallback(serve).layer((namespace, auth, policy)))
}

async fn serve(uri: Uri, identity: Option<Identity>) -> String {
    let caller = identity.map_or("nobody".to_owned(), |identity| identity.subject().to_owned());
    format!("{} for {caller}\n", uri.path())
}

/// A token of the example's issuer.
pub(crate) fn token(issuer: &TestAuthority, subject: &str, permissions: &[&str]) -> String {
    let token = issuer.token(subject).for_audience(AUDIENCE);
    token.with_claim("permissions", permissions.to_vec()).sign()
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer = TestAuthority::start().await?;
    println!("WRITER={}", token(&issuer, "worker-1", &["default:read", "default:write"]));
    println!("SYSTEM={}", token(&issuer, "operator", &["temporal-system:admin"]));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(&issuer)?).await?)
}
