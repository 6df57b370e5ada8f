//! From claims to permissions: every shape of claims, and mappers that are put together.

mod claims;
mod composition;
mod malformed;
mod patterns;
mod providers;
mod source;
mod temporal;

use serde_json::Value;
use tower_auth::{AuthErrorKind, ClaimMapper, Identity, Tenant};

fn caller(claims: &Value) -> Identity {
    let claims = claims.as_object().expect("claims are an object").clone();
    Identity::new("alice").with_claims(claims)
}

/// The names that a mapper grants, sorted.
fn granted(mapper: &impl ClaimMapper, claims: &Value) -> Vec<String> {
    granted_in(mapper, claims, None)
}

fn granted_in(mapper: &impl ClaimMapper, claims: &Value, tenant: Option<&str>) -> Vec<String> {
    let tenant = tenant.map(|name| Tenant::new(name).unwrap());
    let permissions = mapper.permissions(&caller(claims), tenant.as_ref()).unwrap();
    permissions.iter().map(str::to_owned).collect()
}

fn refusal(mapper: &impl ClaimMapper, claims: &Value) -> AuthErrorKind {
    mapper.permissions(&caller(claims), None).unwrap_err().kind()
}
