//! [`Throttled`]: an authenticator that is not asked while too many attempts have failed.

use std::fmt;

use crate::{
    authenticator::{Answer, Authenticator},
    credentials::Credentials,
    error::{AuthError, AuthErrorKind},
    identity::Identity,
    throttle::{Attempt, buckets::Places, failure_throttle::Limit},
};

/// An authenticator with a [`FailureThrottle`](crate::FailureThrottle) around it.
pub struct Throttled<A> {
    authenticator: A,
    limits: Vec<Limit>,
}

/// Where a failure is counted, for each limit that may be set.
type Tally = [Option<Places>; 3];

impl<A> Throttled<A> {
    pub(super) const fn new(authenticator: A, limits: Vec<Limit>) -> Self {
        Self { authenticator, limits }
    }

    /// The authenticator inside.
    pub const fn get_ref(&self) -> &A {
        &self.authenticator
    }

    /// Where the attempt is counted if it fails; an error where it is not even looked at.
    fn admit(&self, attempt: &impl Attempt) -> Result<Tally, AuthError> {
        let mut tally = Tally::default();
        let mut longest = None;
        for (limit, entry) in self.limits.iter().zip(&mut tally) {
            let places = limit.places(attempt)?;
            longest = longest.max(limit.wait(places));
            *entry = Some(places);
        }
        match longest {
            None => Ok(tally),
            Some(wait) => Err(AuthError::new(AuthErrorKind::Throttled).with_retry_after(wait)),
        }
    }

    fn tell(&self, tally: Tally, judgement: &Result<Identity, AuthError>) {
        if judgement.as_ref().is_err_and(is_a_guess) {
            for (limit, places) in self.limits.iter().zip(tally.into_iter().flatten()) {
                limit.count(places);
            }
        }
    }
}

/// Whether the refusal is what somebody who guesses would get. Credentials that have expired were
/// right once, and what else can go wrong is not the client's fault.
fn is_a_guess(error: &AuthError) -> bool {
    use AuthErrorKind::{InvalidCredentials, UnreadableCredentials};

    matches!(error.kind(), InvalidCredentials | UnreadableCredentials)
}

impl<A, C> Authenticator<C> for Throttled<A>
where
    A: Authenticator<C>,
    C: Credentials + Attempt,
{
    async fn authenticate(&self, credentials: C) -> Result<Identity, AuthError> {
        let tally = self.admit(&credentials)?;
        let judgement = self.authenticator.authenticate(credentials).await;
        self.tell(tally, &judgement);
        judgement
    }

    fn answer(&self, credentials: C) -> Answer<C> {
        let tally = match self.admit(&credentials) {
            Ok(tally) => tally,
            Err(error) => return Answer::Now(Err(error)),
        };
        match self.authenticator.answer(credentials) {
            Answer::Now(judgement) => {
                self.tell(tally, &judgement);
                Answer::Now(judgement)
            }
            // Nothing was judged, so there is nothing to count yet.
            later @ Answer::Later(_) => later,
        }
    }

    fn generation(&self, credentials: &C) -> u64 {
        self.authenticator.generation(credentials)
    }
}

impl<A: fmt::Debug> fmt::Debug for Throttled<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Throttled")
            .field("authenticator", &self.authenticator)
            .field("limits", &self.limits)
            .finish()
    }
}
