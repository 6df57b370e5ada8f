//! Too many failed attempts.
//!
//! [`FailureThrottle`] goes around an [`Authenticator`](crate::Authenticator) and refuses attempts
//! unseen while too many of the same kind have failed.

mod attempt;
mod buckets;
mod failures;
mod limit;
mod throttled;

pub use self::{
    attempt::Attempt, failures::Failures, limit::FailureThrottle, throttled::Throttled,
};
