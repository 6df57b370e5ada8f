//! [`Failures`]: how many attempts may fail.

use std::num::NonZeroU32;

use governor::Quota;

/// How many attempts may fail in which time.
///
/// So many may fail at once; then each part of the time gives one back. With ten per minute that is
/// one every six seconds.
///
/// # Examples
///
/// ```
/// use tower_auth::Failures;
///
/// assert_ne!(Failures::per_minute(10), Failures::per_hour(10));
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Failures {
    number: u32,
    per: Per,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Per {
    Minute,
    Hour,
}

impl Failures {
    /// So many in a minute, at least one.
    #[must_use]
    pub const fn per_minute(number: u32) -> Self {
        Self { number, per: Per::Minute }
    }

    /// So many in an hour, at least one.
    #[must_use]
    pub const fn per_hour(number: u32) -> Self {
        Self { number, per: Per::Hour }
    }

    /// `None` where none may fail, so that nobody could log in.
    pub(super) const fn quota(self) -> Option<Quota> {
        match (NonZeroU32::new(self.number), self.per) {
            (Some(number), Per::Minute) => Some(Quota::per_minute(number)),
            (Some(number), Per::Hour) => Some(Quota::per_hour(number)),
            (None, _) => None,
        }
    }
}
