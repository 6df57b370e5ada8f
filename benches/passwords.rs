//! What a login costs that is remembered, what logins do to other requests, and what a storm of them
//! takes.
//!
//! The last lines are the figures of this one run.

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;
mod passwords_parts;

use std::{convert::Infallible, num::NonZeroUsize, path::Path, time::Duration};

use criterion::Criterion;
use http::{HeaderMap, Request, Response, StatusCode};
use tower::{Layer, Service, service_fn};
use tower_auth::{
    Authenticator, BasicAuthLayer, CacheLimits, Check, GateLayer, PasswordVerifier, User, Users,
    Verdict,
};

use crate::{
    common::{ROUNDS, in_round, measure, median, send},
    passwords_parts::{mixed, storm},
};

/// `Basic alice:wonderland`.
const ALICE: &str = "Basic YWxpY2U6d29uZGVybGFuZA==";

/// Grants at once: the gate and nothing else.
#[derive(Clone, Copy)]
struct Granted;

impl Check for Granted {
    type Grant = &'static str;

    fn check(&self, _: &http::request::Parts) -> Verdict<Self::Grant> {
        Verdict::Granted("granted")
    }

    fn admit(&self, grant: Self::Grant, parts: &mut http::request::Parts) {
        parts.extensions.insert(grant);
    }
}

/// A store of one user, whose password is `wonderland`.
fn store(cost: u32) -> Users {
    let hash = bcrypt::hash("wonderland", cost).expect("a hash");
    let passwords = PasswordVerifier::builder().with_workers(NonZeroUsize::MIN).build();
    Users::builder()
        .user(User::new("alice", hash).with_claim("roles", vec!["editor"]))
        .with_verifier(passwords.expect("good bounds"))
        .build()
        .expect("a good store")
}

/// A layer that remembers alice.
fn cached(users: Users) -> BasicAuthLayer {
    let cached = users.cached(CacheLimits::new());
    let alice = tower_auth::Basic::new("alice", "wonderland".into());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(cached.authenticate(alice)).expect("the right password");
    BasicAuthLayer::new(cached)
}

fn bare()
-> impl Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send> + Clone {
    service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    })
}

fn allocations<S>(mut service: S, headers: &HeaderMap) -> f64
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible>,
{
    send(&mut service, headers);
    let counted = allocation_counter::measure(|| drop(send(&mut service, headers)));
    #[allow(clippy::cast_precision_loss, reason = "a handful")]
    let counted = counted.count_total as f64;
    counted
}

fn timed(criterion: &mut Criterion, headers: &HeaderMap) {
    let remembered = cached(store(4)).layer(bare());
    assert_eq!(send(&mut remembered.clone(), headers).status(), StatusCode::OK);
    for round in 0..ROUNDS {
        let granted = GateLayer::new(Granted).layer(bare());
        measure(criterion, &in_round("granted", round), granted, headers);
        measure(criterion, &in_round("cached_login", round), remembered.clone(), headers);
    }
    let hash = bcrypt::hash("wonderland", 12).expect("a hash");
    let mut group = criterion.benchmark_group("bcrypt");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    group.bench_function("12", |bencher| bencher.iter(|| bcrypt::verify("wonderland", &hash)));
    group.finish();
}

fn print(home: &Path, headers: &HeaderMap) -> Option<()> {
    let (granted, login) = (median(home, "granted")?, median(home, "cached_login")?);
    let bcrypt = common::median_of(home, "bcrypt/12")?;
    figure("cached_login_extra_ns", login - granted, "ns");
    figure("bcrypt12_over_cached_login", bcrypt / login, "ratio");
    let granted = allocations(GateLayer::new(Granted).layer(bare()), headers);
    let login = allocations(cached(store(4)).layer(bare()), headers);
    figure("cached_login_extra_allocations", login - granted, "allocations");
    Some(())
}

pub(crate) fn figure(name: &str, value: f64, unit: &str) {
    println!("figure {name} {value:.3} {unit}");
}

fn main() {
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    let headers = common::headers(ALICE);
    timed(&mut criterion, &headers);
    criterion.final_summary();
    if print(home.path(), &headers).is_none() {
        println!("no figures: nothing was measured");
        return;
    }
    storm::print();
    mixed::print();
}
