//! What holds for all permissions and requirements.

use proptest::{
    collection::vec,
    prelude::{Just, ProptestConfig, Strategy, prop_oneof},
    proptest,
    sample::select,
};
use tower_auth::{Permissions, Requirement, all, any, not};

/// Few names, so that they meet often.
const NAMES: [&str; 12] =
    ["a", "b", "c", "a:b", "a:c", "a:b:c", "a.b", "a/b:c", "a b", "and", "ä", "b:c"];
const GRANTS: [&str; 8] = ["*", "a:*", "a:b:*", "a.*", "a/*", "b:*", "a*", "*:b"];

/// A requirement as its author thinks of it.
#[derive(Clone, Debug)]
enum Tree {
    Name(&'static str),
    Lost,
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
}

fn trees(with_not: bool) -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![20 => select(&NAMES[..]).prop_map(Tree::Name), 1 => Just(Tree::Lost)];
    leaf.prop_recursive(5, 40, 4, move |inner| {
        let negative: u32 = with_not.into();
        prop_oneof![
            2 => vec(inner.clone(), 1..4).prop_map(Tree::All),
            2 => vec(inner.clone(), 1..4).prop_map(Tree::Any),
            negative => inner.prop_map(|inner| Tree::Not(Box::new(inner))),
        ]
    })
}

fn built(tree: &Tree) -> Requirement {
    match tree {
        Tree::Name(name) => (*name).into(),
        Tree::Lost => all([] as [Requirement; 0]),
        Tree::All(parts) => all(parts.iter().map(built)),
        Tree::Any(parts) => any(parts.iter().map(built)),
        Tree::Not(part) => not(built(part)),
    }
}

/// What somebody was given, in the order in which it came.
#[derive(Clone, Debug)]
struct Given {
    everything: bool,
    granted: Vec<&'static str>,
    denied: Vec<&'static str>,
}

fn given() -> impl Strategy<Value = Given> {
    let names = || prop_oneof![3 => select(&NAMES[..]), 1 => select(&GRANTS[..])];
    let everything = prop_oneof![9 => Just(false), 1 => Just(true)];
    (everything, vec(names(), 0..8), vec(names(), 0..3))
        .prop_map(|(everything, granted, denied)| Given { everything, granted, denied })
}

impl Given {
    fn permissions(&self) -> Permissions {
        let start =
            if self.everything { Permissions::everything() } else { Permissions::default() };
        start.with_granted(self.granted.iter().copied()).with_denied(self.denied.iter().copied())
    }

    fn grants(&self, name: &str) -> bool {
        let one = |granted: &&str| {
            let below = granted.strip_suffix('*').filter(|prefix| !prefix.contains('*'));
            let below = below.filter(|prefix| prefix.ends_with([':', '.', '/']));
            *granted == name
                || below.is_some_and(|prefix| name != prefix && name.starts_with(prefix))
        };
        self.everything || self.granted.iter().any(one)
    }

    fn denies(&self, name: &str) -> bool {
        self.denied.iter().any(|denied| match denied.find('*') {
            Some(star) => name.starts_with(&denied[..star]),
            None => *denied == name,
        })
    }

    /// Three answers: met, not met but in the negative, neither.
    fn meets(&self, tree: &Tree) -> (bool, bool) {
        match tree {
            Tree::Name(name) => (self.grants(name) && !self.denies(name), !self.grants(name)),
            Tree::Lost => (false, false),
            Tree::All(parts) => {
                let each: Vec<_> = parts.iter().map(|part| self.meets(part)).collect();
                (each.iter().all(|part| part.0), each.iter().any(|part| part.1))
            }
            Tree::Any(parts) => {
                let each: Vec<_> = parts.iter().map(|part| self.meets(part)).collect();
                (each.iter().any(|part| part.0), each.iter().all(|part| part.1))
            }
            Tree::Not(part) => {
                let (met, negative) = self.meets(part);
                (negative, met)
            }
        }
    }
}

/// The answer, by the tree and by the numbers.
fn answer(tree: &Tree, given: &Given) -> bool {
    let (requirement, permissions) = (built(tree), given.permissions());
    let plain = requirement.is_met_by(&permissions);
    let prepared = requirement.prepared();
    assert_eq!(prepared.is_met_by(&permissions), plain, "{prepared} by {permissions:?}");
    assert_eq!(prepared.is_met_by(&given.permissions()), plain, "asked for the first time");
    plain
}

fn without_lost(tree: &Tree) -> bool {
    match tree {
        Tree::Name(_) => true,
        Tree::Lost => false,
        Tree::All(parts) | Tree::Any(parts) => parts.iter().all(without_lost),
        Tree::Not(part) => without_lost(part),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn the_answer_is_that_of_a_naive_reading(tree in trees(true), given in given()) {
        assert_eq!(answer(&tree, &given), given.meets(&tree).0);
    }

    #[test]
    fn a_grant_takes_nothing_away(tree in trees(false), mut given in given(), more in select(&GRANTS[..])) {
        let before = answer(&tree, &given);
        given.granted.push(more);
        assert!(answer(&tree, &given) >= before);
    }

    #[test]
    fn a_denial_gives_nothing(tree in trees(true), mut given in given(), more in select(&NAMES[..])) {
        let before = answer(&tree, &given);
        given.denied.push(more);
        assert!(answer(&tree, &given) <= before);
        given.denied.push("a:*");
        assert!(answer(&tree, &given) <= before);
    }

    #[test]
    fn the_order_of_what_is_given_does_not_matter(tree in trees(true), given in given()) {
        let Given { everything, mut granted, mut denied } = given.clone();
        granted.reverse();
        denied.reverse();
        let reversed = Given { everything, granted, denied };
        assert_eq!(given.permissions(), reversed.permissions());
        assert_eq!(answer(&tree, &given), answer(&tree, &reversed));
        let denied_first = Permissions::default()
            .with_denied(given.denied.iter().copied())
            .merged_with(&given.permissions());
        assert_eq!(denied_first, given.permissions());
    }

    #[test]
    fn nobody_meets_a_requirement_and_its_negative(tree in trees(true), given in given()) {
        let (requirement, permissions) = (built(&tree), given.permissions());
        let both = requirement.clone().and(not(requirement));
        assert!(!both.is_met_by(&permissions) && !both.prepared().is_met_by(&permissions));
    }

    #[test]
    fn what_is_printed_is_parsed_as_it_was(tree in trees(true).prop_filter("has a text", without_lost)) {
        let requirement = built(&tree);
        let text = requirement.to_string();
        let parsed = Requirement::parse(&text).expect(&text);
        assert_eq!(parsed, requirement);
        assert_eq!(parsed.to_string(), text);
    }

    #[test]
    fn any_name_is_printed_and_parsed(name in "\\PC{1,20}") {
        let requirement = Requirement::from(name.as_str());
        match Requirement::parse(&requirement.to_string()) {
            Ok(parsed) => assert_eq!(parsed, requirement),
            Err(error) => assert!(requirement.validate().is_err(), "{name}: {error}"),
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "[ab():.*{}\"\\\\ andortö]{0,40}") {
        if let Ok(parsed) = Requirement::parse(&text) {
            assert!(parsed.validate().is_ok());
            assert_eq!(Requirement::parse(&parsed.to_string()).expect("printed"), parsed);
        }
    }
}
