//! [`FailureThrottle`]: what failed attempts are counted by.

use std::{net::IpAddr, time::Duration};

use crate::{
    clock::Clock,
    config_error::{ConfigError, Problems},
    error::AuthError,
    peer_address::network,
    throttle::{
        Attempt, Failures, Throttled,
        buckets::{Buckets, Places},
    },
};

/// Refuses attempts unseen while too many have failed.
///
/// It goes around an authenticator. An attempt counts when it failed because the credentials were
/// not good: a password that is right never counts, nor does one that expired, an outage or a full
/// queue. While there are too many, attempts are refused as
/// [`Throttled`](crate::AuthErrorKind::Throttled) (429) before any work is done for them, right or
/// wrong, with the time to wait in `Retry-After`; what is refused so does not prolong the wait.
///
/// An attempt under way might fail, so it takes the place of a failure until it is judged: with a limit
/// of 50, a 51st attempt at the same time is refused for a second, though all may be right. Choose
/// limits above the number of passwords that one address has verified at a time. An attempt that is
/// given up before it is judged, because the client hangs up or a timeout ends the request, counts as
/// failed: its work was caused all the same.
///
/// Nothing is limited unless it is set, and a throttle that limits nothing is an error. Start with
/// [`with_user_and_address_limit`](Self::with_user_and_address_limit), which stops those who guess one
/// password and stands in the way of nobody at another address, and a higher number
/// [`with_address_limit`](Self::with_address_limit), which stops those who try one password with many
/// names. The first needs the second.
///
/// # Addresses
///
/// An IPv6 address counts by its first 64 bits, of which a client has all others to itself; an IPv4
/// address that is written as IPv6 counts as IPv4. An attempt of which the address is not known
/// cannot be counted by it and is refused as [`Misconfigured`](crate::AuthErrorKind::Misconfigured);
/// see [`PeerAddress`](crate::PeerAddress) for where it comes from.
///
/// # Memory
///
/// Each limit takes one and a half mebibytes, however many clients there are. Failures are counted in
/// two of 131,072 places, chosen by a hash that differs in each process, and an attempt is refused when
/// both are over the limit. So somebody who has not failed is refused where, by chance, others that are
/// over it cover both of its places: with a thousand such others that is one in 4,000, with a hundred
/// thousand most are refused.
///
/// Names are chosen by the client, so one address could make up as many others as it likes. What the
/// address limit refuses is therefore counted by nothing else, and a limit by user and address without
/// one by address is an error: an address then adds at most as many failures as its own limit allows.
/// Who commands tens of thousands of addresses (IPv6 networks are cheap) can still have many others
/// refused.
///
/// Each process counts for itself, and forgets when it ends.
///
/// # Examples
///
/// ```
/// use tower_auth::{FailureThrottle, Failures};
///
/// let throttle = FailureThrottle::new()
///     .with_user_and_address_limit(Failures::per_minute(5))
///     .with_address_limit(Failures::per_minute(50));
/// # #[cfg(feature = "basic")]
/// # {
/// use tower_auth::{AuthError, Basic, BasicAuthLayer, Identity};
///
/// let accounts = async |user: Basic| match user.password().expose() {
///     b"wonderland" => Ok(Identity::new(user.username())),
///     _ => Err(AuthError::invalid("wrong password")),
/// };
/// let layer = BasicAuthLayer::new(throttle.around(accounts)?);
/// # let _ = layer;
/// # }
///
/// assert!(FailureThrottle::new().around(()).is_err(), "it limits nothing");
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
///
/// # With remembered judgements
///
/// Put the cache outside, `throttle.around(users)?.cached(limits)`: what is remembered is then no
/// attempt, and many requests with the same password at once are one. The limits hold for it as well,
/// by [`Authenticator::refuse_unseen`](crate::Authenticator::refuse_unseen): while somebody guesses from
/// an address, the right password is refused from there too, remembered or not, so that no answer tells
/// it from a wrong one. From other addresses whoever is remembered is admitted, unless
/// [`danger_with_user_limit`](Self::danger_with_user_limit) says otherwise. A throttle outside of a cache
/// refuses the same; there each request counts as under way while the cache is asked.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | too many attempts have failed | 429 | `RESOURCE_EXHAUSTED` |
/// | what is counted by is not known: the address of a connection, say | 500 | `INTERNAL` |
#[derive(Clone, Debug, Default)]
#[must_use = "a throttle does nothing until it is put around an authenticator"]
pub struct FailureThrottle {
    address: Option<Failures>,
    user_and_address: Option<Failures>,
    user: Option<Failures>,
    clock: Clock,
}

impl FailureThrottle {
    /// A throttle that limits nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Limits the attempts that fail from one address, whoever they claim to be.
    ///
    /// Clients behind one proxy or one shared address share the limit, and what they have under way.
    pub const fn with_address_limit(mut self, failures: Failures) -> Self {
        self.address = Some(failures);
        self
    }

    /// Limits the attempts that fail from one address in the name of one user, known or not.
    ///
    /// It needs [`with_address_limit`](Self::with_address_limit), with a higher number.
    pub const fn with_user_and_address_limit(mut self, failures: Failures) -> Self {
        self.user_and_address = Some(failures);
        self
    }

    /// Limits the attempts that fail in the name of one user, wherever they come from.
    ///
    /// It stops those who guess the password of one user from many addresses. It also lets anybody
    /// who knows the name of a user lock that user out, for as long as they go on to fail in it.
    /// Without [`with_address_limit`](Self::with_address_limit), one address can lock out everybody, by
    /// failing in tens of thousands of names.
    pub const fn danger_with_user_limit(mut self, failures: Failures) -> Self {
        self.user = Some(failures);
        self
    }

    /// Sets where the time comes from; a step of the system's time of day changes no wait.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Goes around an authenticator. Clones of a layer count together; two throttles do not.
    ///
    /// # Errors
    ///
    /// When nothing is limited, when no attempt at all may fail, or when there is a limit by user and
    /// address without one by address.
    pub fn around<A>(self, authenticator: A) -> Result<Throttled<A>, ConfigError> {
        let mut problems = Problems::default();
        let set = [
            (By::Address, self.address),
            (By::UserAndAddress, self.user_and_address),
            (By::User, self.user),
        ];
        let limits_nothing = set.iter().all(|(_, failures)| failures.is_none());
        let set = set.into_iter().filter_map(|(by, failures)| failures.map(|it| (by, it)));
        let limits: Vec<_> = set
            .filter_map(|(by, failures)| {
                let quota = failures.quota();
                if quota.is_none() {
                    let setter = by.setter();
                    problems.add(format!("{setter}: no attempt may fail, so nobody can log in"));
                }
                Some(Limit { by, buckets: Buckets::new(quota?, self.clock.clone()) })
            })
            .collect();
        if limits_nothing {
            problems.add("the throttle limits nothing: set with_user_and_address_limit or with_address_limit");
        }
        if self.user_and_address.is_some() && self.address.is_none() {
            problems.add(
                "with_user_and_address_limit needs with_address_limit: clients choose the names, and one \
                 address with many of them would have everybody refused",
            );
        }
        problems.finish(Throttled::new(authenticator, limits))
    }
}

/// What a limit counts by.
#[derive(Clone, Copy, Debug)]
enum By {
    Address,
    UserAndAddress,
    User,
}

impl By {
    const fn setter(self) -> &'static str {
        match self {
            Self::Address => "with_address_limit",
            Self::UserAndAddress => "with_user_and_address_limit",
            Self::User => "danger_with_user_limit",
        }
    }
}

/// Failures that are counted by one thing.
#[derive(Debug)]
pub(super) struct Limit {
    by: By,
    buckets: Buckets,
}

impl Limit {
    /// Where failures of this attempt are counted.
    pub(super) fn places(&self, attempt: &impl Attempt) -> Result<Places, AuthError> {
        let key = match self.by {
            By::Address => (address(attempt)?, None),
            By::UserAndAddress => (address(attempt)?, Some(subject(attempt)?)),
            By::User => (None, Some(subject(attempt)?)),
        };
        Ok(self.buckets.places(key))
    }

    /// Whether one more attempt may fail; else how long to wait.
    pub(super) fn look(&self, places: Places) -> Result<(), Duration> {
        self.buckets.look(places)
    }

    /// As [`look`](Self::look), and the attempt is under way until it [leaves](Self::leave).
    pub(super) fn enter(&self, places: Places) -> Result<(), Duration> {
        self.buckets.enter(places)
    }

    pub(super) fn leave(&self, places: Places) {
        self.buckets.leave(places);
    }

    pub(super) fn count(&self, places: Places) {
        self.buckets.count(places);
    }
}

fn subject(attempt: &impl Attempt) -> Result<&str, AuthError> {
    let unknown = "failures are counted by user, and these credentials name none";
    attempt.subject().ok_or_else(|| AuthError::misconfigured(unknown))
}

fn address(attempt: &impl Attempt) -> Result<Option<IpAddr>, AuthError> {
    let unknown = "failures are counted by address, and that of the client is not known: serve with \
                   connect info, or insert PeerAddress";
    let address = attempt.address().ok_or_else(|| AuthError::misconfigured(unknown))?;
    Ok(Some(network(address)))
}
