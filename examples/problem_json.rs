//! Refusals with a body: a problem document (RFC 9457), or a page of your own.
//!
//! ```text
//! cargo run --example problem_json
//! curl -i http://127.0.0.1:3000/api                               # 401, application/problem+json
//! curl -i http://127.0.0.1:3000/page                              # 401, text/html
//! ```
//!
//! Whatever a rejection answers: the challenge, `Cache-Control: no-store` and the like are still there.

use std::error::Error;

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Response, header::CONTENT_TYPE, request::Parts},
    routing::get,
};
use tower_auth::{AuthError, Basic, BasicAuthLayer, Identity, ProblemJson, grpc_response};

pub(crate) fn app() -> Router {
    let auth = BasicAuthLayer::new(nobody);
    Router::new()
        .route("/api", get(hello).route_layer(auth.clone().with_rejection(ProblemJson)))
        .route("/page", get(hello).route_layer(auth.with_rejection(page)))
}

/// A rejection is a function. It is asked about gRPC requests too, so those go first.
fn page(error: &AuthError, parts: &Parts) -> Response<Body> {
    grpc_response(error, parts).unwrap_or_else(|| {
        let mut response = Response::new(Body::from(format!("<h1>Sorry: {error}</h1>\n")));
        *response.status_mut() = error.kind().status();
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
        response
    })
}

async fn nobody(_: Basic) -> Result<Identity, AuthError> {
    Err(AuthError::invalid("nobody is good enough"))
}

async fn hello() -> &'static str {
    "hello\n"
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app()).await?)
}
