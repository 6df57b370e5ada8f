//! [`PasswordVerifierBuilder`]: how much work there may be on passwords.

use std::{fmt, num::NonZeroUsize, sync::Arc, thread};

use super::{
    COSTS, Inner, Metrics, PasswordSample, PasswordVerifier,
    pool::{Limits, Pool},
    stand_ins::Seen,
};
use crate::config_error::ConfigError;

/// Builds [`PasswordVerifier`].
#[derive(Clone)]
#[must_use = "call `build`"]
pub struct PasswordVerifierBuilder {
    limits: Limits,
    cost: u32,
    metrics: Option<Metrics>,
}

impl PasswordVerifierBuilder {
    pub(super) fn new() -> Self {
        // One core stays free for everything else.
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let limits = Limits {
            workers: cores.saturating_sub(1).max(1),
            queue: PasswordVerifier::DEFAULT_QUEUE,
            per_user: PasswordVerifier::DEFAULT_MAX_PER_USER,
        };
        Self { limits, cost: PasswordVerifier::DEFAULT_COST, metrics: None }
    }

    /// Sets the number of threads that verify passwords.
    ///
    /// The default is one less than the machine's cores and at least one: with as many as there are
    /// cores, a storm of logins slows everything else down.
    pub const fn with_workers(mut self, workers: NonZeroUsize) -> Self {
        self.limits.workers = workers.get();
        self
    }

    /// Sets how many passwords may wait for a thread. The default is [`PasswordVerifier::DEFAULT_QUEUE`].
    ///
    /// The last one in a queue waits for as many hashes as there are places, divided by the threads:
    /// longer than clients wait, a queue only keeps work that nobody wants any more.
    pub const fn with_queue(mut self, queue: NonZeroUsize) -> Self {
        self.limits.queue = queue.get();
        self
    }

    /// Sets how many passwords of one user may be under way, waiting ones among them. The default is
    /// [`PasswordVerifier::DEFAULT_MAX_PER_USER`].
    ///
    /// So who guesses at one name cannot fill the queue. Whoever has that name gets 503 meanwhile,
    /// unless the judgement is [remembered](crate::Authenticator::cached).
    pub const fn with_max_per_user(mut self, most: NonZeroUsize) -> Self {
        self.limits.per_user = most.get();
        self
    }

    /// Sets the bcrypt cost of new hashes; hashes of a lower one are outdated. The default is
    /// [`PasswordVerifier::DEFAULT_COST`]. One more doubles the work.
    pub const fn with_cost(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }

    /// Tells `metrics` of each password that was verified, on the thread that did it.
    pub fn with_metrics(
        mut self,
        metrics: impl Fn(&PasswordSample) + Send + Sync + 'static,
    ) -> Self {
        self.metrics = Some(Arc::new(metrics));
        self
    }

    /// Starts the threads.
    ///
    /// # Errors
    ///
    /// A cost that is not between 4 and 18, and a system that starts no thread.
    pub fn build(self) -> Result<PasswordVerifier, ConfigError> {
        if !COSTS.contains(&self.cost) {
            let (cost, least, most) = (self.cost, COSTS.start(), COSTS.end());
            return Err(ConfigError::new(format!(
                "the cost {cost} of new hashes is not between {least} and {most}"
            )));
        }
        let pool = Pool::start(self.limits, self.metrics)
            .map_err(|error| ConfigError::new(format!("no worker thread: {error}")))?;
        Ok(PasswordVerifier(Arc::new(Inner { pool, cost: self.cost, seen: Seen::default() })))
    }
}

impl fmt::Debug for PasswordVerifierBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordVerifierBuilder")
            .field("limits", &self.limits)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}
