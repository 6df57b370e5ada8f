//! Whose work a name gets that nobody has.

use std::collections::BTreeMap;

use super::{CostFloor, User, UserSet};
use crate::basic::file::Loaded;

const FLOOR: CostFloor = CostFloor { warned_below: 0, refused_below: 0 };

/// Users with hashes of these costs, in turn, whose salts begin with a letter.
fn set(salt: char, costs: &[u32], users: usize) -> UserSet {
    let user = |number: usize| {
        let cost = costs[number % costs.len()];
        // 22 characters of salt and 31 of hash; the last of the salt has few values.
        User::new(
            format!("user-{number}"),
            format!("$2b${cost:02}${salt}{number:020}.{}", "a".repeat(31)),
        )
    };
    let loaded =
        Loaded { users: (0..users).map(user).collect(), rules: None, warnings: Vec::new() };
    let mut problems = crate::config_error::Problems::default();
    let set = UserSet::read(loaded, FLOOR, None, &mut problems);
    problems.finish(set).expect("good users")
}

fn cost(set: &UserSet, number: usize) -> u32 {
    let work = set.work_for(&format!("made-up-{number}")).expect("there are hashes");
    work.bcrypt_cost().expect("of bcrypt")
}

#[test]
fn made_up_names_cost_what_real_ones_do_in_the_same_proportions() {
    let set = set('x', &[4, 4, 4, 10], 4_000);
    let mut counts = BTreeMap::new();
    (0..4_000).for_each(|number| *counts.entry(cost(&set, number)).or_insert(0) += 1);
    assert_eq!(counts.keys().copied().collect::<Vec<_>>(), [4, 10]);
    assert!((800..1_200).contains(&counts[&10]), "a quarter: {counts:?}");
}

#[test]
fn the_same_name_costs_the_same_each_time() {
    let (one, again) = (set('x', &[4, 10], 100), set('x', &[4, 10], 100));
    assert!((0..200).all(|number| cost(&one, number) == cost(&again, number)));
    let more = set('x', &[4, 10], 101);
    let changed = (0..1_000).filter(|number| cost(&one, *number) != cost(&more, *number));
    assert!(changed.count() < 50, "one user more changes few names");
}

/// By the names of users anybody could compute which made-up names have them for a neighbour, and so find
/// out whether they are there.
#[test]
fn nobody_can_compute_whose_work_a_made_up_name_gets() {
    let (one, other) = (set('x', &[4, 10], 100), set('y', &[4, 10], 100));
    let differ = (0..1_000).filter(|number| cost(&one, *number) != cost(&other, *number)).count();
    assert!((350..650).contains(&differ), "the same names and costs, other salts: {differ}");
}

#[test]
fn what_stands_in_matches_nothing() {
    let set = set('x', &[4], 3);
    let work = set.work_for("nobody").expect("there are hashes");
    assert_eq!(work.as_str(), format!("$2b$04${}", ".".repeat(53)));
}
