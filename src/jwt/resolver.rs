//! [`IssuerResolver`]: issuers that are not known when the service starts.

use std::{
    future::Future,
    hash::{BuildHasher, RandomState},
    sync::Arc,
    time::Duration,
};

use papaya::Equivalent;
use tokio::{
    sync::{Mutex, Semaphore},
    time::timeout,
};

use crate::{
    cache::{BoundedMap, Bounds, CacheLimits},
    clock::Clock,
    error::{AuthError, AuthErrorKind},
    gate::BoxFuture,
    jwt::{Issuer, trusted::Trusted},
};

/// So many answers of the resolver may be waited for at a time.
const MAX_QUESTIONS: usize = 64;

/// For how long an answer of the resolver is waited for, with the wait for one's turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long a "no" is remembered. Short, because the next thing may be that the issuer is added.
const NO_LASTS: Duration = Duration::from_secs(10);

/// Which issuer a token names. Nobody has vouched for the token yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuerQuestion {
    /// The `iss` of the token, as the client sent it.
    pub issuer: String,
}

/// Finds issuers that were not known when the verifier was built: those of new tenants, say.
///
/// It is asked with what a client sent, so it must look the name up among those that are trusted;
/// an issuer that it makes of the name would be one that the client chose. What the issuer may be used
/// for is said by the answer, tenants among it ([`Issuer::for_tenants`]). Answers are remembered, in
/// bounded number and for a bounded time, and no token of the issuer is remembered for longer; the
/// number of questions at a time and the time for an answer (5 s) are bounded as well. Names that had
/// an answer before have turns of their own, so that made-up ones do not keep them waiting.
/// Closures are resolvers too.
///
/// # Examples
///
/// ```
/// use tower_auth::{Issuer, IssuerQuestion, JwtVerifier, Keys};
///
/// let verifier = JwtVerifier::builder()
///     .issuers_resolved_by(async |question: IssuerQuestion| {
///         let known = find_in_database(&question.issuer).await; // never made of the question
///         Ok(known.map(|name| Issuer::new(name, "orders-api", Keys::from_openid_discovery())))
///     })
///     .build()?;
/// # async fn find_in_database(_: &str) -> Option<String> { None }
/// # let _ = verifier;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot resolve issuers",
    note = "implement `IssuerResolver`, or pass a closure `|question: IssuerQuestion| async move {{ .. }}` \
            that returns `Result<Option<Issuer>, AuthError>` in a future that is `Send`"
)]
pub trait IssuerResolver: Send + Sync + 'static {
    /// The issuer, or that there is none of that name.
    ///
    /// # Errors
    ///
    /// [`AuthError::unavailable`] where that cannot be said now. It is not remembered.
    fn resolve(
        &self,
        question: IssuerQuestion,
    ) -> impl Future<Output = Result<Option<Issuer>, AuthError>> + Send;
}

impl<F, Fut> IssuerResolver for F
where
    F: Fn(IssuerQuestion) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<Issuer>, AuthError>> + Send,
{
    fn resolve(
        &self,
        question: IssuerQuestion,
    ) -> impl Future<Output = Result<Option<Issuer>, AuthError>> + Send {
        self(question)
    }
}

/// The object-safe face of a resolver.
trait AnyResolver: Send + Sync {
    fn resolve(&self, question: IssuerQuestion)
    -> BoxFuture<'_, Result<Option<Issuer>, AuthError>>;
}

impl<R: IssuerResolver> AnyResolver for R {
    fn resolve(
        &self,
        question: IssuerQuestion,
    ) -> BoxFuture<'_, Result<Option<Issuer>, AuthError>> {
        Box::pin(IssuerResolver::resolve(self, question))
    }
}

/// A resolver and what it has answered.
#[derive(Clone)]
pub(super) struct Resolved(Arc<Inner>);

struct Inner {
    resolver: Box<dyn AnyResolver>,
    /// Also those whose time is up: their keys are taken over when they are asked for again.
    known: BoundedMap<String, Answered>,
    /// Apart, so that names nobody has cannot push out those that somebody has.
    unknown: BoundedMap<String, Answered>,
    /// For names that had an answer before.
    known_turns: Turns,
    unknown_turns: Turns,
    lasts: Duration,
    clock: Clock,
}

/// One question at a time for each of some lanes, so that no name is asked for twice at once.
struct Turns {
    lanes: Vec<Mutex<()>>,
    /// Nobody outside can tell which names share a lane.
    hashing: RandomState,
    waiting: Semaphore,
}

struct Answered {
    issuer: Option<Arc<Trusted>>,
    at: Duration,
}

/// The name of an issuer, looked up where it lies.
#[derive(Hash)]
struct Wanted<'w>(&'w str);

/// What is known about an issuer without asking.
#[derive(Clone)]
pub(super) enum Known {
    Issuer(Arc<Trusted>),
    None,
    /// It has to be asked for.
    NotYet,
}

impl Resolved {
    pub(super) fn new(resolver: impl IssuerResolver, limits: CacheLimits, clock: Clock) -> Self {
        let bounds = Bounds { weight: usize::MAX, ..limits.bounds() };
        Self(Arc::new(Inner {
            resolver: Box::new(resolver),
            known: BoundedMap::new(bounds),
            unknown: BoundedMap::new(bounds),
            known_turns: Turns::new(),
            unknown_turns: Turns::new(),
            lasts: limits.age(),
            clock,
        }))
    }

    /// What is remembered of an issuer.
    pub(super) fn known(&self, issuer: &str) -> Known {
        let (wanted, now) = (Wanted(issuer), self.now());
        let counts = |answered: &Answered, lasts| {
            now.checked_sub(answered.at).is_some_and(|age| age < lasts)
        };
        let known = self.0.known.read(&wanted, |answered| {
            answered.issuer.clone().filter(|_| counts(answered, self.0.lasts))
        });
        if let Some(issuer) = known.flatten() {
            return Known::Issuer(issuer);
        }
        match self.0.unknown.read(&wanted, |answered| counts(answered, NO_LASTS)) {
            Some(true) => Known::None,
            _ => Known::NotYet,
        }
    }

    /// Asks for an issuer and remembers the answer.
    ///
    /// The question goes on when the request that asked it is cut off only if the resolver sees to
    /// that; but the next request asks again, and no count is spent.
    pub(super) async fn ask(&self, question: IssuerQuestion) -> Result<Known, AuthError> {
        let had_an_answer = self.last(&question.issuer).is_some();
        let turns = if had_an_answer { &self.0.known_turns } else { &self.0.unknown_turns };
        let Ok(_place) = turns.waiting.try_acquire() else {
            return Err(AuthError::new(AuthErrorKind::Overloaded)
                .with_source("too many unknown issuers are being asked for"));
        };
        let answer = timeout(PATIENCE, async {
            let _mine = turns.lane(&question.issuer).lock().await;
            match self.known(&question.issuer) {
                Known::NotYet => self.ask_now(question).await,
                known => Ok(known),
            }
        });
        answer.await.map_err(|_| AuthError::unavailable("the resolver does not answer"))?
    }

    async fn ask_now(&self, question: IssuerQuestion) -> Result<Known, AuthError> {
        let name = question.issuer.clone();
        let answer = self.0.resolver.resolve(question).await?;
        let last = self.last(&name);
        let load = |issuer| self.load(issuer, &name, last.as_deref());
        let issuer = answer.map(load).transpose()?;
        let map = if issuer.is_some() { &self.0.known } else { &self.0.unknown };
        map.insert(name, Answered { issuer: issuer.clone(), at: self.now() }, 0);
        Ok(issuer.map_or(Known::None, Known::Issuer))
    }

    /// The last answer for an issuer, whether it still counts or not.
    fn last(&self, issuer: &str) -> Option<Arc<Trusted>> {
        self.0.known.read(&Wanted(issuer), |answered| answered.issuer.clone()).flatten()
    }

    /// An answer for another name is a mistake in the resolver, not in the token.
    fn load(
        &self,
        issuer: Issuer,
        asked: &str,
        last: Option<&Trusted>,
    ) -> Result<Arc<Trusted>, AuthError> {
        if issuer.name.as_deref() != Some(asked) {
            return Err(AuthError::misconfigured("the resolver answered with another issuer"));
        }
        let mut trusted = issuer.load(&self.0.clock).map_err(AuthError::misconfigured)?;
        if let Some(last) = last {
            trusted.take_over_keys(last);
        }
        Ok(Arc::new(trusted.until(self.now().saturating_add(self.0.lasts))))
    }

    fn now(&self) -> Duration {
        self.0.clock.since_epoch()
    }
}

impl Equivalent<Arc<String>> for Wanted<'_> {
    fn equivalent(&self, name: &Arc<String>) -> bool {
        self.0 == name.as_str()
    }
}

impl std::fmt::Debug for Resolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resolved(..)")
    }
}

impl Turns {
    fn new() -> Self {
        Self {
            lanes: (0..MAX_QUESTIONS).map(|_| Mutex::new(())).collect(),
            hashing: RandomState::new(),
            waiting: Semaphore::new(MAX_QUESTIONS * 16),
        }
    }

    fn lane(&self, issuer: &str) -> &Mutex<()> {
        let number = usize::try_from(self.hashing.hash_one(issuer) >> 33).unwrap_or_default();
        &self.lanes[number % self.lanes.len()]
    }
}
