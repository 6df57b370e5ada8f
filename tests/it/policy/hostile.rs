//! Paths and rules that are made to take long.

use std::time::{Duration, Instant};

use http::Method;
use tower_auth::{Access, PathRules};

use super::asked;

/// Far more than any of these takes, far less than what grows without bounds would.
const SOON: Duration = Duration::from_secs(20);

/// Many `**` in many patterns: each branch is walked once, not once for each way to get there.
#[test]
fn many_deep_wildcards() {
    let mut builder = PathRules::builder();
    for depth in 1..40 {
        builder = builder.path(format!("{}/end", "/**/a".repeat(depth)), "x");
        builder = builder.path(format!("{}/**/end", "/*/**/a/**/b".repeat(depth)), "y");
    }
    let start = Instant::now();
    let rules = builder.build().unwrap();
    assert_eq!(asked(&rules, &"/a".repeat(256)), "denied");
    assert_eq!(asked(&rules, &format!("{}/end", "/a".repeat(250))), "requires x");
    assert_eq!(asked(&rules, &format!("{}/c", "/a/b".repeat(127))), "denied");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

/// Many `*` in one segment.
#[test]
fn many_stars_in_a_segment() {
    let rules = PathRules::builder().path(format!("/{}b", "a*".repeat(400)), "x").build().unwrap();
    let start = Instant::now();
    assert_eq!(asked(&rules, &format!("/{}", "a".repeat(8000))), "denied");
    assert_eq!(asked(&rules, &format!("/{}b", "a".repeat(8000))), "requires x");
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}

/// Ten thousand rules are built, looked through for what never applies, and compared.
#[test]
fn many_rules() {
    let start = Instant::now();
    let build = |access: Access| {
        let rules = (0..10_000).map(|number| (number, access.clone()));
        let builder = rules.fold(PathRules::builder(), |builder, (number, access)| {
            builder.path(format!("/service-{}/v?/**/thing-{number}/*", number % 100), access)
        });
        builder.build().unwrap()
    };
    let (before, after) = (build("x".into()), build(Access::Authenticated));
    assert!(before.lint().is_empty());
    assert_eq!(before.diff(&after).opened().count(), 10_000);
    let path = "/service-99/v1/a/b/thing-9999/x";
    assert_eq!(before.access_to(&Method::GET, path), Some(&Access::from("x")));
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
}
