//! [`Inclusions`]: what includes what, and where that goes in a circle.

use std::collections::{BTreeMap, BTreeSet};

/// The names that one name includes, itself and those it includes indirectly among them.
pub(super) struct Inclusions<'b> {
    included: &'b BTreeMap<String, BTreeSet<String>>,
    path: Vec<&'b str>,
    pub(super) names: BTreeSet<&'b str>,
    pub(super) cycle: Option<Vec<&'b str>>,
}

impl<'b> Inclusions<'b> {
    pub(super) fn of(name: &'b str, included: &'b BTreeMap<String, BTreeSet<String>>) -> Self {
        let mut inclusions =
            Self { included, path: Vec::new(), names: BTreeSet::new(), cycle: None };
        inclusions.visit(name);
        inclusions
    }

    fn visit(&mut self, name: &'b str) {
        if let Some(start) = self.path.iter().position(|visited| *visited == name) {
            let cycle = self.path[start..].iter().copied().chain([name]).collect();
            self.cycle.get_or_insert(cycle);
        } else if self.names.insert(name) {
            self.path.push(name);
            for included in self.included.get(name).into_iter().flatten() {
                self.visit(included);
            }
            self.path.pop();
        }
    }
}
