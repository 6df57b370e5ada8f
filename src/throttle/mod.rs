//! Too many failed attempts.
//!
//! [`FailureThrottle`] goes around an [`Authenticator`](crate::Authenticator) and refuses attempts
//! unseen while too many of the same kind have failed.

mod attempt;
mod buckets;
mod failure_throttle;
mod failures;
mod throttled;
mod under_way;

pub use self::{
    attempt::Attempt, failure_throttle::FailureThrottle, failures::Failures, throttled::Throttled,
};
