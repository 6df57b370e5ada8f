//! What it costs to ask whether a caller may do something.
//!
//! The last lines are the figures of this one run: medians in nanoseconds, ratios of medians, and
//! allocations of one question.

#[allow(dead_code, reason = "the other benchmarks need more of it")]
mod common;
mod policy_parts;
#[allow(dead_code, reason = "the other benchmarks need more of it")]
#[path = "verify_parts/tokens.rs"]
mod tokens;

use std::path::Path;

use crate::{
    common::ROUNDS,
    policy_parts::{checks, mapping, rules},
};

fn figures(home: &Path) -> Option<()> {
    checks::print(home)?;
    mapping::print(home)?;
    rules::print(home)
}

fn main() {
    tokens::install_engine();
    let home = tempfile::tempdir().expect("a folder for criterion's results");
    let mut criterion = common::criterion(home.path());
    for round in 0..ROUNDS {
        checks::run(&mut criterion, round);
        mapping::run(&mut criterion, round);
        rules::run(&mut criterion, round);
    }
    criterion.final_summary();
    if figures(home.path()).is_none() {
        println!("no figures: nothing was measured");
    }
}
