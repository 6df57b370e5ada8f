//! [`Verification`]: what is asked of a token, in which order.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    because,
    clock::Clock,
    error::AuthError,
    identity::{Identity, Recheck},
    jwt::{
        Bearer, IssuerQuestion,
        cache::{TokenCache, Turn, Waiting},
        json::Object,
        resolver::{Known, Resolved},
        rules::Times,
        token::{Decoded, Unverified},
        trusted::{Signature, Trusted},
        verified::Verified,
    },
};

/// The state of a verifier.
pub(super) struct Verification {
    pub(super) issuers: HashMap<Arc<str>, Arc<Trusted>>,
    /// Judges tokens that no other issuer judges, whatever their `iss`.
    pub(super) any_issuer: Option<Arc<Trusted>>,
    pub(super) resolver: Option<Resolved>,
    pub(super) cache: Option<TokenCache>,
    /// Asked of every request, and while its answer is under way.
    pub(super) revocation: Option<Recheck>,
    pub(super) max_token_bytes: usize,
    pub(super) clock: Clock,
    pub(super) signature_checks: AtomicU64,
}

/// Why there is no identity, or none yet.
pub(super) enum Stop {
    Refused(AuthError),
    Waiting(Wait),
}

/// What has to be waited for, and then the token is judged again.
pub(super) enum Wait {
    Issuer(IssuerQuestion),
    #[cfg(feature = "jwks")]
    Keys(Arc<Trusted>),
    Flight(Waiting),
}

/// What has been waited for already, and need not be again.
#[derive(Clone, Default)]
pub(super) struct Waited {
    /// What the resolver answered.
    issuer: Option<Known>,
    /// How often keys were waited for.
    #[cfg(feature = "jwks")]
    keys: u8,
}

/// A request waits for so many fetches at most: each source of an issuer may have one under way.
#[cfg(feature = "jwks")]
const MAX_WAITS: u8 = 4;

/// One presentation of one token.
struct Case<'c> {
    credentials: &'c Bearer,
    waited: &'c Waited,
    now: Duration,
}

impl Verification {
    /// Judges a token as far as that is possible without waiting.
    ///
    /// What costs little is asked first. Nothing that is not remembered gets past here without a
    /// signature check, and what depends on the request or the hour is asked in any case.
    pub(super) fn judge(&self, credentials: &Bearer, waited: &Waited) -> Result<Identity, Stop> {
        let case = Case { credentials, waited, now: self.clock.since_epoch() };
        let remembered = self.cache.as_ref().and_then(|cache| {
            cache.read(credentials, case.now, |verified| self.admit_shared(verified, &case))
        });
        match remembered {
            Some(judgement) => judgement.map_err(Stop::Refused),
            None => self.read(&case),
        }
    }

    fn read(&self, case: &Case<'_>) -> Result<Identity, Stop> {
        let token = case.credentials.token().expose();
        let decoded = Decoded::of(token, self.max_token_bytes).map_err(because::unreadable)?;
        let token = decoded.read().map_err(because::unreadable)?;
        let issuer = self.issuer(&token.claims, case)?;
        // Asked again with the rest of what depends on the request; here, so that no key is asked.
        issuer.hold_tenant(case.credentials.requested_tenant())?;
        let times = issuer.rules.hold(&token.header, &token.claims, case.now)?;
        let Some(cache) = &self.cache else {
            let verified = self.verify(&issuer, &token, times, case)?;
            let identity = verified.own_identity();
            return Ok(self.admit(&verified, identity, case)?);
        };
        let verified = match cache.turn(case.credentials, case.now) {
            Turn::Done(verified) => verified,
            // To wait any longer would take longer.
            Turn::Full => Arc::new(self.verify(&issuer, &token, times, case)?),
            Turn::Theirs(waiting) => return Err(Stop::Waiting(Wait::Flight(waiting))),
            Turn::Mine(flight) => {
                cache.land(flight, Arc::new(self.verify(&issuer, &token, times, case)?))
            }
        };
        Ok(self.admit_shared(&verified, case)?)
    }

    /// The issuer that a token names; its keys have not been looked at.
    fn issuer(&self, claims: &Object<'_>, case: &Case<'_>) -> Result<Arc<Trusted>, Stop> {
        let name = claims.str("iss");
        if let Some(issuer) = name.and_then(|name| self.issuers.get(name)) {
            return Ok(Arc::clone(issuer));
        }
        if let (Some(resolver), Some(name)) = (&self.resolver, name) {
            // The answer that was waited for counts, whatever has been forgotten meanwhile.
            let answered = case.waited.issuer.clone();
            match answered.unwrap_or_else(|| resolver.known(name)) {
                Known::Issuer(issuer) => return Ok(issuer),
                Known::NotYet => {
                    let question = IssuerQuestion { issuer: name.to_owned() };
                    return Err(Stop::Waiting(Wait::Issuer(question)));
                }
                Known::None => {}
            }
        }
        let not_trusted = || Stop::Refused(because::invalid("the iss is not trusted"));
        self.any_issuer.clone().ok_or_else(not_trusted)
    }

    fn verify(
        &self,
        issuer: &Arc<Trusted>,
        token: &Unverified<'_>,
        times: Times,
        case: &Case<'_>,
    ) -> Result<Verified, Stop> {
        #[cfg_attr(not(feature = "jwks"), expect(unused_mut, reason = "keys may be fetched"))]
        let mut checked = issuer.check_signature(token);
        // Perhaps the issuer has other keys by now, be it under other names or under the same.
        #[cfg(feature = "jwks")]
        if !matches!(checked, Signature::Good(_)) {
            let waits = case.waited.keys;
            if waits < MAX_WAITS && issuer.may_learn(waits == 0) {
                return Err(Stop::Waiting(Wait::Keys(Arc::clone(issuer))));
            }
            // A fetch may have ended between the two questions.
            if matches!(checked, Signature::NoKey) {
                checked = issuer.check_signature(token);
            }
        }
        if !matches!(checked, Signature::NoKey) {
            self.signature_checks.fetch_add(1, Ordering::Relaxed);
        }
        let refusal = match checked {
            Signature::Good(stamp) => {
                let recheck = self.revocation.clone();
                return Ok(Verified::of(token, issuer, stamp, times, case.now, recheck)?);
            }
            Signature::Bad => because::invalid("the signature is not good"),
            Signature::NoKey => because::invalid("no key matches"),
        };
        Err(Stop::Refused(issuer.outage(&checked).unwrap_or(refusal)))
    }

    fn admit_shared(&self, verified: &Verified, case: &Case<'_>) -> Result<Identity, AuthError> {
        self.admit(verified, verified.shared_identity(), case)
    }

    /// What is asked of every request, whether its token was remembered or not.
    fn admit(
        &self,
        verified: &Verified,
        identity: Identity,
        case: &Case<'_>,
    ) -> Result<Identity, AuthError> {
        verified.hold(case.credentials, case.now)?;
        match &self.revocation {
            Some(revocation) => revocation(&identity).map(|()| identity),
            None => Ok(identity),
        }
    }

    /// Waits for what keeps a token from being judged. There is an identity already where another
    /// thread has verified it.
    pub(super) async fn wait(
        &self,
        wait: Wait,
        credentials: &Bearer,
        waited: &mut Waited,
    ) -> Result<Option<Identity>, AuthError> {
        match wait {
            Wait::Issuer(question) => {
                if let Some(resolver) = &self.resolver {
                    waited.issuer = Some(resolver.ask(question).await?);
                }
            }
            #[cfg(feature = "jwks")]
            Wait::Keys(issuer) => {
                waited.keys += 1;
                issuer.learn(waited.keys == 1).await?;
            }
            Wait::Flight(waiting) => {
                let now = self.clock.since_epoch();
                // What they verified may have been verified with keys that are gone by now.
                let verified = waiting.outcome().await;
                if let Some(verified) = verified.filter(|verified| verified.still_vouched(now)) {
                    let case = Case { credentials, waited, now };
                    return self.admit_shared(&verified, &case).map(Some);
                }
            }
        }
        Ok(None)
    }
}

impl From<AuthError> for Stop {
    fn from(error: AuthError) -> Self {
        Self::Refused(error)
    }
}
