//! [`Running`]: a fetch under way.

use std::sync::Arc;

use super::Remote;

/// A fetch under way. However it ends, it ends: a panic in a client of the application or the end of
/// the runtime must not block the fetches after it.
pub(super) struct Running {
    remote: Arc<Remote>,
    has_ended: bool,
}

impl Running {
    pub(super) const fn of(remote: Arc<Remote>) -> Self {
        Self { remote, has_ended: false }
    }

    pub(super) async fn run(mut self) {
        let outcome = self.remote.fetch().await;
        self.has_ended = true;
        self.remote.conclude(outcome);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.has_ended {
            self.remote.conclude(Err("the fetch was broken off".to_owned()));
        }
    }
}
