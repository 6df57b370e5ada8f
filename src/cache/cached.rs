//! [`Cached`]: an authenticator whose judgements are remembered.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    BoundedMap, CacheKey, CacheLimits, Flights, Turn,
    key::{ProcessKey, Remembered},
};
use crate::{
    authenticator::{Answer, Authenticator},
    clock::Clock,
    error::{AuthError, AuthErrorKind},
    identity::{Facts, Identity},
    shared::Striped,
};

/// An authenticator whose judgements are remembered for a while: what
/// [`Authenticator::cached`] makes.
///
/// The credentials are not kept. What is kept is a keyed hash (BLAKE3, with a key that this process
/// has chosen at random) over their parts, the scheme and the
/// [generation](crate::Authenticator::generation) of the authenticator. So whoever reads the memory
/// has to guess passwords, at the speed of that hash and not at that of bcrypt: while a judgement is
/// remembered, memory holds more about a password than the store does. The
/// [guide](crate::guide::passwords) weighs that.
///
/// Only good judgements are remembered, unless [`with_refusals`](Self::with_refusals) says
/// otherwise. None counts longer than the credentials ([`Identity::expires_at`]), none of an earlier
/// generation counts, and many requests with the same credentials at once cause one judgement. Clones
/// share what is remembered.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::{Authenticator, BasicAuthLayer, CacheLimits, User, Users};
///
/// // htpasswd -nbBC 10 alice wonderland
/// let alice = User::new("alice", "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6");
/// let users = Users::builder().user(alice).build()?;
/// let limits = CacheLimits::new().with_max_age(Duration::from_secs(60));
/// let layer = BasicAuthLayer::new(users.cached(limits));
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[must_use]
pub struct Cached<A> {
    shared: Arc<Shared<A>>,
    refusals: Option<Duration>,
    clock: Clock,
}

/// What all clones have in common.
struct Shared<A> {
    authenticator: A,
    key: ProcessKey,
    judgements: BoundedMap<Remembered, Judgement>,
    flights: Flights<Remembered, Result<Identity, AuthError>>,
    limits: CacheLimits,
}

/// What was found out, and when, as time since the Unix epoch.
struct Judgement {
    outcome: Result<Striped<Facts>, AuthErrorKind>,
    since: Duration,
    until: Duration,
}

impl<A> Cached<A> {
    /// Remembers what `authenticator` says, within these limits. Limits that leave no room remember
    /// nothing.
    ///
    /// # Panics
    ///
    /// Where the operating system has no randomness to give: a process has no secrets then.
    pub fn new(authenticator: A, limits: CacheLimits) -> Self {
        let shared = Shared {
            authenticator,
            key: ProcessKey::random(),
            judgements: BoundedMap::new(limits.bounds()),
            flights: Flights::default(),
            limits,
        };
        Self { shared: Arc::new(shared), refusals: None, clock: Clock::system() }
    }

    /// Remembers for so long that credentials are not good
    /// ([`InvalidCredentials`](AuthErrorKind::InvalidCredentials) and nothing else).
    ///
    /// A client that goes on sending an old password then costs no more work; one whose password
    /// has just become good is refused for up to this long, unless the authenticator's
    /// [generation](crate::Authenticator::generation) has changed. Refusals take room from good
    /// judgements: a guesser can push them out.
    pub const fn with_refusals(mut self, age: Duration) -> Self {
        self.refusals = Some(age);
        self
    }

    /// Reads the time of day from this clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many judgements are remembered, and how many bytes they take by the reckoning of
    /// [`CacheLimits`].
    #[must_use]
    pub fn cache_size(&self) -> (usize, usize) {
        self.shared.judgements.size()
    }

    /// What is remembered and still counts.
    fn remembered(&self, key: &Remembered) -> Option<Result<Identity, AuthError>> {
        let now = self.clock.since_epoch();
        let read = self.shared.judgements.read(key, |judgement| {
            // A clock that was set back makes this look newer than it is; then it is asked anew.
            let counts = judgement.since <= now && now < judgement.until;
            counts.then(|| match &judgement.outcome {
                Ok(facts) => Ok(Identity::of(facts.get())),
                Err(kind) => Err(AuthError::because(*kind, "refused a moment ago")),
            })
        });
        read.flatten()
    }

    fn remember(
        &self,
        key: &Remembered,
        outcome: &Result<Identity, AuthError>,
        name: &'static str,
    ) {
        let since = self.clock.since_epoch();
        let (outcome, age) = match outcome {
            Ok(identity) if !identity.is_anonymous() && identity.outer().is_none() => {
                let facts = identity.clone().established_by(name).into_facts();
                (Ok(Striped::new(facts)), self.shared.limits.age())
            }
            Err(error) if error.kind() == AuthErrorKind::InvalidCredentials => {
                let Some(age) = self.refusals else { return };
                (Err(error.kind()), age)
            }
            _ => return,
        };
        let end = outcome.as_ref().ok().and_then(|facts| facts.expires_since_epoch());
        let until = since.saturating_add(age).min(end.unwrap_or(Duration::MAX));
        let judgement = Judgement { outcome, since, until };
        let weight = judgement.weight();
        self.shared.judgements.insert(key.clone(), judgement, weight);
    }
}

impl Judgement {
    fn weight(&self) -> usize {
        let facts = self.outcome.as_ref().map_or(0, |facts| facts.weight());
        let overhead = BoundedMap::<Remembered, Self>::ENTRY_OVERHEAD;
        size_of::<Self>()
            + size_of::<Remembered>()
            + facts
            + Striped::<Facts>::overhead()
            + overhead
    }
}

impl<A, C> Authenticator<C> for Cached<A>
where
    A: Authenticator<C>,
    C: CacheKey,
{
    async fn authenticate(&self, credentials: C) -> Result<Identity, AuthError> {
        let shared = &*self.shared;
        shared.authenticator.refuse_unseen(&credentials)?;
        let generation = shared.authenticator.generation(&credentials);
        let key = shared.key.of(&credentials, generation);
        match shared.flights.turn(key.clone(), || self.remembered(&key)) {
            Turn::Done(outcome) => return outcome,
            Turn::Mine(flight) => {
                let outcome = shared.authenticator.authenticate(credentials).await;
                self.remember(&key, &outcome, C::NAME);
                if is_of_the_credentials(&outcome) {
                    flight.land(outcome.clone());
                }
                return outcome;
            }
            Turn::Full => {
                let reason = "too many requests with these credentials are waiting";
                return Err(AuthError::because(AuthErrorKind::Overloaded, reason));
            }
            Turn::Theirs(waiting) => {
                if let Some(outcome) = waiting.outcome().await {
                    return outcome;
                }
            }
        }
        // Whoever was asked has gone, or was told nothing about these credentials. Nobody waits twice: in
        // an outage one after the other would wait for ever.
        let outcome = shared.authenticator.authenticate(credentials).await;
        self.remember(&key, &outcome, C::NAME);
        outcome
    }

    fn answer(&self, credentials: C) -> Answer<C> {
        if let Err(error) = self.refuse_unseen(&credentials) {
            return Answer::Now(Err(error));
        }
        let generation = self.shared.authenticator.generation(&credentials);
        match self.remembered(&self.shared.key.of(&credentials, generation)) {
            Some(outcome) => Answer::Now(outcome),
            None => Answer::Later(credentials),
        }
    }

    fn refuse_unseen(&self, credentials: &C) -> Result<(), AuthError> {
        self.shared.authenticator.refuse_unseen(credentials)
    }

    fn generation(&self, credentials: &C) -> u64 {
        self.shared.authenticator.generation(credentials)
    }
}

/// Whether it holds for everybody with these credentials: an outage or an overload does not, and an
/// identity that stands on another one is of one request.
fn is_of_the_credentials(outcome: &Result<Identity, AuthError>) -> bool {
    match outcome {
        Ok(identity) => identity.outer().is_none(),
        Err(error) => error.kind() == AuthErrorKind::InvalidCredentials,
    }
}

impl<A> Clone for Cached<A> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            refusals: self.refusals,
            clock: self.clock.clone(),
        }
    }
}

impl<A: fmt::Debug> fmt::Debug for Cached<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("authenticator", &self.shared.authenticator)
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}
