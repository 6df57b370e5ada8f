//! Whether two threads get twice as much done as one, when all tokens are remembered.

use std::{
    convert::Infallible,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

use http::{HeaderMap, Request, Response};
use tower::{Layer, Service};
use tower_auth::{CacheLimits, JwtAuthLayer};

use super::tokens::{self, Key};
use crate::common::{figure, headers, send};

/// How long a window is, and how many there are; the best counts, since what disturbs only slows.
const WINDOW: Duration = Duration::from_millis(300);
const WINDOWS: usize = 7;

pub(crate) fn print<S>(bare: &S)
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone + Send,
{
    for (name, count) in [("one_token", 1), ("1000_tokens", 1_000)] {
        let requests: Vec<HeaderMap> = (0..count).map(request).collect();
        let cached = tokens::builder(&[Key::Es256], 1).with_cache(CacheLimits::new());
        let verifier = cached.build().expect("a good configuration");
        let service = JwtAuthLayer::new(verifier).layer(bare.clone());
        let one = per_second(&service, &requests, 1);
        let two = per_second(&service, &requests, 2);
        figure(&format!("cached_hits_per_second_{name}"), one, "1/s");
        figure(&format!("cached_scaling_2_threads_{name}"), two / one, "ratio");
    }
    // What the machine gives: two threads that share nothing.
    let plain = vec![headers("Bearer none")];
    let (one, two) = (per_second(bare, &plain, 1), per_second(bare, &plain, 2));
    figure("bare_scaling_2_threads", two / one, "ratio");
}

fn request(number: usize) -> HeaderMap {
    let token = tokens::sign(Key::Es256, &tokens::claims(&format!("user-{number}")));
    headers(&format!("Bearer {token}"))
}

fn per_second<S>(service: &S, requests: &[HeaderMap], threads: usize) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone + Send,
{
    let windows = (0..WINDOWS).map(|_| window(service, requests, threads));
    windows.fold(0.0, f64::max)
}

fn window<S>(service: &S, requests: &[HeaderMap], threads: usize) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + Clone + Send,
{
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|_| {
                let (mut service, start) = (service.clone(), &start);
                // Header values of its own: those of two connections share no memory.
                let requests: Vec<HeaderMap> = requests.iter().map(copy).collect();
                scope.spawn(move || {
                    requests.iter().for_each(|request| drop(send(&mut service, request)));
                    start.wait();
                    count(&mut service, &requests)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().expect("it does not panic")).sum()
    })
}

fn count<S>(service: &mut S, requests: &[HeaderMap]) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    let (start, mut served) = (Instant::now(), 0_u32);
    for request in requests.iter().cycle() {
        drop(send(service, request));
        served += 1;
        if served.is_multiple_of(256) && start.elapsed() >= WINDOW {
            break;
        }
    }
    f64::from(served) / start.elapsed().as_secs_f64()
}

fn copy(headers: &HeaderMap) -> HeaderMap {
    let fields = headers.iter().map(|(name, value)| {
        let value = http::HeaderValue::from_bytes(value.as_bytes()).expect("it was one");
        (name.clone(), value)
    });
    fields.collect()
}
