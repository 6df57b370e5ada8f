//! Whatever is in rules and paths: rules are read or refused and printed as they were read, a path that is
//! let in can be read in one way only, and the answer is that of a walk through the rules.

use std::{fmt::Debug, str};

use http::Method;
use serde::Serialize;
use tower_auth::{Access, ConfigError, PathRule, PathRules, RpcRules};

/// A document of rules, or lines: a method, a path, and for each rule its methods, a pattern and what is
/// asked, with spaces between them.
pub(crate) fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    documents(text);
    let mut lines = text.split('\n');
    let (method, path) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let Ok(method) = Method::from_bytes(method.as_bytes()) else { return };
    let rules: Vec<Rule<'_>> = lines.take(64).filter_map(Rule::of).collect();
    let builder = PathRules::builder().rules(rules.iter().map(Rule::built));
    if let Ok(built) = builder.build() {
        asked(&built, &rules, &method, path);
        assert_eq!(built.diff(&built).to_string(), "");
    }
}

fn documents(text: &str) {
    printed(PathRules::from_json(text), PathRules::from_json);
    printed(PathRules::from_yaml(text), PathRules::from_json);
    printed(PathRules::from_toml(text), PathRules::from_json);
    printed(RpcRules::from_json(text), RpcRules::from_json);
    printed(RpcRules::from_yaml(text), RpcRules::from_json);
    printed(RpcRules::from_toml(text), RpcRules::from_json);
}

fn printed<R: Debug + PartialEq + Serialize>(
    read: Result<R, ConfigError>,
    again: impl Fn(&str) -> Result<R, ConfigError>,
) {
    let Ok(rules) = read else { return };
    let text = serde_json::to_string(&rules).expect("rules are data");
    assert_eq!(again(&text).expect("what is printed is read"), rules);
}

struct Rule<'t> {
    methods: Vec<&'t str>,
    pattern: &'t str,
    access: &'t str,
}

impl<'t> Rule<'t> {
    fn of(line: &'t str) -> Option<Self> {
        let (methods, rest) = line.split_once(' ')?;
        let (pattern, access) = rest.split_once(' ')?;
        let methods = methods.split(',').filter(|name| !name.is_empty()).collect();
        Some(Self { methods, pattern, access })
    }

    fn built(&self) -> PathRule {
        PathRule::new([self.pattern], self.access()).with_methods(self.methods.iter().copied())
    }

    fn access(&self) -> Access {
        match self.access {
            "open" => Access::Open,
            "deny" => Access::Denied,
            "authenticated" => Access::Authenticated,
            permission => permission.into(),
        }
    }

    fn is_for(&self, method: &Method, segments: &[String], has_slash: bool) -> bool {
        let is_get = *method == Method::HEAD && self.methods.contains(&"GET");
        if !self.methods.is_empty() && !self.methods.contains(&method.as_str()) && !is_get {
            return false;
        }
        let tokens: Vec<&str> = self.pattern.split('/').filter(|token| !token.is_empty()).collect();
        // With a slash at the end a `*` may take what is not there.
        let last = tokens.iter().rposition(|token| *token != "**").filter(|_| has_slash);
        let below = last.filter(|last| tokens[*last] == "*").map(|last| &tokens[..last]);
        all_match(&tokens, segments) || below.is_some_and(|front| all_match(front, segments))
    }
}

fn asked(built: &PathRules, rules: &[Rule<'_>], method: &Method, path: &str) {
    let Some(access) = built.access_to(method, path) else { return };
    let once = decoded(path.as_bytes());
    assert_eq!(decoded(&once), once, "{path:?} can be decoded twice");
    let once = String::from_utf8(once).expect("a path that is let in is UTF-8");
    assert!(!once.contains("//") && once.starts_with('/'), "{path:?}");
    assert!(!once.contains(['\\', ';', '#', '?', '%']), "{path:?}");
    assert!(!once.contains(char::is_control), "{path:?}");
    assert_eq!(once.matches('/').count(), path.matches('/').count(), "{path:?}");
    assert!(!once.split('/').any(|segment| segment.ends_with('.')), "{path:?}");

    let segments = once.split('/').filter(|segment| !segment.is_empty());
    let segments: Vec<String> = segments.map(str::to_owned).collect();
    let has_slash = path.ends_with('/');
    let matching = |rule: &&Rule<'_>| rule.is_for(method, &segments, has_slash);
    let exposed = rules.iter().filter(|rule| rule.access() == Access::Open).find(matching);
    let found = exposed.or_else(|| rules.iter().find(matching));
    assert_eq!(*access, found.map_or(Access::Denied, Rule::access), "{path:?}");
}

/// As lenient services do it: what is no escape stays.
fn decoded(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = bytes;
    while let Some((byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        let digits = digits.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(escaped) if *byte == b'%' => {
                decoded.push(escaped);
                rest = &behind[2..];
            }
            _ => {
                decoded.push(*byte);
                rest = behind;
            }
        }
    }
    decoded
}

/// Row by row, so that no pattern takes long.
fn all_match(tokens: &[&str], segments: &[String]) -> bool {
    let mut reached = vec![false; segments.len() + 1];
    reached[0] = true;
    for token in tokens {
        let mut next = vec![false; segments.len() + 1];
        for position in 0..=segments.len() {
            next[position] = match (*token, position) {
                ("**", 0) => reached[0],
                ("**", _) => reached[position] || next[position - 1],
                (_, 0) => false,
                _ => reached[position - 1] && one_matches(token, &segments[position - 1]),
            };
        }
        reached = next;
    }
    reached[segments.len()]
}

fn one_matches(token: &str, segment: &str) -> bool {
    let segment: Vec<char> = segment.chars().collect();
    let mut reached = vec![false; segment.len() + 1];
    reached[0] = true;
    for part in token.chars() {
        let mut next = vec![false; segment.len() + 1];
        for position in 0..=segment.len() {
            next[position] = match (part, position) {
                ('*', 0) => reached[0],
                ('*', _) => reached[position] || next[position - 1],
                (_, 0) => false,
                ('?', _) => reached[position - 1],
                _ => reached[position - 1] && part == segment[position - 1],
            };
        }
        reached = next;
    }
    reached[segment.len()]
}
