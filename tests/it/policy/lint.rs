//! Rules that never apply are found.

use tower_auth::{Access, PathRule, PathRules};

use crate::support::events::Events;

fn unreachable(rules: &[PathRule]) -> Vec<String> {
    let rules = PathRules::builder().rules(rules.iter().cloned()).build().unwrap();
    rules.lint().iter().map(ToString::to_string).collect()
}

/// Whether the second pattern never applies behind the first one.
fn is_covered(first: &str, second: &str) -> bool {
    !unreachable(&[PathRule::new([first], "a"), PathRule::new([second], "b")]).is_empty()
}

#[test]
fn patterns_that_take_all_of_another() {
    for (first, second) in [
        ("/**", "/a"),
        ("/**", "/"),
        ("/**", "/**/x/**"),
        ("/a/**", "/a"),
        ("/a/**", "/a/b/*"),
        ("/a/**", "/a/**/b"),
        ("/*", "/a"),
        ("/*", "/a?"),
        ("/a*", "/ab?c*d"),
        ("/a?c", "/abc"),
        ("/**/x", "/a/**/x"),
        ("/**/x", "/x"),
        ("/**/a/**", "/b/a/c"),
        ("/a/b", "/a/b/"),
        ("/**/**", "/a/**"),
    ] {
        assert!(is_covered(first, second), "{first} {second}");
    }
}

#[test]
fn patterns_that_leave_something() {
    for (first, second) in [
        ("/a", "/**"),
        ("/a/*", "/a/**"),
        ("/a/*/**", "/a/**"),
        ("/a/*", "/a"),
        ("/a?", "/a*"),
        ("/?", "/*"),
        ("/a*b", "/a*"),
        ("/**/x", "/x/**"),
        ("/a/**/b", "/a/**"),
        ("/A", "/a"),
    ] {
        assert!(!is_covered(first, second), "{first} {second}");
    }
}

#[test]
fn methods_and_exposure_count() {
    let get = |pattern: &str| PathRule::new([pattern], "a").with_methods(["GET"]);
    let post = |pattern: &str| PathRule::new([pattern], "a").with_methods(["POST"]);
    let both = PathRule::new(["/x/y"], "b").with_methods(["GET", "POST"]);
    assert!(unreachable(&[get("/x/*"), PathRule::new(["/x/y"], "b")]).is_empty());
    assert!(unreachable(&[get("/x/*"), both.clone()]).is_empty());
    assert_eq!(unreachable(&[get("/x/*"), post("/**"), both]).len(), 1);
    assert_eq!(
        unreachable(&[get("/x"), PathRule::new(["/x"], "b").with_methods(["HEAD"])]).len(),
        1
    );
    // What is exposed comes first, so it is the other one that never applies.
    let lints = unreachable(&[PathRule::new(["/x/y"], "b"), PathRule::exposed(["/x/**"])]);
    assert_eq!(lints, ["rules[0] /x/y never applies, because rules[1] /x/** comes before it"]);
    assert!(
        unreachable(&[PathRule::new(["/**"], Access::Denied), PathRule::exposed(["/x"])])
            .is_empty()
    );
    // Twice in one rule is nothing to think about.
    assert!(unreachable(&[PathRule::new(["/x/**", "/x/y", "/x/**"], "a")]).is_empty());
}

#[test]
fn each_is_an_event_when_the_rules_are_built() {
    let events = Events::record();
    assert!(is_covered("/**", "/a"));
    let event = events.one();
    assert_eq!(event.level, tracing::Level::WARN);
    assert_eq!(
        event.field("warning"),
        "rules[1] /a never applies, because rules[0] /** comes before it"
    );
}
