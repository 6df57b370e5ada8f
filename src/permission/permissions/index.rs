//! [`Index`]: which words of the vocabulary somebody holds, as bits.

use std::{collections::BTreeSet, sync::Arc};

use crate::permission::vocabulary;

/// A set of words of the vocabulary.
#[derive(Clone, Debug, Default)]
pub(in crate::permission) struct Bits(Box<[u64]>);

impl Bits {
    pub(in crate::permission) fn is_subset_of(&self, other: &Self) -> bool {
        // Without a look at each word whether it is the one that decides: there are few, and so they are
        // taken several at a time.
        let both = self.0.iter().zip(&other.0);
        let lacking = both.fold(0, |lacking, (word, other)| lacking | (word & !other));
        let beyond = self.0.get(other.0.len()..).unwrap_or_default();
        lacking == 0 && beyond.iter().all(|word| *word == 0)
    }

    pub(in crate::permission) fn intersects(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(word, other)| word & other != 0)
    }
}

impl FromIterator<u32> for Bits {
    fn from_iter<I: IntoIterator<Item = u32>>(ids: I) -> Self {
        let mut words = Vec::new();
        for id in ids {
            let word = (id / u64::BITS) as usize;
            if word >= words.len() {
                words.resize(word + 1, 0);
            }
            words[word] |= 1 << (id % u64::BITS);
        }
        Self(words.into())
    }
}

/// What somebody holds of the vocabulary as it was when the index was made. Only names that were
/// granted one by one are in it.
#[derive(Debug)]
pub(in crate::permission) struct Index {
    granted: Bits,
    /// Without what is denied; absent where nothing is.
    held: Option<Bits>,
    /// Words that were looked for.
    pub(super) words: u32,
}

impl Index {
    pub(super) fn of(names: &BTreeSet<Arc<str>>, is_denied: Option<impl Fn(&str) -> bool>) -> Self {
        // Words that come from here on may be missing.
        let words = vocabulary::len();
        let id = |name: &Arc<str>| vocabulary::id(name).filter(|id| *id < words);
        let granted = names.iter().filter_map(id).collect();
        let held = is_denied
            .map(|is_denied| names.iter().filter(|name| !is_denied(name)).filter_map(id).collect());
        Self { granted, held, words }
    }

    /// Bytes of memory.
    pub(super) fn weight(&self) -> usize {
        let sets = [Some(&self.granted), self.held.as_ref()];
        sets.into_iter().flatten().map(|bits| size_of_val(&*bits.0) + 16).sum()
    }

    pub(in crate::permission) const fn granted(&self) -> &Bits {
        &self.granted
    }

    pub(in crate::permission) fn held(&self) -> &Bits {
        self.held.as_ref().unwrap_or(&self.granted)
    }
}
