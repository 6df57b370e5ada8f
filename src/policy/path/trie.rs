//! [`Trie`]: all patterns at once, segment by segment.
//!
//! A path is followed along every branch that matches it, all branches in step, so that none is ever
//! walked twice: the work is at most the number of segments times the number of branches, whatever is
//! in the path, and in the usual case a look-up or two for each segment.

use std::collections::{HashMap, HashSet};

use http::Method;

use crate::policy::path::{
    glob::Glob,
    methods::Methods,
    pattern::{Pattern, Token},
};

#[derive(Debug)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    /// Whether a `**` comes behind another one, so that it can be reached twice.
    has_deep_below_deep: bool,
}

#[derive(Debug, Default)]
struct Node {
    literals: HashMap<Box<str>, usize>,
    globs: Vec<(Glob, usize)>,
    any: Option<usize>,
    deep: Option<usize>,
    /// Reached by `**`: it stays for every further segment.
    is_deep: bool,
    /// Patterns that end here, in the order of their ranks.
    ends: Vec<End>,
}

/// The end of a pattern.
#[derive(Clone, Debug)]
pub(super) struct End {
    /// The lowest one decides.
    pub(super) rank: usize,
    pub(super) rule: usize,
    /// Which of the patterns of the rule it is.
    pub(super) pattern: usize,
    pub(super) methods: Methods,
}

/// What is followed along the branches: a segment of a path, or of another pattern.
#[derive(Clone, Copy)]
pub(super) enum Step<'s> {
    Segment(&'s str),
    Glob(&'s Glob),
    Any,
    Deep,
}

impl Trie {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()], has_deep_below_deep: false }
    }

    /// Adds a pattern. Those of lower rank are added first.
    pub(super) fn add(&mut self, pattern: &Pattern, end: End) {
        let mut node = 0;
        let mut is_below_deep = false;
        for token in pattern {
            if *token == Token::Deep {
                self.has_deep_below_deep |= is_below_deep;
                is_below_deep = true;
            }
            node = self.child(node, token);
        }
        self.nodes[node].ends.push(end);
    }

    fn child(&mut self, node: usize, token: &Token) -> usize {
        let next = self.nodes.len();
        let parent = &mut self.nodes[node];
        let child = match token {
            Token::Literal(literal) => *parent.literals.entry(literal.clone()).or_insert(next),
            Token::Any => *parent.any.get_or_insert(next),
            Token::Deep => *parent.deep.get_or_insert(next),
            Token::Glob(glob) => match parent.globs.iter().find(|(other, _)| other == glob) {
                Some((_, child)) => *child,
                None => {
                    parent.globs.push((glob.clone(), next));
                    next
                }
            },
        };
        if child == next {
            self.nodes.push(Node { is_deep: *token == Token::Deep, ..Node::default() });
        }
        child
    }

    /// The pattern of the lowest rank that matches a path.
    pub(super) fn find<'s>(
        &self,
        segments: impl Iterator<Item = &'s str>,
        has_slash_at_end: bool,
        method: &Method,
    ) -> Option<&End> {
        let reached = self.follow(segments.map(Step::Segment));
        let end = |node: &usize| {
            let node = &self.nodes[*node];
            // `/foo/*` is for `/foo/` too, which is what Ant says: a `*` takes what is not there
            // behind the slash, and a `**` behind it nothing at all.
            let below = node.any.filter(|_| has_slash_at_end).map(|any| &self.nodes[any]);
            let behind = below.and_then(|below| below.deep).map(|deep| &self.nodes[deep]);
            let nodes = [Some(node), below, behind].into_iter().flatten();
            nodes
                .map(|node| &node.ends)
                .filter_map(|ends| ends.iter().find(|end| end.methods.contain(method)))
                .min_by_key(|end| end.rank)
        };
        reached.iter().filter_map(end).min_by_key(|end| end.rank)
    }

    /// The patterns that match everything that another one matches, as far as each does so alone.
    pub(super) fn covering<'s>(&self, pattern: &'s Pattern) -> impl Iterator<Item = &End> {
        let step = |token: &'s Token| match token {
            Token::Literal(literal) => Step::Segment(literal),
            Token::Glob(glob) => Step::Glob(glob),
            Token::Any => Step::Any,
            Token::Deep => Step::Deep,
        };
        let reached = self.follow(pattern.iter().map(step));
        reached.into_iter().flat_map(|node| &self.nodes[node].ends)
    }

    /// The nodes at the ends of all branches that match.
    fn follow<'s>(&self, steps: impl Iterator<Item = Step<'s>>) -> Vec<usize> {
        let mut entered = HashSet::new();
        let (mut here, mut there) = (Vec::new(), Vec::new());
        self.enter(0, &mut here, &mut entered);
        for step in steps {
            for node in here.drain(..) {
                self.advance(node, step, &mut there, &mut entered);
            }
            std::mem::swap(&mut here, &mut there);
            if here.is_empty() {
                break;
            }
        }
        here
    }

    fn advance(
        &self,
        node: usize,
        step: Step<'_>,
        there: &mut Vec<usize>,
        entered: &mut HashSet<usize>,
    ) {
        let at = &self.nodes[node];
        if at.is_deep {
            there.push(node);
        }
        let globs = at.globs.iter();
        match step {
            Step::Segment(segment) => {
                if let Some(child) = at.literals.get(segment) {
                    self.enter(*child, there, entered);
                }
                globs
                    .filter(|(glob, _)| glob.matches(segment))
                    .for_each(|(_, child)| self.enter(*child, there, entered));
            }
            Step::Glob(other) => globs
                .filter(|(glob, _)| glob.covers(other))
                .for_each(|(_, child)| self.enter(*child, there, entered)),
            Step::Any => {}
            // Only what takes any number of segments takes them.
            Step::Deep => return,
        }
        if let Some(any) = at.any {
            self.enter(any, there, entered);
        }
    }

    /// Enters a node, and what is behind it when `**` takes nothing. A node of `**` is left by nobody
    /// who has entered it, so it is entered once.
    fn enter(&self, node: usize, there: &mut Vec<usize>, entered: &mut HashSet<usize>) {
        there.push(node);
        if let Some(deep) = self.nodes[node].deep
            && (!self.has_deep_below_deep || entered.insert(deep))
        {
            there.push(deep);
        }
    }
}
