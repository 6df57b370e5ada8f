//! [`Throttled`]: an authenticator that is not asked while too many attempts have failed.

use std::{fmt, time::Duration};

use crate::{
    authenticator::{Answer, Authenticator},
    credentials::Credentials,
    error::{AuthError, AuthErrorKind},
    identity::Identity,
    throttle::{
        Attempt,
        failure_throttle::Limit,
        under_way::{Tally, UnderWay, entries},
    },
};

/// An authenticator with a [`FailureThrottle`](crate::FailureThrottle) around it.
pub struct Throttled<A> {
    authenticator: A,
    limits: Vec<Limit>,
}

impl<A> Throttled<A> {
    pub(super) const fn new(authenticator: A, limits: Vec<Limit>) -> Self {
        Self { authenticator, limits }
    }

    /// The authenticator inside.
    pub const fn get_ref(&self) -> &A {
        &self.authenticator
    }

    /// Lets an attempt in; an error where it is not even looked at.
    fn admit(&self, attempt: &impl Attempt) -> Result<UnderWay<'_>, AuthError> {
        let tally = self.tally(attempt)?;
        let mut under_way = UnderWay::new(&self.limits);
        // The address comes first: what it refuses leaves no trace in counts by names, which the
        // client chooses.
        for (limit, places) in entries(&self.limits, tally) {
            if let Err(wait) = limit.enter(places) {
                return Err(throttled(self.wait(tally).unwrap_or(wait).max(wait)));
            }
            under_way.has_entered(places);
        }
        Ok(under_way)
    }

    fn tally(&self, attempt: &impl Attempt) -> Result<Tally, AuthError> {
        let mut tally = Tally::default();
        for (limit, entry) in self.limits.iter().zip(&mut tally) {
            *entry = Some(limit.places(attempt)?);
        }
        Ok(tally)
    }

    /// How long to wait until all limits let one more attempt in; `None` where they do.
    fn wait(&self, tally: Tally) -> Option<Duration> {
        entries(&self.limits, tally).filter_map(|(limit, places)| limit.look(places).err()).max()
    }
}

fn throttled(wait: Duration) -> AuthError {
    AuthError::new(AuthErrorKind::Throttled).with_retry_after(wait)
}

impl<A, C> Authenticator<C> for Throttled<A>
where
    A: Authenticator<C>,
    C: Credentials + Attempt,
{
    async fn authenticate(&self, credentials: C) -> Result<Identity, AuthError> {
        let under_way = self.admit(&credentials)?.counts_if_dropped();
        let judgement = self.authenticator.authenticate(credentials).await;
        under_way.end(&judgement);
        judgement
    }

    fn answer(&self, credentials: C) -> Answer<C> {
        let under_way = match self.admit(&credentials) {
            Ok(under_way) => under_way,
            Err(error) => return Answer::Now(Err(error)),
        };
        match self.authenticator.answer(credentials) {
            Answer::Now(judgement) => {
                under_way.end(&judgement);
                Answer::Now(judgement)
            }
            // Nothing was judged, so there is nothing to count yet.
            later @ Answer::Later(_) => later,
        }
    }

    fn refuse_unseen(&self, credentials: &C) -> Result<(), AuthError> {
        if let Some(wait) = self.wait(self.tally(credentials)?) {
            return Err(throttled(wait));
        }
        self.authenticator.refuse_unseen(credentials)
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
