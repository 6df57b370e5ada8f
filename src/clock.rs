//! [`Clock`]: the only place where the time of day comes from.

#[cfg(feature = "throttle")]
use std::sync::OnceLock;
#[cfg(any(
    feature = "cache",
    feature = "jwt",
    feature = "rust-crypto",
    feature = "testing",
    feature = "throttle"
))]
use std::time::Duration;
#[cfg(any(feature = "basic", feature = "throttle"))]
use std::time::Instant;
use std::time::SystemTime;

#[cfg(feature = "testing")]
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Where verifiers read the time of day from.
///
/// The default is the system's clock. With the feature `testing` a test holds the time itself:
/// `Clock::manual(at)` starts a clock that stands still until `advance` moves it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Source);

#[derive(Clone, Debug, Default)]
enum Source {
    #[default]
    System,
    /// Milliseconds since the Unix epoch.
    #[cfg(feature = "testing")]
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The time of day now.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match &self.0 {
            Source::System => SystemTime::now(),
            #[cfg(feature = "testing")]
            Source::Manual(millis) => {
                SystemTime::UNIX_EPOCH + Duration::from_millis(millis.load(Ordering::SeqCst))
            }
        }
    }
}

#[cfg(any(feature = "cache", feature = "jwt", feature = "rust-crypto"))]
impl Clock {
    /// The time since 1970. A clock set before that reads as the far future, where everything has
    /// expired.
    pub(crate) fn since_epoch(&self) -> Duration {
        self.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::MAX)
    }
}

#[cfg(feature = "throttle")]
impl Clock {
    /// A time that never goes back, whatever is done to the time of day; only differences of it mean
    /// something.
    pub(crate) fn steady(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();

        match &self.0 {
            Source::System => START.get_or_init(Instant::now).elapsed(),
            #[cfg(feature = "testing")]
            Source::Manual(millis) => Duration::from_millis(millis.load(Ordering::SeqCst)),
        }
    }
}

#[cfg(feature = "testing")]
impl Clock {
    /// A clock that stands still at `at` until it is moved; clones share the time.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use tower_auth::Clock;
    ///
    /// let clock = Clock::manual(SystemTime::UNIX_EPOCH);
    /// clock.advance(Duration::from_secs(60));
    /// assert_eq!(clock.clone().now(), SystemTime::UNIX_EPOCH + Duration::from_secs(60));
    /// ```
    #[must_use]
    pub fn manual(at: SystemTime) -> Self {
        let at = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Self(Source::Manual(Arc::new(AtomicU64::new(millis(at)))))
    }

    /// Moves a manual clock forward. The system's clock cannot be moved: there it does nothing.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(millis(by), Ordering::SeqCst);
        }
    }
}

#[cfg(feature = "testing")]
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The time that has passed since some moment: for measuring, never for what tokens say.
#[cfg(feature = "basic")]
pub(crate) fn monotonic() -> Instant {
    Instant::now()
}
