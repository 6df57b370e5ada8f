//! [`Verified`]: a token that an issuer has signed.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::{
    claims::Claims,
    credentials::Credentials,
    error::AuthError,
    identity::{Facts, Identity, Recheck},
    jwt::{
        Bearer,
        rules::{Binding, Times},
        token::Unverified,
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
        token: &Unverified<'_>,
        issuer: &Arc<Trusted>,
        stamp: Stamp,
        times: Times,
        since: Duration,
        recheck: Option<Recheck>,
    ) -> Result<Self, AuthError> {
        let binding = Binding::of(&token.claims)?;
        let subject = token.claims.str("sub").unwrap_or_default().to_owned();
        let expiry = times.expiry.map(|expiry| SystemTime::UNIX_EPOCH + expiry);
        let claims = Claims::of_text(token.payload, &token.claims);
        issuer.rules.hold_required(&claims)?;
        let issued_by = issuer.name.clone();
        let facts = Facts::of_token(Bearer::NAME, issued_by, subject, expiry, claims, recheck);
        let facts = Striped::new(Arc::new(facts));
        Ok(Self { facts, issuer: Arc::clone(issuer), stamp, times, binding, since })
    }

    /// For a token that is remembered.
    pub(super) fn shared_identity(&self) -> Identity {
        Identity::of(self.facts.get())
    }

    /// For a token that is used once.
    pub(super) fn own_identity(&self) -> Identity {
        Identity::of(self.facts.direct())
    }

    /// Whether the key that vouched is still trusted, and it was not too long ago.
    pub(super) fn still_counts(&self, now: Duration, max_age: Duration) -> bool {
        // A clock that was set back makes this look newer than it is; then it is asked anew.
        let age = now.checked_sub(self.since);
        age.is_some_and(|age| age < max_age) && self.still_vouched(now)
    }

    /// Whether the key that vouched is still trusted.
    pub(super) fn still_vouched(&self, now: Duration) -> bool {
        self.issuer.still_vouches(self.stamp, now)
    }

    /// Holds the hour, the tenant and the connection against the token. Asked of each request.
    pub(super) fn hold(&self, credentials: &Bearer, now: Duration) -> Result<(), AuthError> {
        self.issuer.hold_tenant(credentials.requested_tenant())?;
        self.times.hold(&self.issuer.rules, now)?;
        self.binding.hold(credentials)
    }

    /// Bytes of memory, at most.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + Striped::<Facts>::overhead() + self.facts.weight()
    }
}
