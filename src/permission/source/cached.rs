//! [`CachedPermissions`]: a source whose answers are remembered.

use std::{fmt, sync::Arc, time::Duration};

use crate::{
    cache::{BoundedMap, CacheLimits, Flights, Turn},
    clock::Clock,
    error::{AuthError, AuthErrorKind},
    identity::Identity,
    permission::{PermissionSource, Permissions, permissions::SharedPermissions, source::key::Key},
    tenant::Tenant,
};

/// A source whose answers are remembered for a while: what [`PermissionSource::cached`] makes.
///
/// An answer is remembered for the [issuer](Identity::issuer), the subject and the method of the
/// identity, the same of those it stands on or that act as it, the tenant of the request, and the
/// [generation](PermissionSource::generation) of the source. What else an identity says, such as its
/// claims, does not tell two questions apart.
///
/// - Many requests with one question cause one answer; where the one that asks goes away, the next one
///   asks.
/// - That there are no permissions is an answer, and so is a refusal as `PermissionDenied` or
///   `TenantDenied`: who has just been granted something waits for the end of the age, too.
/// - Any other error goes to all who wait for it, and is not remembered.
///
/// Who loses a right keeps it for up to the age of the limits, unless the generation changes: choose it
/// by that. Clones share what is remembered.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::{
///     AuthError, CacheLimits, Identity, PermissionClaimLayer, PermissionSource, Permissions, Tenant,
/// };
///
/// async fn grants(identity: Identity, _: Option<Tenant>) -> Result<Permissions, AuthError> {
///     Ok([format!("profile:{}", identity.subject())].into_iter().collect())
/// }
///
/// let limits = CacheLimits::new().with_max_age(Duration::from_secs(30));
/// let layer = PermissionClaimLayer::resolved_by(grants.cached(limits));
/// # let _ = layer;
/// ```
#[must_use]
pub struct CachedPermissions<S> {
    shared: Arc<Shared<S>>,
    clock: Clock,
}

/// What all clones have in common.
struct Shared<S> {
    source: S,
    answers: BoundedMap<Key, Remembered>,
    flights: Flights<Key, Answer>,
    limits: CacheLimits,
}

type Answer = Result<Permissions, AuthError>;

/// An answer, and when it counts, as time since the Unix epoch.
struct Remembered {
    answer: Result<SharedPermissions, AuthErrorKind>,
    since: Duration,
    until: Duration,
}

impl<S: PermissionSource> CachedPermissions<S> {
    /// Remembers what `source` says, within these limits. Limits that leave no room remember nothing.
    pub fn new(source: S, limits: CacheLimits) -> Self {
        let shared = Shared {
            source,
            answers: BoundedMap::new(limits.bounds()),
            flights: Flights::default(),
            limits,
        };
        Self { shared: Arc::new(shared), clock: Clock::system() }
    }

    /// Reads the time of day from this clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How many answers are remembered, and how many bytes they take by the reckoning of
    /// [`CacheLimits`].
    #[must_use]
    pub fn cache_size(&self) -> (usize, usize) {
        self.shared.answers.size()
    }

    fn key(&self, identity: &Identity, tenant: Option<&Tenant>) -> Key {
        Key::of(identity, tenant, self.shared.source.generation())
    }

    /// What is remembered and still counts.
    fn find(&self, key: &Key) -> Option<Answer> {
        let now = self.clock.since_epoch();
        let read = self.shared.answers.read(key, |remembered| {
            // A clock that was set back makes this look newer than it is; then it is asked anew.
            let counts = remembered.since <= now && now < remembered.until;
            counts.then(|| match &remembered.answer {
                Ok(permissions) => Ok(permissions.get()),
                Err(kind) => Err(AuthError::because(*kind, "refused a moment ago")),
            })
        });
        read.flatten()
    }

    /// The age begins with the question: what it was answered by may have been changed since.
    fn remember(&self, key: &Key, answer: &Answer, since: Duration) {
        let answer = match answer {
            Ok(permissions) => Ok(SharedPermissions::of(permissions)),
            Err(error) => match error.kind() {
                kind @ (AuthErrorKind::PermissionDenied | AuthErrorKind::TenantDenied) => Err(kind),
                _ => return,
            },
        };
        let until = since.saturating_add(self.shared.limits.age());
        let remembered = Remembered { answer, since, until };
        let weight = remembered.weight() + 2 * key.len();
        self.shared.answers.insert(key.clone(), remembered, weight);
    }
}

impl Remembered {
    fn weight(&self) -> usize {
        let permissions = self.answer.as_ref().map_or(0, SharedPermissions::weight);
        size_of::<Self>() + permissions + BoundedMap::<Key, Self>::ENTRY_OVERHEAD
    }
}

impl<S: PermissionSource> PermissionSource for CachedPermissions<S> {
    async fn permissions(
        &self,
        identity: Identity,
        tenant: Option<Tenant>,
    ) -> Result<Permissions, AuthError> {
        let shared = &*self.shared;
        loop {
            // Anew in each round: an answer of an old generation is not for who asks in a new one.
            let key = self.key(&identity, tenant.as_ref());
            match shared.flights.turn(key.clone(), || self.find(&key)) {
                Turn::Done(answer) => return answer,
                Turn::Mine(flight) => {
                    let since = self.clock.since_epoch();
                    let answer = shared.source.permissions(identity, tenant).await;
                    self.remember(&key, &answer, since);
                    flight.land(answer.clone());
                    return answer;
                }
                Turn::Full => {
                    let reason = "too many requests are waiting for these permissions";
                    return Err(AuthError::because(AuthErrorKind::Overloaded, reason));
                }
                Turn::Theirs(waiting) => {
                    if let Some(answer) = waiting.outcome().await {
                        return answer;
                    }
                }
            }
        }
    }

    fn remembered(&self, identity: &Identity, tenant: Option<&Tenant>) -> Option<Answer> {
        self.find(&self.key(identity, tenant))
    }

    fn generation(&self) -> u64 {
        self.shared.source.generation()
    }
}

impl<S> Clone for CachedPermissions<S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), clock: self.clock.clone() }
    }
}

impl<S> fmt::Debug for CachedPermissions<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedPermissions")
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}
