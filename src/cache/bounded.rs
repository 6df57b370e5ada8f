//! [`BoundedMap`]: a map that forgets, read without a lock.
//!
//! Reading writes to nothing that another core reads, except once for each entry: the mark that it
//! was of use. Writing takes a lock; what writes has just done far dearer work.

use std::{
    collections::VecDeque,
    hash::{Hash, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use papaya::{Equivalent, HashMap};

/// How much a map may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) entries: usize,
    pub(crate) weight: usize,
}

/// So many entries are spared for one that is put in, at most: nobody waits for a look at all of them.
const MAX_SPARED: usize = 64;

/// A concurrent map of bounded size.
///
/// Entries leave in the order they came, but one that was read since it was last looked at stays for
/// another round.
pub(crate) struct BoundedMap<K, V> {
    map: HashMap<Arc<K>, Entry<V>, RandomState>,
    queue: Mutex<Queue<K>>,
    bounds: Bounds,
}

struct Entry<V> {
    value: V,
    weight: usize,
    was_read: AtomicBool,
}

struct Queue<K> {
    keys: VecDeque<Arc<K>>,
    weight: usize,
}

impl<K: Eq + Hash, V> BoundedMap<K, V> {
    /// What an entry costs beside its key and value: its place in the table, which may be a quarter
    /// full, in the queue, and the counts.
    pub(crate) const ENTRY_OVERHEAD: usize = 192;

    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            map: HashMap::with_hasher(RandomState::new()),
            queue: Mutex::new(Queue { keys: VecDeque::new(), weight: 0 }),
            bounds,
        }
    }

    /// Looks at an entry where it lies.
    pub(crate) fn read<Q, R>(&self, key: &Q, look: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Equivalent<Arc<K>> + Hash + ?Sized,
    {
        let map = self.map.pin();
        let entry = map.get(key)?;
        // Asked first: a write would take the line of memory away from the other cores.
        if !entry.was_read.load(Ordering::Relaxed) {
            entry.was_read.store(true, Ordering::Relaxed);
        }
        Some(look(&entry.value))
    }

    /// Puts an entry in, in place of one with the same key, and makes room for it. One that is
    /// heavier than the whole map may be is left out.
    pub(crate) fn insert(&self, key: K, value: V, weight: usize) {
        if weight > self.bounds.weight || self.bounds.entries == 0 {
            return;
        }
        let (key, map) = (Arc::new(key), self.map.pin());
        let mut queue = self.queue();
        // Before it is put in: what is new must not be what makes room for itself.
        let mut spared = 0;
        while !map.contains_key(&key) && !self.has_room(&queue, weight) {
            let Some(oldest) = queue.keys.pop_front() else { break };
            let was_read =
                map.get(&oldest).is_some_and(|entry| entry.was_read.swap(false, Ordering::Relaxed));
            if was_read && spared < MAX_SPARED {
                spared += 1;
                queue.keys.push_back(oldest);
            } else if let Some(removed) = map.remove(&oldest) {
                queue.weight -= removed.weight;
            }
        }
        let entry = Entry { value, weight, was_read: AtomicBool::new(false) };
        match map.insert(Arc::clone(&key), entry) {
            Some(replaced) => queue.weight -= replaced.weight,
            None => queue.keys.push_back(key),
        }
        queue.weight += weight;
    }

    /// Entries and their weight.
    pub(crate) fn size(&self) -> (usize, usize) {
        let queue = self.queue();
        (queue.keys.len(), queue.weight)
    }

    fn has_room(&self, queue: &Queue<K>, weight: usize) -> bool {
        queue.keys.len() < self.bounds.entries
            && queue.weight.saturating_add(weight) <= self.bounds.weight
    }

    /// A panic elsewhere leaves nothing half done here.
    fn queue(&self) -> MutexGuard<'_, Queue<K>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K, V> std::fmt::Debug for BoundedMap<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoundedMap").field("bounds", &self.bounds).finish_non_exhaustive()
    }
}
