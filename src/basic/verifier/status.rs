//! What is known about the work on passwords: [`VerifierStatus`] and [`PasswordSample`].

use std::{sync::Arc, time::Duration};

use super::pool::Counts;

/// Told of each password that was verified.
pub(crate) type Metrics = Arc<dyn Fn(&PasswordSample) + Send + Sync>;

/// What verifying one password took, for metrics.
///
/// See [`PasswordVerifierBuilder::with_metrics`](crate::PasswordVerifierBuilder::with_metrics).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PasswordSample {
    /// How many passwords waited for a thread when this one was done.
    pub waiting: usize,
    /// For how long this one had waited.
    pub waited: Duration,
    /// How long the work took.
    pub worked: Duration,
}

/// The work on passwords at one moment, for health endpoints and metrics.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct VerifierStatus {
    /// Threads that verify.
    pub workers: usize,
    /// Passwords that wait for a thread.
    pub waiting: usize,
    /// Passwords that are being verified.
    pub running: usize,
    /// Passwords that have been verified so far.
    pub done: u64,
    /// Requests that were refused so far because too much was under way.
    pub refused: u64,
}

impl VerifierStatus {
    pub(super) const fn new(workers: usize, counts: Counts) -> Self {
        let Counts { waiting, running, done, refused } = counts;
        Self { workers, waiting, running, done, refused }
    }
}
