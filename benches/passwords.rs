//! What a login costs that is remembered, and what logins do to other requests.
//!
//! The last lines are the figures of this one run. What logins take of memory is in `memory`.

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;
mod passwords_parts;

use std::{path::Path, time::Duration};

use criterion::Criterion;
use http::{HeaderMap, StatusCode};
use tower::Layer;
use tower_auth::GateLayer;

use crate::{
    common::{Granted, ROUNDS, figure, in_round, measure, median, send},
    passwords_parts::{
        mixed,
        store::{ALICE, bare, cached},
    },
};

fn timed(criterion: &mut Criterion, headers: &HeaderMap) {
    let remembered = cached().layer(bare());
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

fn print(home: &Path) -> Option<()> {
    let (granted, login) = (median(home, "granted")?, median(home, "cached_login")?);
    let bcrypt = common::median_of(home, "bcrypt/12")?;
    figure("cached_login_extra_ns", login - granted, "ns");
    figure("bcrypt12_over_cached_login", bcrypt / login, "ratio");
    Some(())
}

fn main() {
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    let headers = common::headers(ALICE);
    timed(&mut criterion, &headers);
    criterion.final_summary();
    if print(home.path()).is_none() {
        println!("no figures: nothing was measured");
        return;
    }
    mixed::print();
}
