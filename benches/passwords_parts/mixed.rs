//! What logins do to requests that have nothing to do with them.
//!
//! On a runtime of two threads, 2,000 plain requests a second, with and without 50 logins a second at
//! cost 10, which is more than the machine can verify. Requests come by the clock, whether the last
//! ones have been answered or not. Phases take turns; the medians over the phases count.

use std::{
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use http::Request;
use tower::{Layer, Service, ServiceExt};
use tower_auth::BasicAuthLayer;

use super::store::{ALICE, bare, store};
use crate::common::{self, figure};

const PHASE: Duration = Duration::from_secs(4);
const PHASES: usize = 5;
const PLAIN: Duration = Duration::from_micros(500);
/// A login after so many plain requests.
const LOGIN_EVERY: u32 = 40;

pub(crate) fn print() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime of two threads");
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..PHASES {
        without.push(phase(&runtime, false));
        with.push(phase(&runtime, true));
    }
    let (without, with) = (middle(without), middle(with));
    figure("plain_p99_without_logins_us", without * 1e6, "us");
    figure("plain_p99_with_logins_us", with * 1e6, "us");
    figure("plain_p99_with_logins_over_without", with / without, "ratio");
}

/// The time that 99 of 100 plain requests stay below, in seconds.
fn phase(runtime: &tokio::runtime::Runtime, with_logins: bool) -> f64 {
    let guarded = BasicAuthLayer::new(store(10)).layer(bare());
    let (headers, times) = (common::headers(ALICE), Arc::new(Mutex::new(Vec::new())));
    let plain = bare();
    let start = Instant::now();
    let mut number = 0;
    while start.elapsed() < PHASE {
        // When it was due, so that a wait before it is sent counts as well.
        let sent = start + PLAIN * number;
        let (mut plain, times) = (plain.clone(), Arc::clone(&times));
        runtime.spawn(async move {
            plain.call(Request::new(())).await.expect("it never fails");
            times.lock().expect("nobody panics").push(sent.elapsed());
        });
        if with_logins && number % LOGIN_EVERY == 0 {
            let (guarded, mut login) = (guarded.clone(), Request::new(()));
            *login.headers_mut() = headers.clone();
            runtime.spawn(async move { drop(guarded.oneshot(login).await) });
        }
        number += 1;
        thread::sleep((start + PLAIN * number).saturating_duration_since(Instant::now()));
    }
    // The last ones are under way.
    thread::sleep(Duration::from_millis(100));
    let mut times = std::mem::take(&mut *times.lock().expect("nobody panics"));
    times.sort_unstable();
    times[times.len() * 99 / 100].as_secs_f64()
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
