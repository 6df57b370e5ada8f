//! What a gate costs over the service behind it.
//!
//! Per iteration: a request with eight header fields is built, sent through the service, polled to
//! completion, and its response dropped. The last lines are the figures of this one run:
//! `gate_*_over_bare` are ratios of medians, `gate_granted_extra_ns` is a difference of medians.

use std::{
    convert::Infallible,
    fs,
    future::Future,
    path::Path,
    pin::pin,
    task::{Context, Poll, Waker},
};

use criterion::Criterion;
use http::{HeaderMap, HeaderValue, Request, Response, request::Parts};
use tower::{Layer, Service, service_fn};
use tower_auth::{AuthErrorKind, Check, GateLayer, Verdict};

/// Gives the one verdict it was made for.
#[derive(Clone, Copy)]
enum Fixed {
    Granted,
    Denied,
    Pending,
}

#[derive(Clone)]
struct Marker;

impl Check for Fixed {
    type Grant = Marker;

    fn check(&self, _: &Parts) -> Verdict<Marker> {
        match self {
            Self::Granted => Verdict::Granted(Marker),
            Self::Denied => Verdict::Denied(AuthErrorKind::PermissionDenied.into()),
            Self::Pending => Verdict::Pending(Box::pin(async { Ok(Marker) })),
        }
    }

    fn admit(&self, grant: Marker, parts: &mut Parts) {
        parts.extensions.insert(grant);
    }
}

fn headers() -> HeaderMap {
    [
        ("accept", "application/json"),
        ("accept-encoding", "gzip, br"),
        ("accept-language", "en"),
        ("authorization", "Basic YWxpY2U6d29uZGVybGFuZA=="),
        ("content-type", "application/json"),
        ("host", "orders.example.com"),
        ("user-agent", "bench/1.0"),
        ("x-request-id", "01JD9Z7X3V9Q"),
    ]
    .into_iter()
    .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
    .collect()
}

fn measure<S>(criterion: &mut Criterion, name: &str, mut service: S)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let headers = headers();
    criterion.bench_function(name, |bencher| {
        bencher.iter(|| {
            let mut request = Request::new(());
            *request.uri_mut() = http::Uri::from_static("/orders/42");
            *request.headers_mut() = headers.clone();
            let response = pin!(service.call(request));
            match response.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Ok(response)) => response,
                Poll::Pending => unreachable!("nothing here waits"),
            }
        });
    });
}

/// The median of a benchmark, in nanoseconds; none where criterion only tested.
fn median(home: &Path, name: &str) -> Option<f64> {
    let estimates = fs::read(home.join(name).join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_slice(&estimates).ok()?;
    estimates["median"]["point_estimate"].as_f64()
}

fn figures(home: &Path) -> Option<()> {
    let bare = median(home, "bare")?;
    for name in ["granted", "denied", "pending"] {
        println!("figure gate_{name}_over_bare {:.3} ratio", median(home, name)? / bare);
    }
    println!("figure gate_granted_extra_ns {:.1} ns", median(home, "granted")? - bare);
    Some(())
}

fn main() {
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = Criterion::default().output_directory(home.path()).configure_from_args();
    let bare = service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    });
    measure(&mut criterion, "bare", bare);
    measure(&mut criterion, "granted", GateLayer::new(Fixed::Granted).layer(bare));
    measure(&mut criterion, "denied", GateLayer::new(Fixed::Denied).layer(bare));
    measure(&mut criterion, "pending", GateLayer::new(Fixed::Pending).layer(bare));
    criterion.final_summary();
    if figures(home.path()).is_none() {
        println!("no figures: nothing was measured");
    }
}
