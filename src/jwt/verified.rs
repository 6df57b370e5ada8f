//! [`Verified`]: a token that an issuer has signed.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    claims::Claims,
    credentials::Credentials,
    error::AuthError,
    identity::{Facts, Identity},
    jwt::{
        Bearer,
        json::Object,
        rules::{Binding, Times},
        trusted::{Stamp, Trusted},
    },
    shared::Striped,
};

/// What was found out about a token once, and what must be asked again each time it is presented.
///
/// The type is made in one place, after the signature has been found good.
#[derive(Debug)]
pub(super) struct Verified {
    facts: Striped<Facts>,
    issuer: Arc<Trusted>,
    stamp: Stamp,
    times: Times,
    binding: Binding,
    /// When this was found out.
    since: Duration,
}

impl Verified {
    /// Turns the claims of a token with a good signature into an identity.
    pub(super) fn of(
        claims: Object<'_>,
        issuer: &Arc<Trusted>,
        stamp: Stamp,
        times: Times,
        since: Duration,
    ) -> Result<Self, AuthError> {
        let binding = Binding::of(&claims)?;
        let subject = claims.str("sub").unwrap_or_default().to_owned();
        let claims = Claims::from(claims.into_map());
        issuer.rules.hold_required(&claims)?;
        let mut identity = Identity::new(subject).with_claims(claims).established_by(Bearer::NAME);
        if let Some(name) = &issuer.name {
            identity = identity.with_issuer(Arc::clone(name));
        }
        if let Some(expiry) = times.expiry {
            identity = identity.with_expiry(SystemTime::UNIX_EPOCH + expiry);
        }
        let facts = Striped::new(identity.facts());
        Ok(Self { facts, issuer: Arc::clone(issuer), stamp, times, binding, since })
    }

    pub(super) fn identity(&self) -> Identity {
        Identity::of(self.facts.get())
    }

    /// Whether the key that vouched is still trusted, and it was not too long ago.
    pub(super) fn still_counts(&self, now: Duration, max_age: Duration) -> bool {
        // A clock that was set back makes this look newer than it is; then it is asked anew.
        let age = now.checked_sub(self.since);
        age.is_some_and(|age| age < max_age) && self.issuer.still_vouches(self.stamp)
    }

    /// Holds the hour, the tenant and the connection against the token. Asked of each request.
    pub(super) fn hold(&self, credentials: &Bearer, now: Duration) -> Result<(), AuthError> {
        self.times.hold(&self.issuer.rules, now)?;
        self.issuer.hold_tenant(credentials.requested_tenant())?;
        self.binding.hold(credentials)
    }

    /// Bytes of memory, at most.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + Striped::<Facts>::overhead() + self.facts.weight()
    }
}
