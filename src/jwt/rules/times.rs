//! `exp`, `nbf` and `iat`.

use std::time::Duration;

use super::Rules;
use crate::{
    because,
    error::AuthError,
    jwt::json::{Json, Object},
};

/// The end of the year 9999: a `NumericDate` beyond it is a mistake.
const LAST_SECOND: Duration = Duration::from_secs(253_402_300_799);

/// When a token is good, as time since the Unix epoch.
#[derive(Clone, Copy, Debug)]
pub(in crate::jwt) struct Times {
    pub(in crate::jwt) expiry: Option<Duration>,
    not_before: Option<Duration>,
    issued: Option<Duration>,
}

impl Times {
    /// Reads the times. What is there and is not a date is never taken for absent.
    pub(super) fn of(claims: &Object<'_>, rules: &Rules) -> Result<Self, AuthError> {
        let times = Self {
            expiry: numeric_date(claims, "exp")?,
            not_before: numeric_date(claims, "nbf")?,
            issued: numeric_date(claims, "iat")?,
        };
        if times.expiry.is_none() && !rules.without_expiry {
            return Err(because::invalid("no exp"));
        }
        let dated = rules.max_age.is_some() || rules.max_lifetime.is_some();
        if dated && times.issued.is_none() {
            return Err(because::invalid("no iat, which the age is counted from"));
        }
        if let (Some(most), Some(issued)) = (rules.max_lifetime, times.issued) {
            let lives = times.expiry.map(|expiry| expiry.saturating_sub(issued));
            if lives.is_none_or(|lives| lives > most) {
                return Err(because::invalid("the token lives longer than is allowed"));
            }
        }
        Ok(times)
    }

    /// Holds the times against the hour. Asked again whenever the token is presented.
    pub(in crate::jwt) fn hold(&self, rules: &Rules, now: Duration) -> Result<(), AuthError> {
        let later = now.saturating_add(rules.leeway);
        let has_passed = |end: Duration| now >= end.saturating_add(rules.leeway);
        if self.expiry.is_some_and(has_passed) {
            return Err(because::expired("the token has expired"));
        }
        if self.not_before.is_some_and(|start| later < start) {
            return Err(because::invalid("the token is not valid yet"));
        }
        let must_be_past =
            rules.issued_in_the_past || rules.max_age.is_some() || rules.max_lifetime.is_some();
        if must_be_past && self.issued.is_some_and(|issued| later < issued) {
            return Err(because::invalid("the token is from the future"));
        }
        let oldest =
            rules.max_age.zip(self.issued).map(|(most, issued)| issued.saturating_add(most));
        if oldest.is_some_and(has_passed) {
            return Err(because::expired("the token is older than is allowed"));
        }
        Ok(())
    }
}

/// A `NumericDate` may have a fraction.
fn numeric_date(claims: &Object<'_>, name: &str) -> Result<Option<Duration>, AuthError> {
    let date = match claims.get(name) {
        None => return Ok(None),
        Some(Json::Number(number)) => match number.as_u64() {
            Some(seconds) => Some(Duration::from_secs(seconds)),
            None => Duration::try_from_secs_f64(number.as_f64()).ok(),
        },
        Some(_) => None,
    };
    match date.filter(|date| *date <= LAST_SECOND) {
        Some(date) => Ok(Some(date)),
        None => Err(AuthError::invalid(format!("the {name} is not a date"))),
    }
}
