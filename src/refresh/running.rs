//! [`run`]: a fetch under way.

use std::{future::Future, sync::Arc};

/// What is fetched in a task of its own.
pub(crate) trait Fetched: Send + Sync + 'static {
    type Outcome: Send;

    fn fetch(&self) -> impl Future<Output = Self::Outcome> + Send;

    /// The outcome of a fetch that did not come to its end.
    fn broken_off() -> Self::Outcome;

    /// Takes an outcome in.
    fn conclude(&self, outcome: Self::Outcome);
}

/// Fetches, and concludes however that ends: a panic in a client of the application or the end of the
/// runtime must not block the fetches after it.
///
/// A runtime that has ended drops the future where it is spawned, and it concludes there.
pub(crate) fn run<F: Fetched>(fetched: Arc<F>) -> impl Future<Output = ()> + Send {
    let mut running = Running { fetched, has_ended: false };
    async move {
        let outcome = running.fetched.fetch().await;
        running.has_ended = true;
        running.fetched.conclude(outcome);
    }
}

struct Running<F: Fetched> {
    fetched: Arc<F>,
    has_ended: bool,
}

impl<F: Fetched> Drop for Running<F> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.fetched.conclude(F::broken_off());
        }
    }
}
