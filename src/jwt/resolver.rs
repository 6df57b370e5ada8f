//! [`IssuerResolver`]: issuers that are not known when the service starts.

use std::{
    future::Future,
    hash::{BuildHasher, Hash, Hasher, RandomState},
    sync::Arc,
    time::Duration,
};

use papaya::Equivalent;
use tokio::sync::{Mutex, Semaphore};

use crate::{
    bounded::{BoundedMap, Bounds},
    clock::Clock,
    error::{AuthError, AuthErrorKind},
    gate::BoxFuture,
    jwt::{Issuer, limits::CacheLimits, trusted::Trusted},
    tenant::Tenant,
};

/// So many answers of the resolver may be waited for at a time.
const MAX_QUESTIONS: usize = 64;

/// For how long an answer of the resolver is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// For how long a "no" is remembered. Short, because the next thing may be that the issuer is added.
const NO_LASTS: Duration = Duration::from_secs(10);

/// Which issuer a token names. Nobody has vouched for the token yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuerQuestion {
    /// The `iss` of the token, as the client sent it.
    pub issuer: String,
    /// The tenant that an outer [`TenantLayer`](crate::TenantLayer) found in the request.
    pub tenant: Option<Tenant>,
}

/// Finds issuers that were not known when the verifier was built: those of new tenants, say.
///
/// It is asked with what a client sent, so it must look the name up among those that are trusted;
/// an issuer that it makes of the name would be one that the client chose. Answers are remembered,
/// in bounded number and for a bounded time, and no token of the issuer is remembered for longer; the
/// number of questions at a time and the time for an answer (5 s) are bounded as well.
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
    known: BoundedMap<Name, Answered>,
    /// The last answer for an issuer, whatever the tenant: whoever makes up tenants makes no fetches.
    last: BoundedMap<Name, Arc<Trusted>>,
    /// Apart, so that names nobody has cannot push out those that somebody has.
    unknown: BoundedMap<Name, Answered>,
    /// One question at a time for each of these, so that no name is asked for twice at once.
    asking: Vec<Mutex<()>>,
    /// Nobody outside can tell which names share one of them.
    hashing: RandomState,
    waiting: Semaphore,
    lasts: Duration,
    clock: Clock,
}

struct Answered {
    issuer: Option<Arc<Trusted>>,
    at: Duration,
}

#[derive(Debug, Eq, PartialEq)]
struct Name {
    tenant: Option<Tenant>,
    issuer: String,
}

#[derive(Clone, Copy)]
struct Wanted<'w> {
    tenant: Option<&'w Tenant>,
    issuer: &'w str,
}

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
        let bounds = Bounds { entries: limits.entries, weight: usize::MAX };
        Self(Arc::new(Inner {
            resolver: Box::new(resolver),
            known: BoundedMap::new(bounds),
            last: BoundedMap::new(bounds),
            unknown: BoundedMap::new(bounds),
            asking: (0..MAX_QUESTIONS).map(|_| Mutex::new(())).collect(),
            hashing: RandomState::new(),
            waiting: Semaphore::new(MAX_QUESTIONS * 16),
            lasts: limits.age,
            clock,
        }))
    }

    /// What is remembered of an issuer.
    pub(super) fn known(&self, issuer: &str, tenant: Option<&Tenant>) -> Known {
        let (wanted, now) = (Wanted { tenant, issuer }, self.now());
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
        let Ok(_place) = self.0.waiting.try_acquire() else {
            return Err(AuthError::new(AuthErrorKind::Overloaded)
                .with_source("too many unknown issuers are being asked for"));
        };
        let name = Name { tenant: question.tenant.clone(), issuer: question.issuer.clone() };
        let wanted = Wanted { tenant: name.tenant.as_ref(), issuer: &name.issuer };
        let _mine = self.turn(wanted).lock().await;
        match self.known(&name.issuer, name.tenant.as_ref()) {
            Known::NotYet => {}
            known => return Ok(known),
        }
        let answer = tokio::time::timeout(PATIENCE, self.0.resolver.resolve(question)).await;
        let answer =
            answer.map_err(|_| AuthError::unavailable("the resolver does not answer"))??;
        let of_anybody = Wanted { tenant: None, issuer: &name.issuer };
        let last = self.0.last.read(&of_anybody, Arc::clone);
        let load = |issuer| self.load(issuer, &name.issuer, last.as_deref());
        let issuer = answer.map(load).transpose()?;
        let map = if issuer.is_some() { &self.0.known } else { &self.0.unknown };
        if let Some(issuer) = &issuer {
            let of_anybody = Name { tenant: None, issuer: name.issuer.clone() };
            self.0.last.insert(of_anybody, Arc::clone(issuer), 0);
        }
        map.insert(name, Answered { issuer: issuer.clone(), at: self.now() }, 0);
        Ok(issuer.map_or(Known::None, Known::Issuer))
    }

    fn turn(&self, wanted: Wanted<'_>) -> &Mutex<()> {
        let number = usize::try_from(self.0.hashing.hash_one(wanted) >> 33).unwrap_or_default();
        &self.0.asking[number % self.0.asking.len()]
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

impl std::fmt::Debug for Resolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resolved(..)")
    }
}

impl Hash for Wanted<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.tenant.map(Tenant::as_str).hash(state);
        self.issuer.hash(state);
    }
}

impl Hash for Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Wanted { tenant: self.tenant.as_ref(), issuer: &self.issuer }.hash(state);
    }
}

impl Equivalent<Arc<Name>> for Wanted<'_> {
    fn equivalent(&self, name: &Arc<Name>) -> bool {
        self.tenant == name.tenant.as_ref() && self.issuer == name.issuer
    }
}
