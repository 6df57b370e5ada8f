//! [`Tls`]: what a listener shares with those who exchange its certificates.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use tokio::{
    task::spawn_blocking,
    time::{MissedTickBehavior, interval, sleep},
};

use super::{
    expiry::{CertificateStatus, ExpiryState, Windows},
    handshake::Counts,
    loaded::Loaded,
    setup::Setup,
};
use crate::{clock::Clock, config_error::ConfigError, event};

pub(super) struct Tls {
    /// Held by whoever reads, which may take as long as a file system likes. No handshake waits for it.
    setup: Mutex<Setup>,
    loaded: ArcSwap<Loaded>,
    reading: Mutex<Reading>,
    pub(super) counts: Counts,
    windows: Windows,
    clock: Clock,
}

/// How the last reading went.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) loaded_at: SystemTime,
    pub(super) failure: Option<(SystemTime, String)>,
}

/// Files that have changed are read again after this time, and used when they are as they were: whoever
/// writes a certificate and then its key is given the time to do both.
const SETTLED: Duration = Duration::from_secs(1);

/// What a look at the files has found.
type Changed = Option<[u8; 32]>;

impl Tls {
    pub(super) fn new(
        setup: Setup,
        windows: Windows,
        clock: Clock,
    ) -> Result<Arc<Self>, ConfigError> {
        let loaded = Loaded::new(&setup, &setup.read(), &clock)?;
        let reading = Reading { loaded_at: clock.now(), failure: None };
        let tls = Self {
            setup: Mutex::new(setup),
            loaded: ArcSwap::from_pointee(loaded),
            reading: Mutex::new(reading),
            counts: Counts::default(),
            windows,
            clock,
        };
        Ok(Arc::new(tls))
    }

    /// What handshakes are made by now.
    pub(super) fn loaded(&self) -> Arc<Loaded> {
        self.loaded.load_full()
    }

    /// Reads everything now; says whether it has changed.
    pub(super) fn reload(&self) -> Result<bool, ConfigError> {
        let setup = lock(&self.setup);
        self.noting(self.load(&setup, None)).map(|changed| changed.is_some())
    }

    /// Reads from other sources, from now on.
    pub(super) fn replace(&self, other: Setup) -> Result<(), ConfigError> {
        let mut setup = lock(&self.setup);
        self.noting(self.load(&other, None))?;
        *setup = other;
        Ok(())
    }

    /// Looks at the files: what has changed is told, and used when it is told a second time.
    fn look(&self, before: Changed) -> Changed {
        let setup = lock(&self.setup);
        if !setup.has_files() {
            return None;
        }
        let digest = setup.read().digest;
        if digest == self.loaded.load().digest {
            let _ = self.noting(Ok(None));
            return None;
        }
        if before != Some(digest) {
            return Some(digest);
        }
        // Whether it went well is in the status.
        let _ = self.noting(self.load(&setup, before));
        None
    }

    /// The digest of what was read and put in; `None` where nothing has changed.
    fn load(&self, setup: &Setup, expected: Changed) -> Result<Changed, ConfigError> {
        let texts = setup.read();
        let is_other = expected.is_some_and(|expected| expected != texts.digest);
        if is_other || texts.digest == self.loaded.load().digest {
            return Ok(None);
        }
        let loaded = Loaded::new(setup, &texts, &self.clock)?;
        self.loaded.store(Arc::new(loaded));
        lock(&self.reading).loaded_at = self.clock.now();
        Ok(Some(texts.digest))
    }

    fn noting(&self, read: Result<Changed, ConfigError>) -> Result<Changed, ConfigError> {
        match &read {
            Ok(changed) => {
                let had_failed = lock(&self.reading).failure.take().is_some();
                if changed.is_some() || had_failed {
                    event::tls_loaded(self.loaded.load().watched.len());
                }
                if changed.is_some() {
                    self.tell_of_ends();
                }
            }
            Err(error) => self.note_failure(error),
        }
        read
    }

    /// Told once, and not at each look.
    fn note_failure(&self, error: &ConfigError) {
        let reason = error.to_string();
        let mut reading = lock(&self.reading);
        if reading.failure.as_ref().is_some_and(|(_, last)| *last == reason) {
            return;
        }
        reading.failure = Some((self.clock.now(), reason.clone()));
        // Who hears of it may ask for the status.
        drop(reading);
        event::tls_failed(&reason);
    }

    pub(super) fn reading(&self) -> Reading {
        lock(&self.reading).clone()
    }

    pub(super) fn certificates(&self) -> Vec<CertificateStatus> {
        let now = self.clock.now();
        self.loaded.load().watched.iter().map(|it| self.windows.status(it, now)).collect()
    }

    /// An event for each certificate that ends soon or has ended, however often it is used.
    pub(super) fn tell_of_ends(&self) {
        let mut told = Vec::new();
        for status in self.certificates() {
            let seen = (status.used_as, status.fingerprint.clone());
            if status.state != ExpiryState::Good && !told.contains(&seen) {
                event::certificate_ends(&status);
                told.push(seen);
            }
        }
    }
}

/// Nothing is left half done where one of these is held.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks at the files from time to time, where a file system that hangs holds up no handshake.
pub(super) async fn refresh(tls: Weak<Tls>, every: Duration) {
    let mut changed = None;
    loop {
        sleep(if changed.is_some() { every.min(SETTLED) } else { every }).await;
        let Some(tls) = tls.upgrade() else { return };
        // Fails where the runtime ends, or where the look panicked, which is told by the panic itself.
        changed = spawn_blocking(move || tls.look(changed)).await.unwrap_or_default();
    }
}

/// Tells of certificates that end soon, from time to time and at once.
pub(super) async fn watch_ends(tls: Weak<Tls>, every: Duration) {
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(tls) = tls.upgrade() else { return };
        tls.tell_of_ends();
    }
}
