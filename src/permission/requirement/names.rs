//! The names in a requirement, and those for want of which somebody does not meet it.

use std::collections::BTreeSet;

use crate::permission::{
    Permissions,
    requirement::{Requirement, expression::Node, not},
};

impl Requirement {
    /// Every permission that it names, also under a `not`.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        self.visit(&mut |requirement, _| {
            if let Node::One(name) = requirement.node() {
                names.insert(&**name.as_str());
            }
        });
        names
    }

    /// The names, or the negatives of names, that somebody with these permissions does not meet and
    /// that would have counted. None where the whole is met.
    pub(crate) fn unmet(&self, permissions: &Permissions) -> Vec<Self> {
        if self.is_met_by(permissions) {
            return Vec::new();
        }
        let mut unmet = Vec::new();
        self.visit(&mut |requirement, wanted| {
            let asked = if wanted { requirement.clone() } else { not(requirement.clone()) };
            if !asked.is_met_by(permissions) && !unmet.contains(&asked) {
                unmet.push(asked);
            }
        });
        unmet
    }

    /// Visits each name, and says whether it is wanted or, by the `not`s around it, not.
    fn visit<'r>(&'r self, see: &mut dyn FnMut(&'r Self, bool)) {
        self.visit_as(true, see);
    }

    fn visit_as<'r>(&'r self, wanted: bool, see: &mut dyn FnMut(&'r Self, bool)) {
        match self.node() {
            Node::One(_) => see(self, wanted),
            Node::Not(part) => part.visit_as(!wanted, see),
            Node::All(parts) | Node::Any(parts) => {
                parts.iter().for_each(|part| part.visit_as(wanted, see));
            }
            Node::Beyond(_) => {}
        }
    }
}
