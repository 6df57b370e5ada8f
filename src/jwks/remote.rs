//! [`Remote`]: the keys of one source, fetched and kept.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use arc_swap::{ArcSwapOption, Guard};
use tokio::{runtime::Handle, sync::watch, time::Instant};

use super::{
    KeyStatus, RemoteKeys,
    document::Document,
    fetch::AnyFetch,
    horizon::Horizon,
    locator::{self, Locator},
};
use crate::{
    clock::Clock,
    config_error::{ConfigError, Problems},
    error::{self, AuthError, AuthErrorKind},
    event,
    gate::BoxFuture,
    jwt::{Algorithm, KeySet},
    refresh::{self, Fetched, MAX_WAITING, Reason, Refresh},
};

/// A source of remote keys.
pub(crate) struct Remote {
    issuer: Option<Arc<str>>,
    locator: Locator,
    settings: RemoteKeys,
    fetch: Arc<dyn AnyFetch>,
    algorithms: Vec<Algorithm>,
    kid: Option<String>,
    clock: Clock,
    loaded: ArcSwapOption<Loaded>,
    state: Mutex<State>,
    /// Counts the fetches that have ended.
    ended: watch::Sender<u64>,
}

/// The last good set. A request reads it without a lock.
#[derive(Clone)]
pub(crate) struct Loaded {
    keys: Arc<KeySet>,
    hash: [u8; 32],
    fetched: Instant,
    horizon: Horizon,
}

#[derive(Default)]
struct State {
    refresh: Refresh,
    last_success: Option<SystemTime>,
    last_error: Option<(SystemTime, String)>,
    fetches: u64,
}

/// The keys of a source now, read without a lock.
pub(crate) struct Current(Guard<Option<Arc<Loaded>>>);

/// The end of a fetch, waited for.
pub(crate) type End = BoxFuture<'static, ()>;

impl Current {
    pub(crate) fn keys(&self) -> Option<&KeySet> {
        self.0.as_ref().map(|loaded| &*loaded.keys)
    }
}

impl Remote {
    pub(crate) fn load(
        settings: RemoteKeys,
        kid: Option<String>,
        issuer: Option<&str>,
        algorithms: &[Algorithm],
        clock: &Clock,
    ) -> Result<Arc<Self>, ConfigError> {
        let mut problems = Problems::default();
        let located = settings.check(issuer, &mut problems);
        let (locator, fetch) = problems.finish_with(located)?;
        let remote = Arc::new(Self {
            issuer: issuer.map(Arc::from),
            locator,
            settings,
            fetch,
            algorithms: algorithms.to_vec(),
            kid,
            clock: clock.clone(),
            loaded: ArcSwapOption::empty(),
            state: Mutex::default(),
            ended: watch::Sender::new(0),
        });
        remote.load_file()?;
        Ok(remote)
    }

    /// Whether another source would fetch the same keys from the same place in the same way.
    pub(crate) fn is_as(&self, other: &Self) -> bool {
        self.locator == other.locator
            && self.issuer == other.issuer
            && self.kid == other.kid
            && self.algorithms == other.algorithms
            && self.settings.are_as(&other.settings)
    }

    /// A file that cannot be read is found now, while somebody looks.
    fn load_file(&self) -> Result<(), ConfigError> {
        let Locator::File(path) = &self.locator else {
            return Ok(());
        };
        let loaded = Document::of_file(path, self.settings.max_bytes)
            .and_then(|document| self.parse(&document));
        let loaded = loaded.map_err(|problem| {
            ConfigError::new(format!("remote keys: {}: {problem}", path.display()))
        })?;
        if let Some(keys) = self.replace(loaded) {
            event::keys_replaced(self.issuer.as_deref(), keys.len(), &keys.left_out);
        }
        Ok(())
    }

    /// The keys that may be used without waiting. Starts a fetch where one is due.
    pub(crate) fn current(self: &Arc<Self>) -> Option<Current> {
        let loaded = self.loaded.load();
        let horizon = loaded.as_ref()?.horizon;
        let now = Instant::now();
        if now >= horizon.renew {
            self.start(Reason::Due);
        }
        (now < horizon.stale).then_some(Current(loaded))
    }

    /// Starts a fetch where one is due or keys are missing.
    pub(crate) fn tend(self: &Arc<Self>) {
        if self.current().is_none() {
            self.start(Reason::Missing);
        }
    }

    /// Whether it is worth waiting for keys that are not there: for the fetch that is running or, the
    /// first time, for a new one.
    pub(crate) fn may_learn(&self, is_first: bool) -> bool {
        let (state, now) = (self.state(), Instant::now());
        state.refresh.is_running(now) || is_first && state.refresh.may_start(self.reason(), now)
    }

    /// The end of a fetch, of the one that is running or, the first time, of a new one; none where no
    /// fetch may start.
    pub(crate) fn learn(self: &Arc<Self>, is_first: bool) -> Result<Option<End>, AuthError> {
        if self.ended.receiver_count() >= MAX_WAITING {
            return Err(AuthError::new(AuthErrorKind::Overloaded)
                .with_source("too many requests wait for keys"));
        }
        // Before the start, so that no end is missed.
        let mut ended = self.ended.subscribe();
        let is_running = if is_first { self.start(self.reason()) } else { self.is_running() };
        // The fetch ends by itself; the limit is for one that a runtime has left behind.
        let limit = self.settings.limits().end();
        Ok(is_running.then(|| -> End {
            Box::pin(async move {
                let _ = tokio::time::timeout(limit, ended.changed()).await;
            })
        }))
    }

    /// Why keys that a token names are not to be had; none if there simply is no such key.
    pub(crate) fn outage(&self) -> Option<AuthError> {
        let state = self.state();
        let now = Instant::now();
        let reason = match (&*self.loaded.load(), state.refresh.failures) {
            (Some(loaded), 0) if now < loaded.horizon.end => return None,
            (_, 0) => "the keys have not been fetched yet",
            (_, _) => "the keys cannot be fetched",
        };
        let pause = state.refresh.pause(now).max(Duration::from_secs(1));
        Some(AuthError::unavailable(reason).with_retry_after(pause))
    }

    pub(crate) fn status(&self) -> KeyStatus {
        let state = self.state();
        let loaded = self.loaded.load();
        let (loaded, now) = (loaded.as_ref(), Instant::now());
        KeyStatus {
            issuer: self.issuer.as_deref().map(str::to_owned),
            source: self.source(),
            is_ready: loaded.is_some_and(|loaded| now < loaded.horizon.end),
            keys: loaded.map_or(0, |loaded| loaded.keys.len()),
            left_out: loaded.map_or_else(Vec::new, |loaded| loaded.keys.left_out.clone()),
            key_set_hash: loaded.map(|loaded| KeyStatus::hexadecimal(&loaded.hash)),
            age: loaded.map(|loaded| now.saturating_duration_since(loaded.fetched)),
            last_success: state.last_success,
            last_error: state.last_error.clone(),
            consecutive_failures: state.refresh.failures,
            fetches: state.fetches,
        }
    }

    fn source(&self) -> String {
        match &self.locator {
            Locator::File(path) => path.display().to_string(),
            Locator::Set(url) | Locator::Metadata(url) => url.to_string(),
        }
    }

    fn is_running(&self) -> bool {
        self.state().refresh.is_running(Instant::now())
    }

    fn reason(&self) -> Reason {
        match &*self.loaded.load() {
            Some(loaded) if Instant::now() < loaded.horizon.stale => Reason::Doubted,
            _ => Reason::Missing,
        }
    }

    /// Starts a fetch in a task of its own, if one may start; says whether one is running then.
    fn start(self: &Arc<Self>, reason: Reason) -> bool {
        let Ok(runtime) = Handle::try_current() else {
            return false;
        };
        let (mut state, now) = (self.state(), Instant::now());
        if !state.refresh.start(reason, now, self.settings.limits()) {
            return state.refresh.is_running(now);
        }
        state.fetches = state.fetches.saturating_add(1);
        drop(state);
        runtime.spawn(refresh::run(Arc::clone(self)));
        true
    }

    async fn document(&self) -> Result<Document, String> {
        match &self.locator {
            Locator::File(path) => {
                let (path, max_bytes) = (path.clone(), self.settings.max_bytes);
                let document =
                    tokio::task::spawn_blocking(move || Document::of_file(&path, max_bytes)).await;
                document.map_err(|_| "reading the file panicked".to_owned())?
            }
            Locator::Set(url) => self.get(url).await,
            Locator::Metadata(url) => {
                let set = self.get(url).await?.jwks_uri(self.issuer.as_deref())?;
                self.get(&locator::named_by(url, &set, self.settings.plain_http)?).await
            }
        }
    }

    async fn get(&self, url: &http::Uri) -> Result<Document, String> {
        let answer = self.fetch.get(url, self.settings.max_bytes).await;
        Document::of(answer.map_err(|error| error::reasons(&*error))?, self.settings.max_bytes)
    }

    /// A document that says what the last one said changes nothing: what was verified stays verified.
    fn parse(&self, document: &Document) -> Result<Loaded, String> {
        let hash = document.hash();
        let keys = match &*self.loaded.load() {
            Some(last) if last.hash == hash => Arc::clone(&last.keys),
            _ => {
                let max_keys = self.settings.max_keys;
                let kid = self.kid.as_deref();
                let keys = KeySet::parse(&document.body, max_keys, kid, &self.algorithms)?;
                Arc::new(keys)
            }
        };
        let fetched = Instant::now();
        let horizon = Horizon::of(fetched, document.max_age, &self.settings);
        Ok(Loaded { keys, hash, fetched, horizon })
    }

    /// Puts a set in the place of the last one; returns it if it is another one.
    fn replace(&self, loaded: Loaded) -> Option<Arc<KeySet>> {
        let mut state = self.state();
        let (keys, hash) = (Arc::clone(&loaded.keys), loaded.hash);
        let last = self.loaded.swap(Some(Arc::new(loaded)));
        state.last_success = Some(self.clock.now());
        state.refresh.succeeded();
        last.is_none_or(|last| last.hash != hash).then_some(keys)
    }

    /// Those keys that are there go on being used for a while.
    fn note_failure(&self, error: String) {
        let mut state = self.state();
        let next = state.refresh.failed(Instant::now());
        state.last_error = Some((self.clock.now(), error));
        if let Some(last) = &*self.loaded.load() {
            let horizon = last.horizon.failing(next);
            self.loaded.store(Some(Arc::new(Loaded { horizon, ..Loaded::clone(last) })));
        }
    }

    /// A panic elsewhere leaves nothing half done here.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fetched for Remote {
    type Outcome = Result<Loaded, String>;

    async fn fetch(&self) -> Self::Outcome {
        let limit = self.settings.timeout;
        let document = tokio::time::timeout(limit, self.document()).await;
        self.parse(&document.map_err(|_| format!("no answer after {limit:?}"))??)
    }

    fn broken_off() -> Self::Outcome {
        Err("the fetch was broken off".to_owned())
    }

    /// Takes the outcome of a fetch in; the set is replaced as a whole or not at all.
    ///
    /// All of it happens under the lock, so that no other fetch begins before it is done; events are
    /// told afterwards, because whoever listens may ask for the status.
    fn conclude(&self, outcome: Self::Outcome) {
        let told = match outcome {
            Ok(loaded) => Ok(self.replace(loaded)),
            Err(error) => {
                self.note_failure(error.clone());
                Err(error)
            }
        };
        match told {
            Ok(Some(keys)) => {
                event::keys_replaced(self.issuer.as_deref(), keys.len(), &keys.left_out);
            }
            Ok(None) => {}
            Err(error) => event::keys_failed(self.issuer.as_deref(), &error),
        }
        self.ended.send_modify(|ended| *ended = ended.wrapping_add(1));
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}
