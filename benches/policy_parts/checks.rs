//! Requirements, held against permissions that have been asked before.

use std::{hint::black_box, path::Path};

use criterion::Criterion;
use tower_auth::{Permissions, Requirement, all};

use crate::common::{figure, in_round, median};

const MANY: usize = 1_000;

fn names(count: usize) -> impl Iterator<Item = String> {
    (0..count).map(|number| format!("resource-{number}:write"))
}

fn held(count: usize) -> Permissions {
    names(count).collect()
}

/// All of so many names.
fn required(count: usize) -> Requirement {
    all(names(count)).prepared()
}

/// One permission, the last one that was granted.
fn last() -> Requirement {
    Requirement::from(format!("resource-{}:write", MANY - 1)).prepared()
}

pub(crate) fn run(criterion: &mut Criterion, round: usize) {
    let (thousand, one) = (held(MANY), held(1));
    let (all_of_one, all_of_thousand, last) = (required(1), required(MANY), last());
    let name = format!("resource-{}:write", MANY - 1);
    let mut ask = |title, requirement: &Requirement, permissions: &Permissions| {
        assert!(requirement.is_met_by(permissions), "{title}");
        criterion.bench_function(&in_round(title, round), |bencher| {
            bencher.iter(|| black_box(requirement).is_met_by(black_box(permissions)));
        });
    };
    ask("held_1000", &last, &thousand);
    ask("required_1", &all_of_one, &one);
    ask("required_1000", &all_of_thousand, &thousand);
    criterion.bench_function(&in_round("named_1000", round), |bencher| {
        bencher.iter(|| black_box(&thousand).allows(black_box(name.as_str())));
    });
}

pub(crate) fn print(home: &Path) -> Option<()> {
    let (permissions, requirement) = (held(MANY), last());
    assert!(requirement.is_met_by(&permissions), "asked for the first time");
    let counted =
        allocation_counter::measure(|| assert!(black_box(&requirement).is_met_by(&permissions)));
    figure("check_ns_1000_held", median(home, "held_1000")?, "ns");
    #[allow(clippy::cast_precision_loss, reason = "there are few")]
    figure("check_allocations_1000_held", counted.count_total as f64, "allocations");
    let ratio = median(home, "required_1000")? / median(home, "required_1")?;
    figure("check_1000_required_over_1", ratio, "ratio");
    figure("check_by_name_ns_1000_held", median(home, "named_1000")?, "ns");
    Some(())
}
