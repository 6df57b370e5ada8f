//! [`Flights`]: what somebody is computing already is waited for, not computed again.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::watch;

/// So many may wait for one computation. Whoever computes is bounded elsewhere; this bounds those who have
/// only heard of it.
const MAX_WAITING: usize = 1024;

/// The computations that are under way, by what they are of.
#[derive(Debug)]
pub(crate) struct Flights<K: Eq + Hash, V>(Mutex<Under<K, V>>);

type Under<K, V> = HashMap<Arc<K>, Computation<V>>;

#[derive(Debug)]
struct Computation<V> {
    /// None while it goes on.
    outcome: watch::Receiver<Option<V>>,
    waiting: usize,
}

/// A computation by the caller that others wait for.
///
/// Dropped without having landed, it leaves those who wait to begin one of their own.
pub(crate) struct Flight<'f, K: Eq + Hash, V> {
    flights: &'f Flights<K, V>,
    key: Arc<K>,
    outcome: watch::Sender<Option<V>>,
}

/// Who computes.
pub(crate) enum Turn<'f, K: Eq + Hash, V> {
    /// The caller, and it must tell the others.
    Mine(Flight<'f, K, V>),
    /// Somebody did meanwhile.
    Done(V),
    /// Somebody does now.
    Theirs(Waiting<V>),
    /// Somebody does now, and too many wait for it already.
    Full,
}

/// Waits for a computation by somebody else.
pub(crate) struct Waiting<V>(watch::Receiver<Option<V>>);

impl<K: Eq + Hash, V> Flights<K, V> {
    /// Says whose turn it is. `landed` is asked under the lock, because who was in flight a moment ago
    /// may have landed.
    pub(crate) fn turn(&self, key: K, landed: impl FnOnce() -> Option<V>) -> Turn<'_, K, V> {
        let mut under = self.under();
        if let Some(computation) = under.get_mut(&key) {
            if computation.waiting == MAX_WAITING {
                return Turn::Full;
            }
            computation.waiting += 1;
            return Turn::Theirs(Waiting(computation.outcome.clone()));
        }
        if let Some(value) = landed() {
            return Turn::Done(value);
        }
        let (key, (outcome, waiting)) = (Arc::new(key), watch::channel(None));
        under.insert(Arc::clone(&key), Computation { outcome: waiting, waiting: 0 });
        Turn::Mine(Flight { flights: self, key, outcome })
    }

    /// A panic elsewhere leaves nothing half done here.
    fn under(&self) -> MutexGuard<'_, Under<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Flight<'_, K, V> {
    #[cfg(any(feature = "jwt", feature = "rust-crypto"))]
    pub(crate) fn key(&self) -> &K {
        &self.key
    }

    /// Tells those who wait. Whoever comes later must find the value elsewhere already.
    pub(crate) fn land(self, value: V) {
        self.outcome.send_replace(Some(value));
    }
}

impl<K: Eq + Hash, V> Drop for Flight<'_, K, V> {
    fn drop(&mut self) {
        self.flights.under().remove(&self.key);
    }
}

impl<V: Clone> Waiting<V> {
    /// None where the computation came to nothing.
    pub(crate) async fn outcome(mut self) -> Option<V> {
        let outcome = self.0.wait_for(Option::is_some).await;
        outcome.map_or(None, |outcome| outcome.clone())
    }
}

impl<K: Eq + Hash, V> Default for Flights<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}
