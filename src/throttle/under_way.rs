//! [`UnderWay`]: an attempt that was let in and is not judged yet.

use std::thread;

use crate::{
    error::{AuthError, AuthErrorKind},
    identity::Identity,
    throttle::{buckets::Places, failure_throttle::Limit},
};

/// Where an attempt is counted, for each limit that may be set.
pub(super) type Tally = [Option<Places>; 3];

/// Each limit, and where it counts the attempt.
pub(super) fn entries(limits: &[Limit], tally: Tally) -> impl Iterator<Item = (&Limit, Places)> {
    limits.iter().zip(tally.into_iter().flatten())
}

/// What an attempt under way takes up in each limit; dropped, it is given back.
pub(super) struct UnderWay<'t> {
    limits: &'t [Limit],
    tally: Tally,
    counts: bool,
}

impl<'t> UnderWay<'t> {
    pub(super) const fn new(limits: &'t [Limit]) -> Self {
        Self { limits, tally: [None; 3], counts: false }
    }

    /// It has entered the next of the limits.
    pub(super) fn has_entered(&mut self, places: Places) {
        if let Some(entry) = self.tally.iter_mut().find(|entry| entry.is_none()) {
            *entry = Some(places);
        }
    }

    /// Without a judgement it counts as a failure: whoever hangs up has caused the work all the same.
    pub(super) const fn counts_if_dropped(mut self) -> Self {
        self.counts = true;
        self
    }

    pub(super) fn end(mut self, judgement: &Result<Identity, AuthError>) {
        self.counts = judgement.as_ref().is_err_and(is_a_guess);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        // A panic is not the client's fault.
        let counts = self.counts && !thread::panicking();
        for (limit, places) in entries(self.limits, self.tally) {
            if counts {
                limit.count(places);
            }
            limit.leave(places);
        }
    }
}

/// Whether the refusal is what somebody who guesses would get. Credentials that have expired were
/// right once, and what else can go wrong is not the client's fault.
fn is_a_guess(error: &AuthError) -> bool {
    use AuthErrorKind::{InvalidCredentials, UnreadableCredentials};

    matches!(error.kind(), InvalidCredentials | UnreadableCredentials)
}
