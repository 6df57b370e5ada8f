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

/// Tables, each twice as large as the one before it. None is ever moved, so that readers need no lock.
static TABLES: [OnceLock<Table>; 6] = [const { OnceLock::new() }; 6];

/// Names of the first table.
const FIRST: u32 = 128;

/// How many names have a number.
static WORDS: AtomicU32 = AtomicU32::new(0);

static WRITER: Mutex<()> = Mutex::new(());

/// At most half full, so that what is not in it is soon known.
type Table = Box<[OnceLock<Word>]>;

struct Word {
    name: Box<str>,
    id: u32,
}

/// The number of a name, which it gets where it has none; `None` where all numbers are taken.
pub(super) fn intern(name: &str) -> Option<u32> {
    // Nothing is ever left half done.
    let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(id) = id(name) {
        return Some(id);
    }
    let id = WORDS.load(Ordering::Relaxed);
    let table = TABLES.get(number_of_table(id))?;
    let slots = || (0..2 * (FIRST << number_of_table(id))).map(|_| OnceLock::new()).collect();
    let table = table.get_or_init(slots);
    let free = probe(table, hash(name)).find(|slot| slot.get().is_none())?;
    free.set(Word { name: name.into(), id }).ok()?;
    WORDS.store(id + 1, Ordering::Release);
    Some(id)
}

/// The number of a name.
pub(super) fn id(name: &str) -> Option<u32> {
    let hash = hash(name);
    TABLES.iter().map_while(OnceLock::get).find_map(|table| {
        let words = probe(table, hash).map_while(OnceLock::get);
        words.into_iter().find(|word| &*word.name == name).map(|word| word.id)
    })
}

/// How many names have a number; all smaller ones are found from now on.
pub(super) fn len() -> u32 {
    WORDS.load(Ordering::Acquire)
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
