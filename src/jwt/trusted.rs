//! [`Trusted`]: an issuer whose rules have been checked and whose keys are at hand.

#[cfg(feature = "jwks")]
use std::{future::poll_fn, task::Poll};
use std::{sync::Arc, time::Duration};

#[cfg(feature = "jwks")]
use crate::jwks::{Current, Remote};
use crate::{
    because,
    clock::Clock,
    config_error::{ConfigError, Problems},
    error::AuthError,
    jwt::{Issuer, key::Key, key_set::KeySet, rules::Rules, token::Unverified},
    tenant::Tenant,
};

/// An issuer that is ready to judge tokens.
#[derive(Debug)]
pub(super) struct Trusted {
    pub(super) name: Option<Arc<str>>,
    pub(super) rules: Rules,
    tenants: Option<Vec<String>>,
    sources: Vec<Source>,
    /// When it has to be asked for again, as time since the Unix epoch; never for one that was
    /// configured.
    until: Option<Duration>,
}

/// Where keys of an issuer come from.
#[derive(Debug)]
pub(super) enum Source {
    Fixed(KeySet),
    #[cfg(feature = "jwks")]
    Remote(Arc<Remote>),
}

/// Which key set vouched for a token: the place of its source, and its generation.
///
/// A set is never changed, and no two have the same generation. So as long as the source gives this
/// generation, the key that vouched is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    source: usize,
    generation: u64,
}

/// What the keys say about a signature.
pub(super) enum Signature {
    Good(Stamp),
    Bad,
    /// No key can have made it, as far as the keys are known.
    NoKey,
}

impl Issuer {
    /// Reads the keys and checks the rest.
    pub(super) fn load(self, clock: &Clock) -> Result<Trusted, ConfigError> {
        let mut problems = Problems::default();
        if self.name.as_deref() == Some("") {
            problems.add("the issuer's name is empty");
        }
        match self.tenants.as_deref() {
            Some([]) => problems.add("`for_tenants` names no tenant: leave it out, or name one"),
            Some(tenants) if tenants.iter().any(String::is_empty) => {
                problems.add("the name of a tenant is empty");
            }
            _ => {}
        }
        if self.algorithms.is_empty() {
            problems.add("`with_algorithms` names none: no token could be accepted");
        }
        self.rules.check(&mut problems);
        let sources = match self.keys.load(self.name.as_deref(), &self.algorithms, clock) {
            Ok(sources) => sources,
            Err(error) => {
                error.problems().for_each(|problem| problems.add(problem));
                Vec::new()
            }
        };
        problems.finish(Trusted {
            name: self.name.map(Arc::from),
            rules: self.rules,
            tenants: self.tenants,
            sources,
            until: None,
        })
    }
}

impl Trusted {
    /// The same, up to a time.
    pub(super) fn until(self, end: Duration) -> Self {
        Self { until: Some(end), ..self }
    }

    /// Goes on with the keys that were fetched for this issuer before, as far as they come from the
    /// same place under the same settings.
    #[cfg(feature = "jwks")]
    pub(super) fn take_over_keys(&mut self, last: &Self) {
        for source in &mut self.sources {
            let Source::Remote(remote) = source else { continue };
            if let Some(same) = last.remotes().find(|other| other.is_as(remote)) {
                *remote = Arc::clone(same);
            }
        }
    }

    #[cfg(not(feature = "jwks"))]
    #[expect(clippy::unused_self, reason = "keys at hand are read anew")]
    pub(super) const fn take_over_keys(&mut self, _: &Self) {}

    pub(super) fn hold_tenant(&self, requested: Option<&Tenant>) -> Result<(), AuthError> {
        let Some(tenants) = &self.tenants else {
            return Ok(());
        };
        let is_served = |tenant: &Tenant| tenants.iter().any(|own| own == tenant.as_str());
        if requested.is_some_and(is_served) {
            return Ok(());
        }
        Err(because::invalid(match requested {
            Some(_) => "the issuer is not one of the tenant's",
            None => {
                "the issuer is one of tenants', and no tenant is known yet: put the \
                     TenantLayer outside"
            }
        }))
    }

    /// Holds a token against the keys.
    ///
    /// A `kid` chooses among the keys of that name, else among those without one. Where the name
    /// does not decide, more than one match is no match: keys are not tried in turn.
    pub(super) fn check_signature(&self, token: &Unverified<'_>) -> Signature {
        let header = &token.header;
        let Some(kid) = header.kid() else {
            return self.check_only(token, |_| true);
        };
        match self.check_named(kid, token) {
            Signature::NoKey => self.check_only(token, |key| key.kid.is_none()),
            checked => checked,
        }
    }

    fn check_named(&self, kid: &str, token: &Unverified<'_>) -> Signature {
        let mut checked = Signature::NoKey;
        for (place, source) in self.sources.iter().enumerate() {
            let view = source.view();
            let Some(keys) = view.keys() else { continue };
            for key in keys.named(kid, &token.header) {
                if key.verifies(token.signed, token.signature) {
                    return Signature::Good(Stamp { source: place, generation: keys.generation() });
                }
                checked = Signature::Bad;
            }
        }
        checked
    }

    fn check_only(&self, token: &Unverified<'_>, may_be: impl Fn(&Key) -> bool) -> Signature {
        let mut only = None;
        for (place, source) in self.sources.iter().enumerate() {
            let view = source.view();
            let Some(keys) = view.keys() else { continue };
            for key in keys.of(&token.header).filter(|key| may_be(key)) {
                let stamp = Stamp { source: place, generation: keys.generation() };
                if only.replace((key.clone(), stamp)).is_some() {
                    return Signature::NoKey;
                }
            }
        }
        match only {
            Some((key, stamp)) if key.verifies(token.signed, token.signature) => {
                Signature::Good(stamp)
            }
            Some(_) => Signature::Bad,
            None => Signature::NoKey,
        }
    }

    /// Whether the issuer is still trusted and the set that vouched for a token still in use.
    pub(super) fn still_vouches(&self, stamp: Stamp, now: Duration) -> bool {
        let source =
            self.sources.get(stamp.source).filter(|_| self.until.is_none_or(|end| now < end));
        source.is_some_and(|source| {
            source.view().keys().is_some_and(|keys| keys.generation() == stamp.generation)
        })
    }
}

#[cfg(feature = "jwks")]
impl Trusted {
    pub(super) fn remotes(&self) -> impl Iterator<Item = &Arc<Remote>> {
        self.sources.iter().filter_map(|source| match source {
            Source::Remote(remote) => Some(remote),
            Source::Fixed(_) => None,
        })
    }

    /// Whether keys may still come from somewhere.
    pub(super) fn may_learn(&self, is_first: bool) -> bool {
        self.remotes().any(|remote| remote.may_learn(is_first))
    }

    /// Waits for the first source that has something to say. The others go on, and nobody has to
    /// wait for the slowest of them.
    pub(super) async fn learn(&self, is_first: bool) -> Result<(), AuthError> {
        let (mut ends, mut refusal) = (Vec::new(), None);
        for remote in self.remotes() {
            match remote.learn(is_first) {
                Ok(end) => ends.extend(end),
                Err(error) => refusal = Some(error),
            }
        }
        if ends.is_empty() {
            return refusal.map_or(Ok(()), Err);
        }
        poll_fn(|cx| match ends.iter_mut().any(|end| end.as_mut().poll(cx).is_ready()) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
        Ok(())
    }

    /// Where keys cannot be fetched, nobody can say that there is none for a token.
    pub(super) fn outage(&self, checked: &Signature) -> Option<AuthError> {
        let is_missing = matches!(checked, Signature::NoKey);
        self.remotes().filter(|_| is_missing).find_map(|remote| remote.outage())
    }
}

#[cfg(not(feature = "jwks"))]
impl Trusted {
    #[expect(clippy::unused_self, reason = "keys at hand are never out of reach")]
    pub(super) const fn outage(&self, _: &Signature) -> Option<AuthError> {
        None
    }
}

/// The keys of a source at this moment.
enum View<'s> {
    Fixed(&'s KeySet),
    #[cfg(feature = "jwks")]
    Remote(Option<Current>),
}

impl Source {
    fn view(&self) -> View<'_> {
        match self {
            Self::Fixed(keys) => View::Fixed(keys),
            #[cfg(feature = "jwks")]
            Self::Remote(remote) => View::Remote(remote.current()),
        }
    }
}

impl View<'_> {
    fn keys(&self) -> Option<&KeySet> {
        match self {
            Self::Fixed(keys) => Some(keys),
            #[cfg(feature = "jwks")]
            Self::Remote(current) => current.as_ref()?.keys(),
        }
    }
}
