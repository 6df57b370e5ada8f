//! [`Prefixes`]: whether a name begins with any of many beginnings, found in one step.

use std::{collections::BTreeSet, ops::Bound};

/// Beginnings of names, of which none begins with another one.
#[derive(Clone, Debug, Default)]
pub(super) struct Prefixes(BTreeSet<Box<str>>);

impl Prefixes {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one that a name begins with.
    ///
    /// It is the last one that is not behind the name: whatever stands between a beginning and the
    /// name begins with the beginning, and has been left out.
    pub(super) fn of(&self, name: &str) -> Option<&str> {
        let up_to_name = (Bound::Unbounded, Bound::Included(name));
        let last = self.0.range::<str, _>(up_to_name).next_back()?;
        name.starts_with(&**last).then_some(last)
    }
}

impl<'p> FromIterator<&'p str> for Prefixes {
    fn from_iter<I: IntoIterator<Item = &'p str>>(prefixes: I) -> Self {
        // Sorted, so that the shorter one comes first.
        let sorted: BTreeSet<_> = prefixes.into_iter().collect();
        let mut kept = Self::default();
        for prefix in sorted {
            if kept.of(prefix).is_none() {
                kept.0.insert(prefix.into());
            }
        }
        kept
    }
}
