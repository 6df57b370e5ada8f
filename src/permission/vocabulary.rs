//! The vocabulary: numbers for the names that requirements ask for.
//!
//! Only names out of requirements that live as long as the process get a number; what clients send is
//! looked up and never kept. There is a bound on them, and a name without a number is compared as
//! text. Numbers are given out under a lock, when a program is set up; looking one up takes no lock.

use std::{
    hash::{BuildHasher, RandomState},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

/// Names of the first table.
const FIRST: u32 = 128;

static VOCABULARY: Vocabulary = Vocabulary::new();

struct Vocabulary {
    /// Each twice as large as the one before it. None is ever moved, so that readers need no lock.
    tables: [OnceLock<Table>; 6],
    /// How many names have a number.
    words: AtomicU32,
    writer: Mutex<()>,
}

/// At most half full, so that what is not in it is soon known.
type Table = Box<[OnceLock<Word>]>;

struct Word {
    name: Box<str>,
    id: u32,
}

/// The number of a name, which it gets where it has none; `None` where all numbers are taken.
pub(super) fn intern(name: &str) -> Option<u32> {
    VOCABULARY.intern(name)
}

/// The number of a name.
pub(super) fn id(name: &str) -> Option<u32> {
    VOCABULARY.id(name)
}

/// How many names have a number; all smaller ones are found from now on.
pub(super) fn len() -> u32 {
    VOCABULARY.len()
}

impl Vocabulary {
    const fn new() -> Self {
        let tables = [const { OnceLock::new() }; 6];
        Self { tables, words: AtomicU32::new(0), writer: Mutex::new(()) }
    }

    fn intern(&self, name: &str) -> Option<u32> {
        // Nothing is ever left half done.
        let _writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = self.id(name) {
            return Some(id);
        }
        let id = self.words.load(Ordering::Relaxed);
        let number = number_of_table(id);
        let slots = || (0..2 * (FIRST << number)).map(|_| OnceLock::new()).collect();
        let table = self.tables.get(number)?.get_or_init(slots);
        let free = probe(table, hash(name)).find(|slot| slot.get().is_none())?;
        free.set(Word { name: name.into(), id }).ok()?;
        self.words.store(id + 1, Ordering::Release);
        Some(id)
    }

    fn id(&self, name: &str) -> Option<u32> {
        let hash = hash(name);
        self.tables.iter().map_while(OnceLock::get).find_map(|table| {
            let mut words = probe(table, hash).map_while(OnceLock::get);
            words.find(|word| &*word.name == name).map(|word| word.id)
        })
    }

    fn len(&self) -> u32 {
        self.words.load(Ordering::Acquire)
    }
}

/// 128 names are in the first table, 256 in the second.
const fn number_of_table(id: u32) -> usize {
    (id / FIRST + 1).ilog2() as usize
}

/// The slots in the order in which a name is put into one of them.
fn probe(table: &Table, hash: u64) -> impl Iterator<Item = &OnceLock<Word>> {
    // The table has a power of two of slots, far fewer than 2^32.
    let start = hash as usize & (table.len() - 1);
    table[start..].iter().chain(&table[..start])
}

fn hash(name: &str) -> u64 {
    static STATE: OnceLock<RandomState> = OnceLock::new();

    STATE.get_or_init(RandomState::new).hash_one(name)
}

#[cfg(test)]
#[path = "../../tests/unit/vocabulary.rs"]
mod tests;
