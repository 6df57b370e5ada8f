//! Worker threads for slow computations, bounded in number and in what may wait for them.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    hash::{BuildHasher, RandomState},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

use tokio::sync::oneshot;

use super::{Metrics, PasswordSample};
use crate::{
    clock,
    error::{AuthError, AuthErrorKind},
};

/// How much may be under way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) workers: usize,
    /// Jobs that wait.
    pub(super) queue: usize,
    /// Jobs of one user, waiting or not.
    pub(super) per_user: usize,
}

/// A fixed number of threads and a queue of fixed length in front of them.
///
/// The threads end when the pool is dropped.
pub(super) struct Pool(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    wake: Condvar,
    limits: Limits,
    /// Names of users are kept as numbers: there is no need to know them.
    names: RandomState,
    metrics: Option<Metrics>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    running: usize,
    by_user: HashMap<u64, usize>,
    next_number: u64,
    counts: Counts,
    closed: bool,
}

/// What has become of jobs.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) waiting: usize,
    pub(super) running: usize,
    pub(super) done: u64,
    pub(super) refused: u64,
}

struct Job {
    number: u64,
    user: Option<u64>,
    since: Instant,
    compute: Box<dyn FnOnce() + Send>,
}

/// A place in the queue; dropped, it is given back.
struct Place<'p> {
    shared: &'p Shared,
    number: u64,
}

impl Pool {
    /// Starts the threads.
    pub(super) fn start(limits: Limits, metrics: Option<Metrics>) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            state: Mutex::default(),
            wake: Condvar::new(),
            limits,
            names: RandomState::new(),
            metrics,
        });
        let pool = Self(Arc::clone(&shared));
        for _ in 0..limits.workers {
            let shared = Arc::clone(&shared);
            thread::Builder::new()
                .name("tower-auth-password".to_owned())
                .spawn(move || shared.work())?;
        }
        Ok(pool)
    }

    /// Computes on a worker thread. Where nobody waits for the answer any more, it is not computed
    /// and gives its place back.
    pub(super) async fn run<T, F>(&self, user: (u64, &str), compute: F) -> Result<T, AuthError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let place = self.0.enter(user, move || {
            // Fails only where nobody waits any more.
            let _ = answer.send(compute());
        })?;
        let answer = answered.await;
        drop(place);
        answer.map_err(|_| AuthError::misconfigured("the verification of a password panicked"))
    }

    /// Computes when there is time; not at all where half of the queue is taken.
    pub(super) fn run_if_idle(&self, compute: impl FnOnce() + Send + 'static) {
        let mut state = self.0.state();
        if state.waiting.len() <= self.0.limits.queue / 2 {
            state.push(None, Box::new(compute));
            self.0.wake.notify_one();
        }
    }

    pub(super) fn counts(&self) -> Counts {
        let state = self.0.state();
        Counts { waiting: state.waiting.len(), running: state.running, ..state.counts }
    }

    pub(super) fn workers(&self) -> usize {
        self.0.limits.workers
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.wake.notify_all();
    }
}

impl Shared {
    fn enter(
        &self,
        user: (u64, &str),
        compute: impl FnOnce() + Send + 'static,
    ) -> Result<Place<'_>, AuthError> {
        let user = self.names.hash_one(user);
        let mut state = self.state();
        let under_way = state.waiting.len() + state.running;
        let of_user = state.by_user.get(&user).copied().unwrap_or(0);
        let reason = if under_way >= self.limits.workers + self.limits.queue {
            "the queue of passwords is full"
        } else if of_user >= self.limits.per_user {
            "too many passwords of one user are being verified"
        } else {
            let number = state.push(Some(user), Box::new(compute));
            self.wake.notify_one();
            return Ok(Place { shared: self, number });
        };
        state.counts.refused += 1;
        Err(AuthError::because(AuthErrorKind::Overloaded, reason))
    }

    /// Takes jobs until the pool is dropped.
    fn work(&self) {
        while let Some(job) = self.next() {
            self.compute(job);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        while !state.closed {
            if let Some(job) = state.waiting.pop_front() {
                state.running += 1;
                return Some(job);
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        None
    }

    fn compute(&self, Job { user, since, compute, .. }: Job) {
        let started = clock::monotonic();
        // The caller learns of a panic by the answer that never comes.
        let _ = catch_unwind(AssertUnwindSafe(compute));
        let ended = clock::monotonic();
        let mut state = self.state();
        state.running -= 1;
        state.counts.done += 1;
        state.leave(user);
        let waiting = state.waiting.len();
        drop(state);
        if let Some(metrics) = &self.metrics {
            let (waited, worked) = (started - since, ended - started);
            let sample = PasswordSample { waiting, waited, worked };
            let _ = catch_unwind(AssertUnwindSafe(|| metrics(&sample)));
        }
    }

    /// Foreign code runs outside of the lock, so a panic leaves nothing half done.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn push(&mut self, user: Option<u64>, compute: Box<dyn FnOnce() + Send>) -> u64 {
        let number = self.next_number;
        self.next_number += 1;
        if let Some(user) = user {
            *self.by_user.entry(user).or_default() += 1;
        }
        self.waiting.push_back(Job { number, user, since: clock::monotonic(), compute });
        number
    }

    /// A job of the user has come to its end.
    fn leave(&mut self, user: Option<u64>) {
        let Some(user) = user else { return };
        if let Some(count) = self.by_user.get_mut(&user) {
            *count -= 1;
            if *count == 0 {
                self.by_user.remove(&user);
            }
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if let Some(place) = state.waiting.iter().position(|job| job.number == self.number) {
            let job = state.waiting.remove(place);
            state.leave(job.and_then(|job| job.user));
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("limits", &self.0.limits).finish_non_exhaustive()
    }
}
