//! [`Cached`]: an authenticator whose judgements are remembered.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    BoundedMap, CacheKey, CacheLimits, Flight, Flights, Turn,
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
/// [`Authenticator::cached`](crate::Authenticator::cached) makes.
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
/// generation counts, and many requests with the same credentials at once cause one judgement.
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
pub struct Cached<A>(Arc<Inner<A>>);

struct Inner<A> {
    authenticator: A,
    key: ProcessKey,
    judgements: BoundedMap<Remembered, Judgement>,
    flights: Flights<Remembered, Result<Identity, AuthError>>,
    limits: CacheLimits,
    refusals: Option<Duration>,
    clock: Clock,
}

/// What was found out, and when, as time since the Unix epoch.
struct Judgement {
    outcome: Result<Striped<Facts>, AuthErrorKind>,
    since: Duration,
    until: Duration,
}

impl<A> Cached<A> {
    /// Remembers what `authenticator` says, within these limits.
    ///
    /// # Panics
    ///
    /// When the limits leave room for nothing, and where the operating system has no randomness.
    pub fn new(authenticator: A, limits: CacheLimits) -> Self {
        assert!(limits.has_room(), "a cache that can hold nothing: leave it out instead");
        Self(Arc::new(Inner {
            authenticator,
            key: ProcessKey::random(),
            judgements: BoundedMap::new(limits.bounds()),
            flights: Flights::default(),
            limits,
            refusals: None,
            clock: Clock::system(),
        }))
    }

    /// Remembers for so long that credentials are not good
    /// ([`InvalidCredentials`](AuthErrorKind::InvalidCredentials) and nothing else).
    ///
    /// A client that goes on sending an old password then costs no more work; one whose password
    /// has just become good is refused for up to this long, unless the authenticator's
    /// [generation](crate::Authenticator::generation) has changed. Refusals take room from good
    /// judgements: a guesser can push them out.
    pub fn with_refusals(self, age: Duration) -> Self {
        self.map(|inner| Inner { refusals: Some(age), ..inner })
    }

    /// Reads the time of day from this clock.
    pub fn with_clock(self, clock: Clock) -> Self {
        self.map(|inner| Inner { clock, ..inner })
    }

    /// How many judgements are remembered, and how many bytes they take by the reckoning of
    /// [`CacheLimits`].
    #[must_use]
    pub fn cache_size(&self) -> (usize, usize) {
        self.0.judgements.size()
    }

    /// Setters are called before there are clones.
    fn map(self, set: impl FnOnce(Inner<A>) -> Inner<A>) -> Self {
        let inner = Arc::into_inner(self.0).expect("set before it was cloned");
        Self(Arc::new(set(inner)))
    }
}

impl<A> Inner<A> {
    /// What is remembered and still counts.
    fn remembered(&self, key: &Remembered) -> Option<Result<Identity, AuthError>> {
        let now = self.clock.since_epoch();
        let read = self.judgements.read(key, |judgement| {
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
            // One that stands on another identity is of one request.
            Ok(identity) if !identity.is_anonymous() && identity.outer().is_none() => {
                let facts = identity.clone().established_by(name).into_facts();
                (Ok(Striped::new(facts)), self.limits.age())
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
        self.judgements.insert(key.clone(), judgement, weight);
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
        let inner = &*self.0;
        let generation = inner.authenticator.generation(&credentials);
        let key = inner.key.of(&credentials, generation);
        loop {
            let flight = match inner.flights.turn(key.clone(), || inner.remembered(&key)) {
                Turn::Done(outcome) => return outcome,
                Turn::Mine(flight) => flight,
                Turn::Theirs(waiting) => match waiting.outcome().await {
                    Some(outcome) => return outcome,
                    // Whoever computed was cancelled.
                    None => continue,
                },
            };
            let outcome = inner.authenticator.authenticate(credentials).await;
            land(inner, flight, &outcome, C::NAME);
            return outcome;
        }
    }

    fn answer(&self, credentials: C) -> Answer<C> {
        let generation = self.0.authenticator.generation(&credentials);
        match self.0.remembered(&self.0.key.of(&credentials, generation)) {
            Some(outcome) => Answer::Now(outcome),
            None => Answer::Later(credentials),
        }
    }

    fn generation(&self, credentials: &C) -> u64 {
        self.0.authenticator.generation(credentials)
    }
}

fn land<A>(
    inner: &Inner<A>,
    flight: Flight<'_, Remembered, Result<Identity, AuthError>>,
    outcome: &Result<Identity, AuthError>,
    name: &'static str,
) {
    inner.remember(flight.key(), outcome, name);
    flight.land(outcome.clone());
}

impl<A> Clone for Cached<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A: fmt::Debug> fmt::Debug for Cached<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cached")
            .field("authenticator", &self.0.authenticator)
            .field("limits", &self.0.limits)
            .finish_non_exhaustive()
    }
}
