//! What gRPC clients see, and what services of tonic are given.

mod bodies;
mod deadlines;
mod descriptor;
mod error_info;
mod evidence;
mod four_kinds;
mod opened;
mod raw_paths;
mod seen_by_clients;
mod served;
mod streams_end;
mod temporal;
mod tonic_server;
mod web;

use http::{Request, Response, header::CONTENT_TYPE, request::Parts};
use tower_auth::{AuthError, Rejection};

fn parts(content_type: &str) -> Parts {
    Request::builder().header(CONTENT_TYPE, content_type).body(()).unwrap().into_parts().0
}

fn rejected(rejection: &impl Rejection<String>, error: &AuthError) -> Response<String> {
    rejection.reject(error, &parts("application/grpc"))
}
