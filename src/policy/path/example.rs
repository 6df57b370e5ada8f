//! Two versions of rules, held against paths that their patterns match.

use std::collections::{BTreeMap, BTreeSet};

use http::Method;

use crate::policy::{
    Access,
    diff::Entry,
    path::{
        PathRules,
        methods::Methods,
        pattern::{self, Pattern},
        rules::Table,
    },
};

/// How many segments stand for a `**`, one after the other.
const DEPTHS: [usize; 3] = [1, 0, 2];

/// A pattern with methods, and which of the two versions has it.
struct Named<'r> {
    pattern: &'r Pattern,
    methods: Methods,
    had: bool,
    has: bool,
}

pub(super) fn entries(before: &PathRules, after: &PathRules) -> impl Iterator<Item = Entry> {
    let (before, after) = (before.table(), after.table());
    let mut named = BTreeMap::new();
    collect(before, &mut named, |named| named.had = true);
    collect(after, &mut named, |named| named.has = true);
    let every: BTreeSet<&str> = [before, after]
        .into_iter()
        .flat_map(|table| table.rules.iter().flat_map(|rule| &rule.methods))
        .map(String::as_str)
        .chain(["GET", "POST"])
        .collect();
    let every: Vec<Method> =
        every.iter().filter_map(|name| Method::from_bytes(name.as_bytes()).ok()).collect();
    let entry = |(what, named): (String, Named<'_>)| {
        let accesses = examples(&named, &every).map(|(path, method)| {
            (access(before, &path, method).clone(), access(after, &path, method).clone())
        });
        let accesses: Vec<(Access, Access)> = accesses.collect();
        let opens = accesses.iter().find(|(before, after)| after.opens_beyond(before));
        let changes = || accesses.iter().find(|(before, after)| before != after);
        let (before, after) = opens.or_else(changes).unwrap_or(&accesses[0]).clone();
        Entry { what, had: named.had, has: named.has, before, after }
    };
    let mut entries: Vec<Entry> = named.into_iter().map(entry).collect();
    let of_headers = |table: &Table| match table.allows_override_headers {
        true => Access::Open,
        false => Access::Denied,
    };
    entries.push(Entry {
        what: "override headers".to_owned(),
        had: true,
        has: true,
        before: of_headers(before),
        after: of_headers(after),
    });
    entries.into_iter()
}

fn collect<'r>(
    table: &'r Table,
    into: &mut BTreeMap<String, Named<'r>>,
    mark: impl Fn(&mut Named<'r>),
) {
    for (pattern, rule, number) in &table.patterns {
        let rule = &table.rules[*rule];
        let named = into.entry(rule.named(&rule.patterns[*number])).or_insert_with(|| Named {
            pattern,
            methods: Methods::parse(&rule.methods).unwrap_or_default(),
            had: false,
            has: false,
        });
        mark(named);
    }
}

/// Some paths that a pattern matches, each with some methods.
fn examples<'m>(
    named: &'m Named<'_>,
    every: &'m [Method],
) -> impl Iterator<Item = (Vec<String>, &'m Method)> {
    DEPTHS.into_iter().flat_map(|depth| {
        let path = pattern::example(named.pattern, depth);
        let methods = every.iter().filter(|method| named.methods.contain(method));
        methods.map(move |method| (path.clone(), method))
    })
}

fn access<'r>(table: &'r Table, path: &[String], method: &Method) -> &'r Access {
    let end = table.trie.find(path.iter().map(String::as_str), false, method);
    end.map_or(&Access::Denied, |end| &table.rules[end.rule].access)
}
