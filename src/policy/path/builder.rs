//! [`PathRulesBuilder`]: rules, looked at as a whole.

use crate::{
    config_error::{ConfigError, Problems},
    event,
    policy::{
        Access, document,
        path::{
            PathRule, PathRules, lint,
            methods::Methods,
            pattern::{self, Pattern},
            rules::Table,
            trie::{End, Trie},
        },
    },
};

/// Gathers rules; see [`PathRules`].
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct PathRulesBuilder {
    rules: Vec<PathRule>,
    allows_override_headers: bool,
}

impl PathRulesBuilder {
    /// Adds a rule behind those that are there.
    pub fn rule(mut self, rule: PathRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds rules behind those that are there.
    pub fn rules(mut self, rules: impl IntoIterator<Item = PathRule>) -> Self {
        self.rules.extend(rules);
        self
    }

    /// Lets everybody call the paths that a pattern matches; see [`PathRule::exposed`].
    pub fn expose(self, pattern: impl Into<String>) -> Self {
        self.rule(PathRule::exposed([pattern]))
    }

    /// Asks something of those who call the paths that a pattern matches.
    pub fn path(self, pattern: impl Into<String>, access: impl Into<Access>) -> Self {
        self.rule(PathRule::new([pattern], access))
    }

    /// Accepts requests with fields such as `X-Original-URL` or `X-HTTP-Method-Override`, in which
    /// a client names another path or method than that of the request.
    ///
    /// The service behind must not read them: the rules do not.
    pub const fn allow_override_headers(mut self) -> Self {
        self.allows_override_headers = true;
        self
    }

    /// Checks the rules. Of rules that never apply there is an event of the level `warn` each, and
    /// [`PathRules::lint`] lists them.
    ///
    /// # Errors
    ///
    /// Patterns and methods that are none; a rule without patterns; a requirement that nobody can
    /// meet, with a wildcard or with parameters of a route; no rules at all.
    pub fn build(self) -> Result<PathRules, ConfigError> {
        let mut problems = Problems::default();
        if self.rules.is_empty() {
            problems.add("there are no rules, so every request would be refused");
        }
        let mut ends = Vec::new();
        for (position, rule) in self.rules.iter().enumerate() {
            let found = parsed(position, rule, &mut ends);
            found
                .into_iter()
                .for_each(|problem| problems.add(format!("rules[{position}]: {problem}")));
        }
        problems.finish(())?;
        self.rules.iter().for_each(|rule| rule.access.prepare());
        // Those that are exposed come first; else the order stays.
        ends.sort_by_key(|(_, end)| self.rules[end.rule].access != Access::Open);
        let mut trie = Trie::new();
        for (rank, (pattern, end)) in ends.iter_mut().enumerate() {
            end.rank = rank;
            trie.add(pattern, end.clone());
        }
        let lints = lint::all(&self.rules, &ends, &trie);
        lints.iter().for_each(event::rule_questionable);
        let patterns = ends.into_iter().map(|(pattern, end)| (pattern, end.rule, end.pattern));
        Ok(PathRules::of(Table {
            patterns: patterns.collect(),
            rules: self.rules,
            trie,
            lints,
            allows_override_headers: self.allows_override_headers,
        }))
    }
}

/// Adds the patterns of a rule, and says what is wrong with it.
fn parsed(position: usize, rule: &PathRule, ends: &mut Vec<(Pattern, End)>) -> Vec<String> {
    let mut problems = Vec::new();
    if rule.patterns.is_empty() {
        problems.push("no paths".to_owned());
    }
    problems.extend(document::problem_of(&rule.access));
    let methods = Methods::parse(&rule.methods).unwrap_or_else(|problem| {
        problems.push(problem);
        Methods::default()
    });
    for (number, text) in rule.patterns.iter().enumerate() {
        match pattern::parse(text) {
            Ok(pattern) => {
                let methods = methods.clone();
                ends.push((pattern, End { rank: 0, rule: position, pattern: number, methods }));
            }
            Err(problem) => problems.push(format!("{text:?}: {problem}")),
        }
    }
    problems
}
