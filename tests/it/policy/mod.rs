//! Rules for whole services: the tables of the systems they come from, and what holds for all rules.

mod ambiguous;
mod diff;
mod documents;
mod explain;
mod guard;
mod hostile;
mod lint;
mod paths;
mod properties;
mod rehearse;
mod reload;
mod rpc;
mod seams;
mod temporal;
mod yuuvis;

use http::{Method, Request};
use tower_auth::{ClaimMapper, ClaimPermissions, Identity, PathRules, Policy, RpcRules};

/// Permissions are what the scope says.
fn scopes() -> impl ClaimMapper {
    ClaimPermissions::at("scope")
}

fn holding(scope: &str) -> Identity {
    Identity::new("somebody").with_claim("scope", scope)
}

fn post(path: &str) -> Request<()> {
    Request::post(path).body(()).unwrap()
}

fn get(path: &str) -> Request<()> {
    Request::get(path).body(()).unwrap()
}

/// Rules of both kinds that open `/o.v1.Open/Call` and let readers in at `/o.v1.Orders/List`.
fn both_kinds() -> [Policy; 2] {
    let rpc = RpcRules::builder()
        .open("/o.v1.Open/Call")
        .method("/o.v1.Orders/List", "orders:read")
        .build()
        .unwrap();
    let paths = PathRules::builder()
        .expose("/o.v1.Open/Call")
        .path("/o.v1.Orders/List", "orders:read")
        .build()
        .unwrap();
    [Policy::new(rpc, scopes()), Policy::new(paths, scopes())]
}

/// What is asked of those who get a path, as text; `-` where the path is ambiguous.
fn asked(rules: &PathRules, path: &str) -> String {
    asked_by(rules, &Method::GET, path)
}

fn asked_by(rules: &PathRules, method: &Method, path: &str) -> String {
    rules.access_to(method, path).map_or("-".to_owned(), ToString::to_string)
}
