//! What changes between two versions of rules, and what becomes more open.

use tower_auth::{Access, PathRule, PathRules, Requirement, RpcRule, RpcRules};

fn access(text: &str) -> Access {
    match text {
        "denied" => Access::Denied,
        "authenticated" => Access::Authenticated,
        "open" => Access::Open,
        requirement => Requirement::parse(requirement).unwrap().into(),
    }
}

#[test]
fn what_lets_somebody_in_who_was_not() {
    for (before, after, opens) in [
        ("denied", "denied", false),
        ("denied", "a", true),
        ("denied", "open", true),
        ("a", "denied", false),
        ("a", "a", false),
        ("a", "a or b", true),
        ("a or b", "a", false),
        ("a", "a and b", false),
        ("a and b", "a", true),
        ("a", "b", true),
        ("a and (b or c)", "(a and b) or (a and c)", false),
        ("a", "a and not b", false),
        ("a and not b", "a", true),
        ("a", "authenticated", true),
        ("authenticated", "a", false),
        ("authenticated", "a and not b", false),
        // Nobody in particular was granted nothing, and so meets what only says `not`.
        ("authenticated", "not a", true),
        ("authenticated", "a or not b", true),
        ("authenticated", "open", true),
        ("open", "authenticated", false),
        ("open", "open", false),
    ] {
        assert_eq!(access(after).opens_beyond(&access(before)), opens, "{before} -> {after}");
    }
    // Of many names it is assumed.
    let many = (0..12).map(|number| format!("p{number}")).collect::<Vec<_>>().join(" and ");
    assert!(access(&many).opens_beyond(&access("a")));
    assert!(!access(&many).opens_beyond(&access(&many)));
}

#[test]
fn rules_for_calls() {
    let before = RpcRules::builder()
        .rule(RpcRule::methods("s", ["Same", "Wider", "Gone"], "a"))
        .service("s", "rest")
        .service("t", "x")
        .build()
        .unwrap();
    let after = RpcRules::builder()
        .method("/s/Same", "a")
        .open("/s/Wider")
        .method("/s/New", Access::Denied)
        .service("s", "rest")
        .build()
        .unwrap();
    let diff = before.diff(&after);
    assert_eq!(
        diff.to_string(),
        "- /s/Gone: requires a -> requires rest (opens)\n\
         + /s/New: requires rest -> denied\n\
         ~ /s/Wider: requires a -> open (opens)\n\
         - /t/*: requires x -> denied\n"
    );
    assert_eq!(diff.opened().count(), 2);
    assert!(after.diff(&after).is_empty());
}

#[test]
fn rules_for_paths() {
    let get = |pattern: &str, access: &str| {
        PathRule::new([pattern], self::access(access)).with_methods(["GET"])
    };
    let build = |rules: Vec<PathRule>| PathRules::builder().rules(rules).build().unwrap();
    let before =
        build(vec![get("/a/**", "a"), PathRule::new(["/a/**"], "b"), PathRule::new(["/x"], "x")]);
    // The broad rule comes first now, and takes the other's place.
    let after =
        build(vec![PathRule::new(["/a/**"], "b"), get("/a/**", "a"), PathRule::exposed(["/y"])]);
    assert_eq!(
        before.diff(&after).to_string(),
        "~ /a/**: requires a -> requires b (opens)\n\
         - /x: requires x -> denied\n\
         + /y: denied -> open (opens)\n\
         ~ GET /a/**: requires a -> requires b (opens)\n"
    );
    assert!(before.diff(&before).is_empty());
    // What a rule exposes deep inside of another one is seen.
    let exposed = build(vec![
        get("/a/**", "a"),
        PathRule::exposed(["/a/*/z"]),
        PathRule::new(["/a/**"], "b"),
        PathRule::new(["/x"], "x"),
    ]);
    assert_eq!(before.diff(&exposed).to_string(), "+ /a/*/z: requires a -> open (opens)\n");
}

/// That fields such as `X-Original-URL` are accepted is a change like others, and it opens something.
#[test]
fn fields_that_name_another_path() {
    let rules = || PathRules::builder().path("/a", "a");
    let strict = rules().build().unwrap();
    let lenient = rules().allow_override_headers().build().unwrap();
    let diff = strict.diff(&lenient);
    assert_eq!(diff.to_string(), "~ override headers: denied -> open (opens)\n");
    assert_eq!(diff.opened().count(), 1);
    let diff = lenient.diff(&strict);
    assert_eq!(diff.to_string(), "~ override headers: open -> denied\n");
    assert_eq!(diff.opened().count(), 0);
    assert!(strict.diff(&strict).is_empty() && lenient.diff(&lenient).is_empty());
}
