//! Schemes chosen at run time, and several on one route.
//!
//! ```text
//! SCHEMES=basic,key cargo run --example first_of
//! curl -i http://127.0.0.1:3000/                                  # 401 with two challenges
//! curl -i -u alice:wonderland http://127.0.0.1:3000/              # 200
//! curl -i -H 'authorization: Bearer k-123' http://127.0.0.1:3000/ # 200
//! curl -i -H 'authorization: Bearer k-124' http://127.0.0.1:3000/ # 401: bad credentials never become anonymous
//! SCHEMES=basic,key,anonymous cargo run --example first_of        # and nobody in particular is let in
//! ```

use std::error::Error;

use axum::{Router, routing::get};
use tower_auth::{AuthError, AuthLayer, Basic, Bearer, Identity, Scheme, Secret};

pub(crate) fn app(schemes: &str) -> Router {
    let wanted = |name| schemes.split(',').any(|scheme| scheme == name);
    let mut offered = Vec::new();
    if wanted("key") {
        offered.push(Scheme::bearer(key));
    }
    if wanted("basic") {
        offered.push(Scheme::basic(password));
    }
    let mut auth = AuthLayer::first_of(offered);
    if wanted("anonymous") {
        auth = auth.allow_anonymous();
    }
    Router::new().route("/", get(hello)).route_layer(auth)
}

/// A closure or a function is an authenticator. `Secret` compares in constant time.
async fn key(credentials: Bearer) -> Result<Identity, AuthError> {
    match *credentials.token() == Secret::new("k-123") {
        true => Ok(Identity::new("robot")),
        false => Err(AuthError::invalid("unknown key")),
    }
}

async fn password(credentials: Basic) -> Result<Identity, AuthError> {
    match *credentials.password() == Secret::new("wonderland") {
        true => Ok(Identity::new(credentials.username())),
        false => Err(AuthError::invalid("wrong password")),
    }
}

async fn hello(identity: Option<Identity>) -> String {
    match identity {
        Some(identity) => format!("hello {}, by {}\n", identity.subject(), identity.method()),
        None => "hello, whoever you are\n".to_owned(),
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let schemes = std::env::var("SCHEMES").unwrap_or_else(|_| "basic,key".to_owned());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(&schemes)).await?)
}
