//! What holds for all rules and all paths.

use http::Method;
use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, prop_oneof},
    prop_assert, prop_assert_eq, proptest,
    sample::select,
};
use tower_auth::{Access, PathRule, PathRules, RpcRule, RpcRules};

const SEGMENTS: [&str; 6] = ["a", "b", "ab", "abc", "a.b", "ä"];
const TOKENS: [&str; 14] =
    ["a", "b", "ab", "*", "*", "**", "**", "?", "a*", "*b", "a*c", "a?*", "ä", "?b"];
const METHODS: [&str; 4] = ["GET", "POST", "HEAD", "PUT"];

fn access() -> impl Strategy<Value = Access> {
    prop_oneof![
        1 => Just(Access::Denied),
        1 => Just(Access::Authenticated),
        1 => Just(Access::Open),
        3 => select(&["p", "q", "r"][..]).prop_map(Access::from),
    ]
}

fn pattern() -> impl Strategy<Value = String> {
    vec(select(&TOKENS[..]), 0..5).prop_map(|tokens| format!("/{}", tokens.join("/")))
}

fn rule() -> impl Strategy<Value = PathRule> {
    let methods = vec(select(&METHODS[..]), 0..2);
    (vec(pattern(), 1..3), methods, access()).prop_map(|(patterns, methods, access)| {
        PathRule::new(patterns, access).with_methods(methods)
    })
}

fn path() -> impl Strategy<Value = String> {
    (vec(select(&SEGMENTS[..]), 0..6), select(&["", "/"][..])).prop_map(|(segments, end)| {
        match segments.is_empty() {
            true => "/".to_owned(),
            false => format!("/{}{end}", segments.join("/")),
        }
    })
}

fn method() -> impl Strategy<Value = Method> {
    select(&METHODS[..]).prop_map(|name| name.parse().unwrap())
}

fn build(rules: &[PathRule]) -> PathRules {
    PathRules::builder().rules(rules.iter().cloned()).build().unwrap()
}

/// What the documentation says, rule by rule and with all the backtracking that it takes.
fn naive(rules: &[PathRule], methods: &[Vec<&str>], method: &Method, path: &str) -> Access {
    let matching = |(rule, methods): &(&PathRule, &Vec<&str>)| {
        let is_get = *method == Method::HEAD && methods.contains(&"GET");
        (methods.is_empty() || methods.contains(&method.as_str()) || is_get)
            && rule.patterns().iter().any(|pattern| matches(pattern, path))
    };
    let pairs = || rules.iter().zip(methods);
    let exposed = pairs().filter(|(rule, _)| *rule.access() == Access::Open).find(matching);
    let found = exposed.or_else(|| pairs().find(matching));
    found.map_or(Access::Denied, |(rule, _)| rule.access().clone())
}

fn matches(pattern: &str, path: &str) -> bool {
    let segments = |text: &str| -> Vec<String> {
        let parts = text.split('/').filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (pattern, whole) = (segments(pattern), segments(path));
    // With a slash at the end a `*` may take what is not there.
    let last = pattern.iter().rposition(|token| token != "**").filter(|_| path.ends_with('/'));
    let below = last.filter(|last| pattern[*last] == "*").map(|last| &pattern[..last]);
    all_match(&pattern, &whole) || below.is_some_and(|front| all_match(front, &whole))
}

fn all_match(pattern: &[String], path: &[String]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            (0..=path.len()).any(|taken| all_match(rest, &path[taken..]))
        }
        (Some((first, rest)), Some((segment, others))) => {
            let characters = |text: &str| text.chars().collect::<Vec<_>>();
            one_matches(&characters(first), &characters(segment)) && all_match(rest, others)
        }
        _ => false,
    }
}

fn one_matches(pattern: &[char], segment: &[char]) -> bool {
    match (pattern.split_first(), segment.split_first()) {
        (None, None) => true,
        (Some(('*', rest)), _) => {
            (0..=segment.len()).any(|taken| one_matches(rest, &segment[taken..]))
        }
        (Some((first, rest)), Some((character, others))) => {
            (*first == '?' || first == character) && one_matches(rest, others)
        }
        _ => false,
    }
}

/// The methods of a rule, as it prints them.
fn methods_of(rule: &PathRule) -> Vec<String> {
    let text = rule.to_string();
    let (first, _) = text.split_once(' ').unwrap_or_default();
    let names = first.split(',').filter(|name| !name.is_empty() && !name.starts_with('/'));
    names.map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn the_index_says_what_a_walk_through_the_rules_says(
        rules in vec(rule(), 1..12),
        paths in vec(path(), 1..8),
        method in method(),
    ) {
        let compiled = build(&rules);
        let methods: Vec<_> = rules.iter().map(methods_of).collect();
        let methods: Vec<Vec<&str>> =
            methods.iter().map(|names| names.iter().map(String::as_str).collect()).collect();
        for path in paths {
            let expected = naive(&rules, &methods, &method, &path);
            prop_assert_eq!(compiled.access_to(&method, &path), Some(&expected), "{} {}", method, path);
        }
    }

    #[test]
    fn a_rule_at_the_end_changes_nothing_for_what_matched_before(
        rules in vec(rule(), 1..8),
        more in rule(),
        paths in vec(path(), 1..8),
        method in method(),
    ) {
        let before = build(&rules);
        let is_exposed = *more.access() == Access::Open;
        let after = build(&[rules.as_slice(), &[more]].concat());
        for path in paths {
            let was = before.access_to(&method, &path).unwrap();
            let is = after.access_to(&method, &path).unwrap();
            let matched = *was != Access::Denied && (*was == Access::Open || !is_exposed);
            prop_assert!(!matched || was == is, "{}: {} -> {}", path, was, is);
        }
    }

    /// What is reported as unreachable really never applies.
    #[test]
    fn without_a_rule_that_never_applies_nothing_changes(
        rules in vec(rule(), 2..8),
        paths in vec(path(), 1..12),
        method in method(),
    ) {
        let single: Vec<PathRule> = rules
            .iter()
            .flat_map(|rule| {
                let of = |pattern: &String| {
                    PathRule::new([pattern.clone()], rule.access().clone()).with_methods(methods_of(rule))
                };
                rule.patterns().iter().map(of).collect::<Vec<_>>()
            })
            .collect();
        let with = build(&single);
        let lints: Vec<String> = with.lint().iter().map(ToString::to_string).collect();
        let is_reported =
            |number: usize| lints.iter().any(|lint| lint.starts_with(&format!("rules[{number}] ")));
        let kept = single.iter().enumerate().filter(|(number, _)| !is_reported(*number));
        let without = build(&kept.map(|(_, rule)| rule.clone()).collect::<Vec<_>>());
        for path in paths {
            prop_assert_eq!(
                with.access_to(&method, &path),
                without.access_to(&method, &path),
                "{} by {:?}", path, lints
            );
        }
    }

    #[test]
    fn path_rules_are_read_as_they_are_printed(rules in vec(rule(), 1..8)) {
        let rules = build(&rules);
        let printed = serde_json::to_string(&rules).unwrap();
        let read = PathRules::from_json(&printed).unwrap();
        prop_assert_eq!(&read, &rules);
        prop_assert_eq!(serde_json::to_string(&read).unwrap(), printed);
    }

    #[test]
    fn rpc_rules_are_what_their_list_says(
        accesses in vec((select(&["s", "t.u"][..]), select(&["*", "A", "B", "C"][..]), access()), 1..8),
        service in select(&["s", "t.u", "v"][..]),
        method in select(&["A", "B", "C", "D"][..]),
    ) {
        // One rule for each name: the first.
        let mut list: Vec<(&str, &str, Access)> = Vec::new();
        for (service, method, access) in accesses {
            if list.iter().all(|(other, name, _)| (*other, *name) != (service, method)) {
                list.push((service, method, access));
            }
        }
        let rules = list.iter().map(|(service, method, access)| {
            RpcRule::methods(*service, [*method], access.clone())
        });
        let rules = RpcRules::builder().rules(rules).build().unwrap();
        let of = |wanted: &str| {
            let named = list.iter().find(|(other, name, _)| *other == service && *name == wanted);
            named.map(|(.., access)| access.clone())
        };
        let expected = of(method).or_else(|| of("*")).unwrap_or(Access::Denied);
        prop_assert_eq!(rules.access_to(&format!("/{service}/{method}")), &expected);
        let printed = serde_json::to_string(&rules).unwrap();
        prop_assert_eq!(RpcRules::from_json(&printed).unwrap(), rules);
    }

    /// Whatever comes as a path: an answer, and the same one for the same path twice.
    #[test]
    fn any_text_is_answered(rules in vec(rule(), 1..5), path in "[/a.%;\\\\*0-9eEfF ä]{0,24}") {
        let rules = build(&rules);
        let access = rules.access_to(&Method::GET, &path).cloned();
        prop_assert_eq!(rules.access_to(&Method::GET, &path).cloned(), access);
    }
}
