//! A login that is remembered, and 10,000 wrong ones at once.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Response, StatusCode};
use tower::{Layer, Service};
use tower_auth::{BasicAuthLayer, GateLayer};

use crate::{
    common::{self, Granted, figure},
    store::{ALICE, bare, cached, store},
};

const LOGINS: usize = 10_000;

type Answer = Pin<Box<dyn Future<Output = Result<Response<()>, Infallible>> + Send>>;

pub(crate) fn print() {
    let granted = allocations(GateLayer::new(Granted).layer(bare()));
    let login = allocations(cached().layer(bare()));
    figure("cached_login_extra_allocations", login - granted, "allocations");
    storm();
}

fn allocations<S>(mut service: S) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let headers = common::headers(ALICE);
    assert_eq!(common::send(&mut service, &headers).status(), StatusCode::OK);
    let counted = allocation_counter::measure(|| drop(common::send(&mut service, &headers)));
    #[allow(clippy::cast_precision_loss, reason = "a handful")]
    let counted = counted.count_total as f64;
    counted
}

/// What the logins take that are there at one time, and how they are answered.
fn storm() {
    let mut service = BasicAuthLayer::new(store(10)).layer(bare());
    let mut plain = bare();
    // `mallory-NNNN:guess`, each another name.
    let lines: Vec<http::HeaderMap> =
        (0..LOGINS).map(|number| common::headers(&line(number))).collect();
    let (mut waiting, mut refused) = (Vec::<Answer>::with_capacity(LOGINS), 0.0);
    let taken = allocation_counter::measure(|| {
        for headers in &lines {
            let mut request = Request::new(());
            *request.headers_mut() = headers.clone();
            let mut answer: Answer = Box::pin(service.call(request));
            match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Pending => waiting.push(answer),
                Poll::Ready(Ok(answer)) => {
                    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
                    refused += 1.0;
                }
            }
        }
    });
    assert_eq!(common::send(&mut plain, &lines[0]).status(), StatusCode::OK);
    #[allow(clippy::cast_precision_loss, reason = "a figure of some digits")]
    let (peak, waits) = (taken.bytes_max as f64, waiting.len() as f64);
    figure("storm_peak_bytes", peak, "bytes");
    figure("storm_waiting", waits, "logins");
    figure("storm_overloaded", refused, "logins");
}

fn line(number: usize) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    format!("Basic {}", STANDARD.encode(format!("mallory-{number:04}:guess")))
}
