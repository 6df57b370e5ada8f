//! [`Ledger`]: what is remembered of each tenant, in bounded number, asked for once at a time.
//!
//! Two things keep tenants apart. Whatever is asked for holds nobody but those who need the same
//! tenant, and names that were never anybody's have turns and room of their own: made-up ones push out
//! no other and keep none waiting.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use tokio::{sync::Semaphore, time::timeout};

use crate::{
    cache::{BoundedMap, Bounds, Flights, Turn},
    clock::Clock,
    error::{AuthError, AuthErrorKind, BoxError, reasons},
    event,
    gate::BoxFuture,
    tenant::Tenant,
};

/// So many names that were never anybody's are asked for at a time.
const MAX_STRANGERS: usize = 64;

/// The pause after a failure, doubled with each one that follows.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How a ledger is kept.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    /// For how long what was found counts; for ever without it.
    pub(super) lasts: Option<Duration>,
    /// For how long it counts that nothing was found.
    pub(super) nothing_lasts: Duration,
    /// For how long an answer is waited for.
    pub(super) patience: Duration,
    /// Whether what was found before stays in use while asking anew fails.
    pub(super) keeps_last: bool,
    pub(super) clock: Clock,
}

/// What there is of a tenant.
#[derive(Clone)]
pub(super) enum Found<V> {
    Here(V),
    Nowhere(&'static str),
}

/// What was found, and under which number: no two answers have the same one.
#[derive(Clone)]
pub(super) enum Entry<V> {
    Here { value: V, number: u64 },
    Nowhere(&'static str),
}

/// Who knows about tenants.
pub(super) trait Source<V>: Send + Sync {
    fn ask(&self, tenant: Tenant) -> BoxFuture<'_, Result<Found<V>, BoxError>>;
}

type Outcome<V> = Result<Entry<V>, AuthError>;

pub(super) struct Ledger<V> {
    /// Tenants that were found once, also where they are not any longer.
    tenants: BoundedMap<Tenant, Record<V>>,
    strangers: BoundedMap<Tenant, Record<V>>,
    turns_of_strangers: Semaphore,
    /// Each in its era: what is under way from an earlier one is not for who asks now.
    flights: Flights<(Tenant, u64), Outcome<V>>,
    numbers: AtomicU64,
    /// What was asked in an earlier one does not count any longer.
    era: AtomicU64,
}

struct Record<V> {
    /// What was found last, where failures came since.
    entry: Option<Entry<V>>,
    since: Duration,
    failure: Option<Failure>,
    era: u64,
}

#[derive(Clone)]
pub(super) struct Failure {
    pub(super) error: AuthError,
    pub(super) count: u32,
    since: Duration,
    pause: Duration,
}

impl<V: Clone> Ledger<V> {
    pub(super) fn new(entries: usize) -> Self {
        let bounds = Bounds { entries, weight: usize::MAX };
        Self {
            tenants: BoundedMap::new(bounds),
            strangers: BoundedMap::new(bounds),
            turns_of_strangers: Semaphore::new(MAX_STRANGERS),
            flights: Flights::default(),
            numbers: AtomicU64::new(1),
            era: AtomicU64::new(0),
        }
    }

    /// What is known without asking; `None` where it must be asked.
    pub(super) fn known(&self, tenant: &Tenant, terms: &Terms) -> Option<Outcome<V>> {
        self.read(tenant, |record| record.known(self.era(), terms))?
    }

    /// What was found last, and the failures since.
    pub(super) fn last(&self, tenant: &Tenant) -> (Option<Entry<V>>, Option<Failure>) {
        let read = self.read(tenant, |record| (record.entry.clone(), record.failure.clone()));
        read.unwrap_or_default()
    }

    /// A number that no answer has and none will have.
    pub(super) fn fresh_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Lets nothing count any longer that was found before.
    pub(super) fn begin_era(&self) {
        self.era.fetch_add(1, Ordering::SeqCst);
    }

    /// How many tenants are remembered.
    pub(super) fn size(&self) -> usize {
        self.tenants.size().0
    }

    /// What is known, or else what the source says now.
    pub(super) async fn find(
        &self,
        tenant: &Tenant,
        terms: &Terms,
        source: &dyn Source<V>,
    ) -> Outcome<V> {
        // A second time where whoever asked has gone. Nobody waits without end for others to ask.
        for _ in 0..2 {
            let key = (tenant.clone(), self.era());
            match self.flights.turn(key, || self.known(tenant, terms)) {
                Turn::Done(outcome) => return outcome,
                Turn::Full => return Err(overloaded("too many requests wait for this tenant")),
                Turn::Mine(flight) => {
                    let outcome = self.ask(tenant, terms, source).await;
                    flight.land(outcome.clone());
                    return outcome;
                }
                Turn::Theirs(waiting) => {
                    let outcome = timeout(terms.patience, waiting.outcome()).await;
                    if let Some(outcome) = outcome.map_err(|_| too_late())? {
                        return outcome;
                    }
                }
            }
        }
        Err(too_late())
    }

    /// What the source says now, whatever is known.
    pub(super) async fn find_anew(
        &self,
        tenant: &Tenant,
        terms: &Terms,
        source: &dyn Source<V>,
    ) -> Outcome<V> {
        // What somebody asks for already may have been answered before the change.
        for _ in 0..3 {
            match self.flights.turn((tenant.clone(), self.era()), || None) {
                Turn::Mine(flight) => {
                    let outcome = self.ask_now(tenant, terms, source).await;
                    flight.land(outcome.clone());
                    return outcome;
                }
                Turn::Theirs(waiting) => {
                    let _ = timeout(terms.patience, waiting.outcome()).await;
                }
                Turn::Done(_) | Turn::Full => break,
            }
        }
        Err(overloaded("others ask for this tenant all the time"))
    }

    async fn ask(&self, tenant: &Tenant, terms: &Terms, source: &dyn Source<V>) -> Outcome<V> {
        let was_found = self.tenants.read(tenant, |_| ()).is_some();
        let turn = (!was_found).then(|| self.turns_of_strangers.try_acquire());
        if matches!(turn, Some(Err(_))) {
            return Err(overloaded("too many unknown tenants are being asked for"));
        }
        match self.ask_now(tenant, terms, source).await {
            Err(error) if terms.keeps_last => self.last(tenant).0.ok_or(error),
            outcome => outcome,
        }
    }

    async fn ask_now(&self, tenant: &Tenant, terms: &Terms, source: &dyn Source<V>) -> Outcome<V> {
        let era = self.era();
        let answer = timeout(terms.patience, source.ask(tenant.clone())).await;
        let since = terms.clock.since_epoch();
        let answer = answer.unwrap_or_else(|_| Err("no answer in time".into()));
        let entry = match answer {
            Ok(Found::Here(value)) => Entry::Here { value, number: self.fresh_number() },
            Ok(Found::Nowhere(reason)) => Entry::Nowhere(reason),
            Err(error) => return Err(self.note_failure(tenant, error, since, era)),
        };
        self.write(tenant, Record { entry: Some(entry.clone()), since, failure: None, era });
        Ok(entry)
    }

    fn note_failure(
        &self,
        tenant: &Tenant,
        error: BoxError,
        since: Duration,
        era: u64,
    ) -> AuthError {
        event::tenant_failed(tenant, &reasons(&*error));
        let (entry, last) = self.last(tenant);
        // That there was nothing is no answer to go on with.
        let entry = entry.filter(|entry| matches!(entry, Entry::Here { .. }));
        let pause = last.as_ref().map_or(FIRST_PAUSE, |last| LONGEST_PAUSE.min(last.pause * 2));
        let count = last.map_or(1, |last| last.count.saturating_add(1));
        let error = AuthError::unavailable(error).with_retry_after(pause);
        let failure = Failure { error: error.clone(), count, since, pause };
        self.write(tenant, Record { entry, since, failure: Some(failure), era });
        error
    }

    fn write(&self, tenant: &Tenant, record: Record<V>) {
        // An old answer that comes late is no news.
        if self.read(tenant, |newer| newer.era > record.era) == Some(true) {
            return;
        }
        let was_found = self.tenants.read(tenant, |_| ()).is_some();
        let is_here = matches!(record.entry, Some(Entry::Here { .. }));
        let map = if was_found || is_here { &self.tenants } else { &self.strangers };
        map.insert(tenant.clone(), record, 0);
    }

    fn read<R>(&self, tenant: &Tenant, look: impl Fn(&Record<V>) -> R) -> Option<R> {
        self.tenants.read(tenant, &look).or_else(|| self.strangers.read(tenant, &look))
    }

    fn era(&self) -> u64 {
        self.era.load(Ordering::SeqCst)
    }
}

impl<V: Clone> Record<V> {
    fn known(&self, era: u64, terms: &Terms) -> Option<Outcome<V>> {
        let now = terms.clock.since_epoch();
        // A clock that was set back makes this look newer than it is; then it is asked anew.
        let within = |since: Duration, lasts| now.checked_sub(since).is_some_and(|age| age < lasts);
        if self.era != era {
            return None;
        }
        match (&self.failure, &self.entry) {
            (Some(failure), entry) if within(failure.since, failure.pause) => {
                let kept = entry.clone().filter(|_| terms.keeps_last);
                Some(kept.ok_or_else(|| failure.error.clone()))
            }
            (Some(_), _) | (None, None) => None,
            (None, Some(entry)) => {
                let lasts = match entry {
                    Entry::Here { .. } => terms.lasts.unwrap_or(Duration::MAX),
                    Entry::Nowhere(_) => terms.nothing_lasts,
                };
                within(self.since, lasts).then(|| Ok(entry.clone()))
            }
        }
    }
}

fn overloaded(reason: &'static str) -> AuthError {
    AuthError::because(AuthErrorKind::Overloaded, reason)
}

fn too_late() -> AuthError {
    AuthError::because(AuthErrorKind::Unavailable, "what others ask for takes too long")
}

/// Refuses what is nowhere.
pub(super) fn here<V>(
    entry: Entry<V>,
    refuse: impl FnOnce(&'static str) -> AuthError,
) -> Result<(V, u64), AuthError> {
    match entry {
        Entry::Here { value, number } => Ok((value, number)),
        Entry::Nowhere(reason) => Err(refuse(reason)),
    }
}
