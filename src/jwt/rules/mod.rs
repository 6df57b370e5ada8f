//! What tokens of an issuer are held against (RFC 7519, section 4.1; RFC 8725; RFC 9068).
//!
//! Everything that costs little is asked before the signature is checked; what depends on the
//! request, or on the hour, is asked again of a token that was verified before.

mod binding;
mod kind;
mod parties;
mod times;

use std::time::Duration;

use serde_json::Value;

pub(super) use self::{binding::Binding, kind::Kind, parties::Audience, times::Times};
use crate::{
    because,
    claims::{ClaimPath, Claims},
    config_error::Problems,
    error::AuthError,
    jwt::{
        json::{Json, Object},
        token::Header,
    },
};

/// The rules of one issuer.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) audience: Audience,
    pub(super) kind: Kind,
    pub(super) leeway: Duration,
    pub(super) max_age: Option<Duration>,
    pub(super) max_lifetime: Option<Duration>,
    pub(super) without_expiry: bool,
    pub(super) issued_in_the_past: bool,
    pub(super) kid_required: bool,
    pub(super) empty_subject: bool,
    /// Claims that must be there, and what they must be where that is said.
    pub(super) required: Vec<(ClaimPath, Option<Value>)>,
    /// None where it does not matter to whom a token was issued.
    pub(super) authorized_parties: Option<Vec<String>>,
}

impl Rules {
    /// How far clocks may differ where nothing else is set.
    pub(super) const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

    /// No leeway may be longer.
    pub(super) const MAX_LEEWAY: Duration = Duration::from_secs(300);

    pub(super) fn new(audience: Audience) -> Self {
        Self {
            audience,
            kind: Kind::default(),
            leeway: Self::DEFAULT_LEEWAY,
            max_age: None,
            max_lifetime: None,
            without_expiry: false,
            issued_in_the_past: false,
            kid_required: false,
            empty_subject: false,
            required: Vec::new(),
            authorized_parties: None,
        }
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        self.audience.check(problems);
        if self.leeway > Self::MAX_LEEWAY {
            problems.add(format!(
                "a leeway of {} s: at most {} s are allowed",
                self.leeway.as_secs(),
                Self::MAX_LEEWAY.as_secs(),
            ));
        }
        if self.kind.types.is_empty() {
            problems.add("no `typ` is accepted: name one with `with_types`");
        }
        if self.max_age.is_some_and(|age| age.is_zero())
            || self.max_lifetime.is_some_and(|lifetime| lifetime.is_zero())
        {
            problems.add("an age or lifetime of 0 s: no token could be accepted");
        }
        match self.authorized_parties.as_deref() {
            Some([]) => {
                problems.add("`with_authorized_parties` names none: leave it out, or name one");
            }
            Some(parties) if parties.iter().any(String::is_empty) => {
                problems.add("the name of an authorized party is empty");
            }
            _ => {}
        }
    }

    /// Holds claims that nobody has vouched for yet against what can be said without a key.
    pub(super) fn hold(
        &self,
        header: &Header<'_>,
        claims: &Object<'_>,
        now: Duration,
    ) -> Result<Times, AuthError> {
        if self.kid_required && header.kid().is_none() {
            return Err(because::invalid("no kid"));
        }
        self.kind.hold(header.typ(), claims).map_err(because::invalid)?;
        let times = Times::of(claims, self)?;
        times.hold(self, now)?;
        self.audience.hold(claims).map_err(because::invalid)?;
        parties::hold_authorized(self.authorized_parties.as_deref(), claims)
            .map_err(because::invalid)?;
        // One of another type could not be looked up where tokens are revoked.
        if claims.get("jti").is_some_and(|jti| !jti.is_string()) {
            return Err(because::invalid("the jti is not a string"));
        }
        match claims.get("sub") {
            Some(Json::String(subject)) if self.empty_subject || !subject.is_empty() => Ok(times),
            _ => Err(because::invalid("no sub")),
        }
    }

    /// Holds claims against what the application demands of them.
    pub(super) fn hold_required(&self, claims: &Claims) -> Result<(), AuthError> {
        let lacks = |(path, value): &(ClaimPath, Option<Value>)| match (path.find(claims), value) {
            (Some(found), Some(wanted)) => found != wanted,
            (Some(Value::Null) | None, _) => true,
            (Some(_), None) => false,
        };
        match self.required.iter().find(|required| lacks(required)) {
            Some((path, _)) => {
                Err(AuthError::invalid(format!("the required claim {path} is not as it must be")))
            }
            None => Ok(()),
        }
    }
}
