//! [`Tls`]: what a listener shares with those who exchange its certificates.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwap;
use tokio::{task::spawn_blocking, time::sleep};

use super::{
    expiry::{CertificateStatus, ExpiryState, Windows},
    handshake::Counts,
    loaded::Loaded,
    setup::{Setup, Texts},
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
struct Reading {
    looked_at: SystemTime,
    /// Why what the sources held then could not be used.
    failure: Option<Failure>,
    /// Why the last replacement was not taken. That what was there before can still be read is no answer
    /// to that.
    refusal: Option<Failure>,
}

/// When it was first seen, and why.
pub(super) type Failure = (SystemTime, String);

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
        let reading = Reading { looked_at: loaded.at, failure: None, refusal: None };
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
        let loaded = self.load(&setup, &setup.read());
        self.noting(loaded, |reading| &mut reading.failure)
    }

    /// Reads from other sources, from now on.
    pub(super) fn replace(&self, other: Setup) -> Result<(), ConfigError> {
        let mut setup = lock(&self.setup);
        let loaded = self.load(&other, &other.read());
        self.noting(loaded, |reading| &mut reading.refusal)?;
        lock(&self.reading).failure = None;
        *setup = other;
        Ok(())
    }

    /// Looks at the files: what has changed is told, and used when it is told a second time.
    fn look(&self, before: Changed) -> Changed {
        let setup = lock(&self.setup);
        let texts = setup.read();
        if texts.digest != self.loaded.load().digest && before != Some(texts.digest) {
            lock(&self.reading).looked_at = self.clock.now();
            return Some(texts.digest);
        }
        // Whether it went well is in the status.
        let _ = self.noting(self.load(&setup, &texts), |reading| &mut reading.failure);
        None
    }

    /// Puts in what was read; says whether it has changed.
    fn load(&self, setup: &Setup, texts: &Texts) -> Result<bool, ConfigError> {
        if texts.digest == self.loaded.load().digest {
            return Ok(false);
        }
        self.loaded.store(Arc::new(Loaded::new(setup, texts, &self.clock)?));
        Ok(true)
    }

    fn noting(
        &self,
        loaded: Result<bool, ConfigError>,
        place: fn(&mut Reading) -> &mut Option<Failure>,
    ) -> Result<bool, ConfigError> {
        let now = self.clock.now();
        let mut reading = lock(&self.reading);
        reading.looked_at = now;
        let last = place(&mut reading);
        let reason = loaded.as_ref().err().map(ToString::to_string);
        let has_changed = last.as_ref().map(|(_, reason)| reason) != reason.as_ref();
        if has_changed {
            *last = reason.clone().map(|reason| (now, reason));
        }
        // Who hears of it may ask for the status.
        drop(reading);
        match (&loaded, reason) {
            // Told once, and not at each look.
            (_, Some(reason)) if has_changed => event::tls_failed(&reason),
            (Ok(true), _) => {
                event::tls_loaded(self.loaded.load().watched.len());
                self.tell_of_ends();
            }
            (Ok(false), _) if has_changed => event::tls_loaded(self.loaded.load().watched.len()),
            _ => {}
        }
        loaded
    }

    /// When the sources were last read, and why what they held is not used.
    pub(super) fn reading(&self) -> (SystemTime, Option<Failure>) {
        let reading = lock(&self.reading);
        (reading.looked_at, reading.failure.clone().or_else(|| reading.refusal.clone()))
    }

    pub(super) fn certificates(&self, of: &Loaded) -> Vec<CertificateStatus> {
        let now = self.clock.now();
        of.watched.iter().map(|it| self.windows.status(it, now)).collect()
    }

    /// An event for each certificate that ends soon or has ended, however often it is used.
    pub(super) fn tell_of_ends(&self) {
        let mut told = Vec::new();
        for status in self.certificates(&self.loaded()) {
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
    while let Some(tls) = tls.upgrade() {
        tls.tell_of_ends();
        drop(tls);
        sleep(every).await;
    }
}
