//! What the benchmarks have in common: a request, a way to time it, and the medians.

use std::{
    convert::Infallible,
    fs,
    future::Future,
    path::Path,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use criterion::Criterion;
use http::{HeaderMap, HeaderValue, Request, Response};
use tower::Service;
use tower_auth::{Check, Verdict};

/// Eight fields, as a client sends them.
pub(crate) fn headers(authorization: &str) -> HeaderMap {
    [
        ("accept", "application/json"),
        ("accept-encoding", "gzip, br"),
        ("accept-language", "en"),
        ("authorization", authorization),
        ("content-type", "application/json"),
        ("host", "orders.example.com"),
        ("user-agent", "bench/1.0"),
        ("x-request-id", "01JD9Z7X3V9Q"),
    ]
    .into_iter()
    .map(|(name, value)| {
        let value = HeaderValue::from_str(value).expect("a value for a header field");
        (http::HeaderName::from_static(name), value)
    })
    .collect()
}

/// Grants at once: the gate and nothing else.
#[derive(Clone, Copy)]
pub(crate) struct Granted;

impl Check for Granted {
    type Grant = &'static str;

    fn check(&self, _: &http::request::Parts) -> Verdict<Self::Grant> {
        Verdict::Granted("granted")
    }

    fn admit(&self, grant: Self::Grant, parts: &mut http::request::Parts) {
        parts.extensions.insert(grant);
    }
}

/// The form in which figures are told.
pub(crate) fn figure(name: &str, value: f64, unit: &str) {
    println!("figure {name} {value:.3} {unit}");
}

/// Builds a request, sends it through the service and polls the answer, which must come at once.
pub(crate) fn send<S, A, B>(service: &mut S, headers: &HeaderMap) -> Response<B>
where
    A: Default,
    S: Service<Request<A>, Response = Response<B>, Error = Infallible>,
{
    let mut request = Request::new(A::default());
    *request.uri_mut() = http::Uri::from_static("/orders/42");
    *request.headers_mut() = headers.clone();
    let response = pin!(service.call(request));
    match response.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => response,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

pub(crate) fn measure<S, A, B>(
    criterion: &mut Criterion,
    name: &str,
    mut service: S,
    headers: &HeaderMap,
) where
    A: Default,
    S: Service<Request<A>, Response = Response<B>, Error = Infallible>,
{
    criterion.bench_function(name, |bencher| bencher.iter(|| send(&mut service, headers)));
}

/// How often each benchmark has its turn. The machine drifts by some per cent over a run; taken in
/// turns, all benchmarks drift alike.
pub(crate) const ROUNDS: usize = 7;

/// The name of a benchmark in one round.
pub(crate) fn in_round(name: &str, round: usize) -> String {
    format!("{name}_round_{round}")
}

/// Short rounds; the options of the command line count all the same.
pub(crate) fn criterion(home: &Path) -> Criterion {
    Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500))
        .sample_size(20)
        .output_directory(home)
        .configure_from_args()
}

/// The median over all rounds of a benchmark, in nanoseconds; none where criterion only tested.
pub(crate) fn median(home: &Path, name: &str) -> Option<f64> {
    let rounds = (0..ROUNDS).map(|round| median_of(home, &in_round(name, round)));
    let mut medians: Vec<f64> = rounds.collect::<Option<_>>()?;
    medians.sort_by(f64::total_cmp);
    Some(medians[ROUNDS / 2])
}

/// The median of one benchmark.
pub(crate) fn median_of(home: &Path, name: &str) -> Option<f64> {
    let estimates = fs::read(home.join(name).join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_slice(&estimates).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}
