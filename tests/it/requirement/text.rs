//! Requirements as text.

use tower_auth::{Requirement, all, any, not};

#[track_caller]
fn refused(text: &str) -> String {
    let error = Requirement::parse(text).expect_err(text).to_string();
    error.strip_prefix("a requirement, at character ").expect(&error).to_owned()
}

#[test]
fn a_text_is_read_as_it_says() {
    let name = Requirement::from;
    for (text, expected) in [
        ("orders:read", name("orders:read")),
        ("a and b and c", all(["a", "b", "c"])),
        ("a or b or c", any(["a", "b", "c"])),
        ("orders:write and (eu or admin)", name("orders:write").and(any(["eu", "admin"]))),
        ("(a and b) or (c and d)", all(["a", "b"]).or(all(["c", "d"]))),
        ("(a and b) and c", all([all(["a", "b"]), name("c")])),
        ("not a", not("a")),
        ("not a and b", not("a").and("b")),
        ("not (a and b)", not(all(["a", "b"]))),
        ("a or not not b", name("a").or(not(not("b")))),
        (r#""global:any thing" and "and""#, name("global:any thing").and("and")),
        (r#""say \"hi\" \\""#, name(r#"say "hi" \"#)),
        ("https://api.example.com/orders.read", name("https://api.example.com/orders.read")),
        ("projects/{project}:deploy", name("projects/{project}:deploy")),
        ("Größe:lesen", name("Größe:lesen")),
        ("android or notes", any(["android", "notes"])),
    ] {
        let parsed = Requirement::parse(text).unwrap();
        assert_eq!(parsed, expected, "{text}");
        assert_eq!(parsed.to_string(), text);
        assert_eq!(text.parse::<Requirement>().unwrap(), expected);
    }
}

#[test]
fn blanks_brackets_and_quotes_that_say_nothing_are_left_out() {
    for (text, expected) in [
        ("  a\n\tand(b)  ", "a and b"),
        ("((a))", "a"),
        (r#""a" or not(b)"#, "a or not b"),
        ("(a and b)", "a and b"),
        ("not((a or b))", "not (a or b)"),
    ] {
        let parsed = Requirement::parse(text).unwrap();
        assert_eq!(parsed.to_string(), expected);
        assert_eq!(Requirement::parse(expected).unwrap(), parsed);
    }
}

#[test]
fn a_mistake_is_told_with_its_place() {
    const OPERAND: &str = "expected a permission, `not` or `(`, found";
    for (text, expected) in [
        ("", format!("1: {OPERAND} the end")),
        ("   ", format!("4: {OPERAND} the end")),
        ("a and", format!("6: {OPERAND} the end")),
        ("a and or b", format!("7: {OPERAND} `or`")),
        ("and a", format!("1: {OPERAND} `and`")),
        ("a or ()", format!("7: {OPERAND} `)`")),
        ("not", format!("4: {OPERAND} the end")),
        ("a b", r#"3: expected `and`, `or` or the end, found "b""#.to_owned()),
        ("any(a, b)", "4: expected `and`, `or` or the end, found `(`".to_owned()),
        ("a not b", "3: expected `and`, `or` or the end, found `not`".to_owned()),
        ("a)", "2: expected `and`, `or` or the end, found `)`".to_owned()),
        ("(a or b", "8: expected `and`, `or` or `)`, found the end".to_owned()),
        ("(a b)", r#"4: expected `and`, `or` or `)`, found "b""#.to_owned()),
        ("ä and Or b", r#"7: write `or`, or "Or" for a permission of that name"#.to_owned()),
        ("a AND b", r#"3: write `and`, or "AND" for a permission of that name"#.to_owned()),
        (r#"a or "b"#, "6: the quote has no end".to_owned()),
        (r#"a or """#, "6: a permission has a name".to_owned()),
        (r#""a\nb""#, "3: a backslash stands before a quote or a backslash".to_owned()),
        ("a && b", "3: '&' is only in a name in quotes".to_owned()),
        ("a | b", "3: '|' is only in a name in quotes".to_owned()),
        ("!a", "1: '!' is only in a name in quotes".to_owned()),
        ("a, b", "2: ',' is only in a name in quotes".to_owned()),
        ("a\u{202e}b", "2: '\\u{202e}' is only in a name in quotes".to_owned()),
    ] {
        assert_eq!(refused(text), expected, "{text}");
    }
    for mixed in ["a and b or c", "a or b and c", "(a and b or c)", "not a and b or c"] {
        assert!(refused(mixed).contains("side by side need brackets"), "{mixed}");
    }
}

/// A requirement with a wildcard would be met by those who hold the wildcard, or by nobody.
#[test]
fn a_requirement_names_one_permission_at_a_time() {
    for text in ["*", "orders:*", "a and *", r#""orders:*""#, "not orders:*", "o*s"] {
        assert!(refused(text).contains("`*` is for what is granted"), "{text}");
    }
    assert!(refused("\"a\u{7}\"").contains("control character"));
    for text in ["{a", "a}", "a/{}", "a/{b c", "a/x{b}", "a/{b}x", "a/{b}{c}", "a/{1}", "a:{{b}}"] {
        let error = refused(text);
        assert!(error.contains("parameter") || error.contains("expected"), "{text}: {error}");
    }
    for text in ["{a}", "{a}:{b}", "{a}/.{b}"] {
        assert!(refused(text).contains("the caller would choose it"), "{text}");
    }
}

#[test]
fn texts_are_bounded() {
    let nested = |levels| format!("{}a{}", "(".repeat(levels), ")".repeat(levels));
    assert!(Requirement::parse(&nested(64)).is_ok());
    assert!(refused(&nested(65)).starts_with("65: more than 64 levels deep"));
    assert!(Requirement::parse(&format!("{}a", "not ".repeat(64))).is_ok());
    assert!(refused(&format!("{}a", "not ".repeat(65))).contains("more than 64 levels"));

    // Each bracket holds a list, so the outermost list is a level of its own.
    let alternating = |levels: usize| {
        (0..levels).fold("a".to_owned(), |inner, level| {
            let word = if level % 2 == 0 { "and" } else { "or" };
            format!("b {word} ({inner})")
        })
    };
    for levels in 60..70 {
        let parsed = Requirement::parse(&alternating(levels));
        assert_eq!(parsed.is_ok(), levels <= 64, "{levels}: {parsed:?}");
        if let Ok(parsed) = parsed {
            assert_eq!(Requirement::parse(&parsed.to_string()).unwrap(), parsed);
        }
    }

    assert!(Requirement::parse(&"a".repeat(256)).is_ok());
    assert!(refused(&"a".repeat(257)).contains("longer than 256 bytes"));
    let error = Requirement::parse(&"a or ".repeat(1000)).unwrap_err();
    assert_eq!(error.to_string(), "a requirement is longer than 4096 bytes");
    let deep = "(".repeat(1_000_000);
    assert!(Requirement::parse(&deep).is_err());
}

/// What was built and not read is bounded as well, and whatever goes beyond is met by nobody.
#[test]
fn requirements_that_are_built_are_bounded() {
    let chain = |levels| (0..levels).fold(Requirement::from("a"), |chain, _| chain.and("a"));
    let held = ["a"].into_iter().collect();
    assert!(chain(64).is_met_by(&held));
    for beyond in [chain(65), chain(100_000), not(chain(64))] {
        assert!(!beyond.is_met_by(&held) && !not(beyond.clone()).is_met_by(&held));
        assert!(beyond.validate().unwrap_err().to_string().contains("64 levels"));
        assert!(Requirement::parse(&beyond.to_string()).is_err());
    }
    // Two to the power of sixty.
    let doubled = (0..60).fold(Requirement::from("a"), |part, _| part.clone().or(part));
    assert!(!doubled.is_met_by(&held));
    assert!(doubled.validate().unwrap_err().to_string().contains("10,000 names"));
    assert!(all(vec!["a"; 9_000]).is_met_by(&held));
}

#[test]
fn every_problem_of_a_built_requirement_is_reported_at_once() {
    let requirement = all(["orders:*", "eu", "{tenant", "bell\u{7}"]).or(not("*"));
    let error = requirement.validate().unwrap_err();
    let problems: Vec<_> = error.problems().collect();
    assert_eq!(problems.len(), 4, "{problems:?}");
    assert!(problems[0].starts_with("requirement orders:*: `*` is for what is granted"));
    assert!(problems[2].starts_with(r#"requirement "bell\u{7}": it has a control character"#));
    assert!(all(["a", "b"]).and(not("c")).validate().is_ok());
}
