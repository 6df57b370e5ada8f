//! What a gate costs around a service of tonic, beside the same gate around an axum router.
//!
//! Per iteration: a request with eight header fields is built, sent through the service, polled to
//! completion, and its response dropped. The gate is that of a token that is remembered. The last lines
//! are the figures of this one run; `stream_checks_per_stream` is counted, over a stream of 1,000
//! messages each way.

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;
mod grpc_parts;
#[allow(dead_code, reason = "the benchmark of tokens needs more of it")]
#[path = "verify_parts/tokens.rs"]
mod tokens;

use std::path::Path;

use axum::{Router, routing::get};
use criterion::Criterion;
use tower::Layer;
use tower_auth::{CacheLimits, JwtAuthLayer};

use crate::{
    common::{ROUNDS, figure, headers, in_round, measure, median, send},
    grpc_parts::{Orders, checks_per_stream},
    tokens::Key,
};

fn turn(criterion: &mut Criterion, round: usize, layer: &JwtAuthLayer, token: &str) {
    let mut headers = headers(&format!("Bearer {token}"));
    let router = Router::new().route("/orders/{id}", get(async || "an order"));
    let mut guarded = layer.layer(router.clone());
    assert_eq!(send::<_, axum::body::Body, _>(&mut guarded, &headers).status(), 200);
    measure::<_, axum::body::Body, _>(criterion, &in_round("axum", round), guarded, &headers);
    measure::<_, axum::body::Body, _>(criterion, &in_round("axum_bare", round), router, &headers);

    headers.insert("content-type", http::HeaderValue::from_static("application/grpc"));
    let mut guarded = layer.layer(Orders);
    let answer = send::<_, tonic::body::Body, _>(&mut guarded, &headers);
    assert!(!answer.headers().contains_key("grpc-status"), "served, and not refused");
    measure::<_, tonic::body::Body, _>(criterion, &in_round("tonic", round), guarded, &headers);
    measure::<_, tonic::body::Body, _>(criterion, &in_round("tonic_bare", round), Orders, &headers);
}

fn figures(home: &Path) -> Option<()> {
    let cost = |name: &str| Some(median(home, name)? - median(home, &format!("{name}_bare"))?);
    let (around_tonic, around_axum) = (cost("tonic")?, cost("axum")?);
    figure("tonic_gate_ns", around_tonic, "ns");
    figure("axum_gate_ns", around_axum, "ns");
    figure("tonic_gate_over_axum_gate", around_tonic / around_axum, "ratio");
    Some(())
}

fn main() {
    tokens::install_engine();
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    let token = tokens::token(Key::Es256);
    let verifier = tokens::builder(&[Key::Es256], 1).with_cache(CacheLimits::new());
    let layer = JwtAuthLayer::new(verifier.build().expect("a good configuration"));
    for round in 0..ROUNDS {
        turn(&mut criterion, round, &layer, &token);
    }
    criterion.final_summary();
    if figures(home.path()).is_none() {
        println!("no figures of time: nothing was measured");
    }
    figure("stream_checks_per_stream", checks_per_stream(), "checks");
}
