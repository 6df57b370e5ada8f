//! [`Tokens`]: the token of one source, asked for ahead of need and by one caller at a time.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use http::HeaderValue;
use tokio::{runtime::Handle, sync::watch, time::Instant};

use crate::{
    client::{
        AccessToken, ClientAuthError, ClientAuthErrorKind, Renewal, TokenStatus,
        token_source::AnySource,
    },
    clock::Clock,
    error, event,
    gate::BoxFuture,
    refresh::{self, Fetched, Limits, MAX_WAITING, Reason, Refresh, after},
};

/// A token that ends sooner is as good as none; renewal ahead waits as long at least.
const SHORTEST: Duration = Duration::from_secs(1);

/// How tokens are treated, whatever their source.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) renewal: Renewal,
    pub(super) default_lifetime: Duration,
    pub(super) limits: Limits,
    pub(super) clock: Clock,
}

pub(super) struct Tokens {
    source: Box<dyn AnySource>,
    settings: Settings,
    state: Mutex<State>,
    /// Counts the fetches that have ended.
    ended: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    refresh: Refresh,
    held: Option<Held>,
    /// Whether the fetch under way is for a token that a server has refused.
    is_doubted: bool,
    last_number: u64,
    last_success: Option<SystemTime>,
    last_error: Option<(SystemTime, ClientAuthError)>,
    fetches: u64,
    retries: u64,
}

/// A token as it is sent. Each one that differs from the last has a number of its own.
#[derive(Clone, Debug)]
pub(super) struct Ticket {
    pub(super) line: HeaderValue,
    pub(super) number: u64,
}

/// A token that a source gave, before it has a number.
pub(super) struct Given {
    line: HeaderValue,
    renew: Instant,
    end: Instant,
}

struct Held {
    ticket: Ticket,
    renew: Instant,
    end: Instant,
}

impl Tokens {
    pub(super) fn new(source: Box<dyn AnySource>, settings: Settings) -> Arc<Self> {
        let (state, ended) = (Mutex::default(), watch::Sender::new(0));
        Arc::new(Self { source, settings, state, ended })
    }

    /// The token, where a call need not wait for one. Asks for the next where that is due.
    ///
    /// A call waits for the next one, too, while the last is in doubt: it would be refused as well.
    pub(super) fn at_hand(self: &Arc<Self>) -> Option<Ticket> {
        let (state, now) = (self.state(), Instant::now());
        let held = state.held.as_ref().filter(|held| now < held.end)?;
        let (ticket, is_due) = (held.ticket.clone(), now >= held.renew);
        let is_doubted = state.is_doubted && state.refresh.is_running(now);
        drop(state);
        if is_due {
            self.start(Reason::Due);
        }
        (!is_doubted).then_some(ticket)
    }

    /// The token, waited for.
    pub(super) async fn wait(self: Arc<Self>) -> Result<Ticket, ClientAuthError> {
        match self.learn(Reason::Missing) {
            Ok(Some(end)) => end.await,
            Ok(None) => {}
            Err(error) => return self.held().ok_or(error),
        }
        self.held().ok_or_else(|| self.last_error())
    }

    /// Notes that a server refused the token of this number; gives the end of a fetch for another one,
    /// where there is one to wait for.
    pub(super) fn refused(
        self: &Arc<Self>,
        number: u64,
    ) -> Option<BoxFuture<'static, Option<Ticket>>> {
        if let Some(other) = self.other_than(number) {
            return Some(Box::pin(std::future::ready(Some(other))));
        }
        let end = self.learn(Reason::Doubted).ok()??;
        let tokens = Arc::clone(self);
        Some(Box::pin(async move {
            end.await;
            tokens.other_than(number)
        }))
    }

    pub(super) fn note_retry(&self) {
        let mut state = self.state();
        state.retries = state.retries.saturating_add(1);
    }

    pub(super) fn status(&self) -> TokenStatus {
        let (state, now) = (self.state(), Instant::now());
        let held = state.held.as_ref().filter(|held| now < held.end);
        let until = |time: Instant| time.saturating_duration_since(now);
        TokenStatus {
            is_ready: held.is_some(),
            ends_in: held.map(|held| until(held.end)),
            renewed_in: held.map(|held| until(held.renew)),
            fetches: state.fetches,
            retries: state.retries,
            consecutive_failures: state.refresh.failures,
            last_success: state.last_success,
            last_error: state.last_error.clone(),
        }
    }

    /// The end of the fetch that is running or of a new one; none where no fetch may start.
    fn learn(
        self: &Arc<Self>,
        reason: Reason,
    ) -> Result<Option<BoxFuture<'static, ()>>, ClientAuthError> {
        if self.ended.receiver_count() >= MAX_WAITING {
            return Err(ClientAuthError::new(ClientAuthErrorKind::Overloaded));
        }
        // Before the start, so that no end is missed.
        let mut ended = self.ended.subscribe();
        let is_running = self.start(reason);
        // The fetch ends by itself; the limit is for one that a runtime has left behind.
        let limit = self.settings.limits.end();
        Ok(is_running.then(|| -> BoxFuture<'static, ()> {
            Box::pin(async move {
                let _ = tokio::time::timeout(limit, ended.changed()).await;
            })
        }))
    }

    /// Starts a fetch in a task of its own, if one may start; says whether one is running then.
    fn start(self: &Arc<Self>, reason: Reason) -> bool {
        let Ok(runtime) = Handle::try_current() else {
            return false;
        };
        let (mut state, now) = (self.state(), Instant::now());
        if !state.refresh.start(reason, now, self.settings.limits) {
            return state.refresh.is_running(now);
        }
        state.fetches = state.fetches.saturating_add(1);
        state.is_doubted = reason == Reason::Doubted;
        drop(state);
        runtime.spawn(refresh::run(Arc::clone(self)));
        true
    }

    fn held(&self) -> Option<Ticket> {
        let (state, now) = (self.state(), Instant::now());
        let held = state.held.as_ref().filter(|held| now < held.end)?;
        Some(held.ticket.clone())
    }

    fn other_than(&self, number: u64) -> Option<Ticket> {
        self.held().filter(|ticket| ticket.number != number)
    }

    fn last_error(&self) -> ClientAuthError {
        let state = self.state();
        let last = state.last_error.as_ref().filter(|_| state.refresh.failures > 0);
        last.map_or_else(
            || ClientAuthError::unavailable("the source has not answered"),
            |(_, error)| error.clone(),
        )
    }

    /// Counted from when the source was asked: the answer may have been on its way for a while.
    fn given(&self, token: AccessToken, asked: Instant) -> Result<Given, ClientAuthError> {
        let life = token.life(self.settings.default_lifetime, &self.settings.clock);
        let end = after(asked, life);
        if end < after(Instant::now(), SHORTEST) {
            return Err(ClientAuthError::unusable("it has ended already, or does within a second"));
        }
        let renewal = token.renewal().unwrap_or_else(|| self.settings.renewal.after(life));
        let renew = after(asked, renewal.max(SHORTEST));
        Ok(Given { line: token.into_line(), renew, end })
    }

    /// Those calls that the last token will still do for go on with it.
    fn take(&self, outcome: Result<Given, ClientAuthError>) {
        let mut state = self.state();
        state.is_doubted = false;
        match outcome {
            Ok(Given { line, renew, end }) => {
                let is_same = state.held.as_ref().is_some_and(|held| held.ticket.line == line);
                state.last_number += u64::from(!is_same);
                let number = state.last_number;
                state.held = Some(Held { ticket: Ticket { line, number }, renew, end });
                state.last_success = Some(self.settings.clock.now());
                state.refresh.succeeded();
            }
            Err(error) => {
                state.refresh.failed(Instant::now());
                state.last_error = Some((self.settings.clock.now(), error));
            }
        }
    }

    /// A panic elsewhere leaves nothing half done here.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fetched for Tokens {
    type Outcome = Result<Given, ClientAuthError>;

    async fn fetch(&self) -> Self::Outcome {
        let (asked, limit) = (Instant::now(), self.settings.limits.timeout);
        let token = tokio::time::timeout(limit, self.source.token()).await;
        let none = |_| ClientAuthError::unavailable(format!("no token after {limit:?}"));
        self.given(token.map_err(none)??, asked)
    }

    fn broken_off() -> Self::Outcome {
        Err(ClientAuthError::unavailable("asking for a token was broken off"))
    }

    fn conclude(&self, outcome: Self::Outcome) {
        let failure = outcome.as_ref().err().map(|error| error::reasons(error));
        self.take(outcome);
        match failure {
            None => event::token_renewed(),
            Some(error) => event::token_failed(&error),
        }
        self.ended.send_modify(|ended| *ended = ended.wrapping_add(1));
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("settings", &self.settings).finish_non_exhaustive()
    }
}
