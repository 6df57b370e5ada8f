//! Rules that never apply.

use http::Method;

use crate::policy::{
    RuleLint,
    path::{
        PathRule,
        pattern::Pattern,
        trie::{End, Trie},
    },
};

/// Every pattern of which others, that come before it, match all that it matches.
///
/// Each of them is held against it by itself, so that patterns which only several others cover
/// together are not found; their HTTP methods are taken together.
pub(super) fn all(rules: &[PathRule], ends: &[(Pattern, End)], trie: &Trie) -> Vec<RuleLint> {
    let name = |end: &End| {
        let rule = &rules[end.rule];
        format!("rules[{}] {}", end.rule, rule.named(&rule.patterns[end.pattern]))
    };
    let lint = |(rank, (pattern, end)): (usize, &(Pattern, End))| {
        let before = trie.covering(pattern).filter(|other| other.rank < rank);
        let mut before: Vec<&End> = before.collect();
        before.sort_by_key(|other| other.rank);
        let takes = |method: &Method| before.iter().any(|other| other.methods.contain(method));
        let is_taken = before.iter().any(|other| other.methods.is_all())
            || (!end.methods.is_all() && end.methods.iter().all(takes));
        let behind = before.first().filter(|_| is_taken)?;
        // Twice the same in one rule is nothing to think about.
        let is_of_same_rule = before.iter().all(|other| other.rule == end.rule);
        (!is_of_same_rule).then(|| (end.rule, name(end), name(behind)))
    };
    let mut found: Vec<_> = ends.iter().enumerate().filter_map(lint).collect();
    found.sort_by_key(|(rule, ..)| *rule);
    found.into_iter().map(|(_, rule, behind)| RuleLint::Unreachable { rule, behind }).collect()
}
