//! [`Compiled`]: a requirement as sets of numbers.

use std::sync::Arc;

use crate::permission::{
    Permissions, Requirement, permissions::Bits, requirement::expression::Node, vocabulary,
};

/// Everything in it must hold, or anything. What a `not` stood before is the negative of each name.
#[derive(Default)]
pub(super) struct Compiled {
    every: bool,
    held: Names,
    not_granted: Names,
    /// Lists of the other kind.
    parts: Vec<Self>,
}

/// Names that are asked for at once.
#[derive(Default)]
struct Names {
    names: Vec<Arc<str>>,
    bits: Bits,
    /// Words that the vocabulary must have for the bits to say all; `None` where it was full.
    words: Option<u32>,
}

impl Compiled {
    pub(super) fn of(requirement: &Requirement) -> Self {
        let mut compiled = Self { every: true, ..Self::default() };
        compiled.add(requirement, true);
        compiled.number();
        compiled
    }

    /// Adds a requirement to the list, or where it is not `wanted`, its negative.
    fn add(&mut self, requirement: &Requirement, wanted: bool) {
        match requirement.node() {
            Node::One(name) if name.is_a_permission() => {
                let list = if wanted { &mut self.held } else { &mut self.not_granted };
                list.names.push(Arc::clone(name.as_str()));
            }
            Node::Not(part) => self.add(part, !wanted),
            Node::All(parts) if !parts.is_empty() => self.add_list(parts, wanted, wanted),
            Node::Any(parts) if !parts.is_empty() => self.add_list(parts, wanted, !wanted),
            // Any of nothing: nobody meets it.
            Node::One(_) | Node::All(_) | Node::Any(_) | Node::Beyond(_) => {
                self.parts.push(Self::default());
            }
        }
    }

    fn add_list(&mut self, parts: &[Requirement], wanted: bool, every: bool) {
        if every == self.every {
            parts.iter().for_each(|part| self.add(part, wanted));
        } else {
            let mut list = Self { every, ..Self::default() };
            parts.iter().for_each(|part| list.add(part, wanted));
            self.parts.push(list);
        }
    }

    fn number(&mut self) {
        self.held.number();
        self.not_granted.number();
        self.parts.iter_mut().for_each(Self::number);
    }

    pub(super) fn is_met_by(&self, permissions: &Permissions) -> bool {
        if self.every {
            self.held.all_are_held_by(permissions)
                && self.not_granted.none_is_granted_to(permissions)
                && self.parts.iter().all(|part| part.is_met_by(permissions))
        } else {
            self.held.any_is_held_by(permissions)
                || self.not_granted.any_is_not_granted_to(permissions)
                || self.parts.iter().any(|part| part.is_met_by(permissions))
        }
    }
}

/// Bits say what was granted by name; where more was granted than that, what they do not say is
/// asked name by name.
impl Names {
    fn number(&mut self) {
        let ids: Option<Vec<_>> = self.names.iter().map(|name| vocabulary::intern(name)).collect();
        let ids = ids.unwrap_or_default();
        if ids.len() == self.names.len() {
            self.words = Some(ids.iter().max().map_or(0, |last| last + 1));
            self.bits = ids.into_iter().collect();
        }
    }

    fn all_are_held_by(&self, permissions: &Permissions) -> bool {
        if self.names.is_empty() || permissions.is_everything() {
            return true;
        }
        let by_name = || self.names.iter().all(|name| permissions.contains(name));
        match self.words.and_then(|words| permissions.index(words)) {
            Some(index) => {
                self.bits.is_subset_of(index.held()) || (permissions.is_broad() && by_name())
            }
            None => by_name(),
        }
    }

    fn any_is_held_by(&self, permissions: &Permissions) -> bool {
        if self.names.is_empty() || permissions.is_everything() {
            return !self.names.is_empty();
        }
        let by_name = || self.names.iter().any(|name| permissions.contains(name));
        match self.words.and_then(|words| permissions.index(words)) {
            Some(index) => {
                self.bits.intersects(index.held()) || (permissions.is_broad() && by_name())
            }
            None => by_name(),
        }
    }

    fn none_is_granted_to(&self, permissions: &Permissions) -> bool {
        if self.names.is_empty() {
            return true;
        }
        let by_name = || !self.names.iter().any(|name| permissions.grants(name));
        match self.words.and_then(|words| permissions.index(words)) {
            Some(index) => {
                !self.bits.intersects(index.granted()) && (!permissions.is_broad() || by_name())
            }
            None => by_name(),
        }
    }

    fn any_is_not_granted_to(&self, permissions: &Permissions) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let by_name = || self.names.iter().any(|name| !permissions.grants(name));
        match self.words.and_then(|words| permissions.index(words)) {
            Some(index) => {
                !self.bits.is_subset_of(index.granted()) && (!permissions.is_broad() || by_name())
            }
            None => by_name(),
        }
    }
}
