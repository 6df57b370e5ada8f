//! Rules for whole services, found by the path of a request, however many there are.

use std::{cell::Cell, hint::black_box, path::Path};

use criterion::Criterion;
use http::Method;
use tower_auth::{PathRules, RpcRules};

use crate::common::{figure, in_round, median};

const FEW: usize = 10;
const MANY: usize = 10_000;

/// As many different paths are asked for in turn, where there are so many.
const ASKED: usize = 256;

fn rpc_rules(count: usize) -> RpcRules {
    let rules = (0..count).fold(RpcRules::builder(), |builder, number| {
        builder.method(&method(number), "orders:write")
    });
    rules.build().expect("good rules")
}

fn method(number: usize) -> String {
    format!("/orders.v1.Service{}/Method{number}", number % 100)
}

/// Literals, `*`, `**` and a name that is only in part fixed, as a gateway has them.
fn path_rules(count: usize) -> PathRules {
    let rules = (0..count).fold(PathRules::builder(), |builder, number| {
        let service = number % 100;
        builder.path(format!("/service-{service}/*/things-{number}/**/v?"), "things:write")
    });
    rules.build().expect("good rules")
}

fn path(number: usize) -> String {
    format!("/service-{}/tenant/things-{number}/a/b/v1", number % 100)
}

/// Spread over all of the rules.
fn asked(count: usize, name: fn(usize) -> String) -> Vec<String> {
    let asked = count.min(ASKED);
    (0..asked).map(|number| name(number * (count / asked))).collect()
}

fn turn(
    criterion: &mut Criterion,
    title: &str,
    round: usize,
    paths: &[String],
    find: impl Fn(&str),
) {
    let next = Cell::new(0);
    criterion.bench_function(&in_round(title, round), |bencher| {
        bencher.iter(|| {
            let position = next.get();
            next.set((position + 1) % paths.len());
            find(black_box(&paths[position]));
        });
    });
}

pub(crate) fn run(criterion: &mut Criterion, round: usize) {
    for (size, count) in [("10", FEW), ("10000", MANY)] {
        let rules = rpc_rules(count);
        let title = format!("rpc_rules_{size}");
        turn(criterion, &title, round, &asked(count, method), |path| {
            let access = black_box(&rules).access_to(path);
            assert!(*access != tower_auth::Access::Denied);
        });
        let rules = path_rules(count);
        let title = format!("path_rules_{size}");
        turn(criterion, &title, round, &asked(count, path), |path| {
            let access = black_box(&rules).access_to(&Method::GET, path);
            assert!(access.is_some_and(|access| *access != tower_auth::Access::Denied));
        });
    }
}

pub(crate) fn print(home: &Path) -> Option<()> {
    let ratio = |kind: &str| {
        let few = median(home, &format!("{kind}_rules_10"))?;
        Some(median(home, &format!("{kind}_rules_10000"))? / few)
    };
    let (rpc, paths) = (ratio("rpc")?, ratio("path")?);
    figure("rules_10000_over_10", rpc.max(paths), "ratio");
    figure("rpc_rules_10000_over_10", rpc, "ratio");
    figure("path_rules_10000_over_10", paths, "ratio");
    figure("rpc_rules_ns_10000", median(home, "rpc_rules_10000")?, "ns");
    figure("path_rules_ns_10000", median(home, "path_rules_10000")?, "ns");
    Some(())
}
