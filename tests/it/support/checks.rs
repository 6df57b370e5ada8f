//! A check that decides as it is told.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::request::Parts;
use tokio::sync::Notify;
use tower_auth::{AuthError, AuthErrorKind, Check, Verdict};

/// Decides as it is told, and counts how often it is asked.
#[derive(Clone)]
pub(crate) struct Says {
    what: What,
    asked: Arc<AtomicUsize>,
}

#[derive(Clone)]
enum What {
    Grant,
    Pass,
    Deny(AuthErrorKind),
    GrantLater(Arc<Notify>),
    DenyLater(Arc<Notify>, AuthErrorKind),
    PanicInCheck,
    PanicInPoll,
    PanicInAdmit,
}

/// What a granted request carries.
#[derive(Clone, Debug)]
pub(crate) struct Granted;

impl Says {
    pub(crate) fn grant() -> Self {
        Self::of(What::Grant)
    }

    pub(crate) fn pass() -> Self {
        Self::of(What::Pass)
    }

    pub(crate) fn deny(kind: AuthErrorKind) -> Self {
        Self::of(What::Deny(kind))
    }

    /// Grants once it is notified.
    pub(crate) fn grant_later() -> (Self, Arc<Notify>) {
        let now = Arc::new(Notify::new());
        (Self::of(What::GrantLater(Arc::clone(&now))), now)
    }

    /// Denies once it is notified.
    pub(crate) fn deny_later(kind: AuthErrorKind) -> (Self, Arc<Notify>) {
        let now = Arc::new(Notify::new());
        (Self::of(What::DenyLater(Arc::clone(&now), kind)), now)
    }

    pub(crate) fn panic_in_check() -> Self {
        Self::of(What::PanicInCheck)
    }

    pub(crate) fn panic_in_poll() -> Self {
        Self::of(What::PanicInPoll)
    }

    pub(crate) fn panic_in_admit() -> Self {
        Self::of(What::PanicInAdmit)
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn of(what: What) -> Self {
        Self { what, asked: Arc::default() }
    }
}

impl Check for Says {
    type Grant = Granted;

    fn name(&self) -> &'static str {
        "says"
    }

    fn check(&self, _: &Parts) -> Verdict<Granted> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match self.what.clone() {
            What::Grant | What::PanicInAdmit => Verdict::Granted(Granted),
            What::Pass => Verdict::Passed,
            What::Deny(kind) => Verdict::Denied(kind.into()),
            What::GrantLater(now) => Verdict::Pending(Box::pin(async move {
                now.notified().await;
                Ok(Granted)
            })),
            What::DenyLater(now, kind) => Verdict::Pending(Box::pin(async move {
                now.notified().await;
                Err(AuthError::new(kind))
            })),
            What::PanicInCheck => unreachable!("in check"),
            What::PanicInPoll => Verdict::Pending(Box::pin(async { unreachable!("in poll") })),
        }
    }

    fn admit(&self, granted: Granted, parts: &mut Parts) {
        assert!(!matches!(self.what, What::PanicInAdmit), "in admit");
        parts.extensions.insert(granted);
    }
}

impl fmt::Debug for Says {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Says")
    }
}
