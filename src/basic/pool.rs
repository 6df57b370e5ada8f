//! Worker threads for slow computations, bounded in number and in what may wait for them.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use tokio::sync::oneshot;

use crate::error::{AuthError, AuthErrorKind};

type Job = Box<dyn FnOnce() + Send>;

/// A fixed number of threads and a queue of fixed length in front of them.
///
/// The threads end when the pool is dropped.
pub(super) struct Pool {
    queue: SyncSender<Job>,
    workers: usize,
}

impl Pool {
    /// Starts the threads.
    pub(super) fn start(workers: usize, queue: usize) -> std::io::Result<Self> {
        let (sender, receiver) = sync_channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..workers {
            let jobs = Arc::clone(&receiver);
            thread::Builder::new()
                .name("tower-auth-password".to_owned())
                .spawn(move || work(&jobs))?;
        }
        Ok(Self { queue: sender, workers })
    }

    /// Computes on a worker thread. Where nobody waits for the answer any more, it is not computed.
    pub(super) async fn run<T, F>(&self, compute: F) -> Result<T, AuthError>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !answer.is_closed() {
                // Fails only where nobody waits any more.
                let _ = answer.send(compute());
            }
        });
        match self.queue.try_send(job) {
            Ok(()) => answered
                .await
                .map_err(|_| AuthError::misconfigured("the verification of a password panicked")),
            Err(TrySendError::Full(_)) => Err(AuthErrorKind::Overloaded.into()),
            Err(TrySendError::Disconnected(_)) => {
                Err(AuthError::misconfigured("the worker threads are gone"))
            }
        }
    }
}

/// Takes jobs until the pool is dropped.
fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return };
        // The caller learns of a panic by the answer that never comes; the thread lives on.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("workers", &self.workers).finish_non_exhaustive()
    }
}
