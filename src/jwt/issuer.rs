//! [`Issuer`]: whose tokens are believed, and under which rules.

use std::time::Duration;

use crate::{
    config_error::{ConfigError, Problems},
    jwt::{Algorithm, Keys, key::Key, rules::Rules, token::Header},
};

/// An issuer of tokens, with everything that tokens of it are held against.
///
/// # What a token must be
///
/// Signed by one of the issuer's keys; `iss` and one of `aud` equal byte for byte to what is
/// configured; `exp` there and not past; `nbf`, where it is there, not ahead; `sub` a string that is
/// not empty; `typ`, where it is there, `JWT` or `at+jwt`; not bound to anything but the client
/// certificate of this connection. Times may differ by the leeway.
#[derive(Clone, Debug)]
#[must_use]
pub struct Issuer {
    name: String,
    audiences: Vec<String>,
    keys: Keys,
    algorithms: Vec<Algorithm>,
    leeway: Duration,
}

impl Issuer {
    /// How far clocks may differ where nothing else is set.
    pub const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

    /// No leeway may be longer.
    pub const MAX_LEEWAY: Duration = Duration::from_secs(300);

    /// An issuer that is named `issuer` in its tokens, whose tokens for `audience` are meant for
    /// this service (RFC 7519, sections 4.1.1 and 4.1.3).
    pub fn new(issuer: impl Into<String>, audience: impl Into<String>, keys: Keys) -> Self {
        Self {
            name: issuer.into(),
            audiences: vec![audience.into()],
            keys,
            algorithms: Algorithm::DEFAULT.to_vec(),
            leeway: Self::DEFAULT_LEEWAY,
        }
    }

    /// Accepts tokens for this audience as well.
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audiences.push(audience.into());
        self
    }

    /// Accepts only these algorithms. The default is every asymmetric one.
    ///
    /// The order counts for keys without an `alg` of their own: such a key is bound to the first
    /// that fits it. HMAC is not a matter of this list but of [`Keys::from_hmac_secret`].
    pub fn with_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets how far clocks may differ: at most [`MAX_LEEWAY`](Self::MAX_LEEWAY), by default
    /// [`DEFAULT_LEEWAY`](Self::DEFAULT_LEEWAY).
    pub const fn with_leeway(mut self, leeway: Duration) -> Self {
        self.leeway = leeway;
        self
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Reads the keys and checks the rest.
    pub(super) fn load(self) -> Result<Trusted, ConfigError> {
        let mut problems = Problems::default();
        if self.name.is_empty() {
            problems.add("the issuer's name is empty");
        }
        if self.audiences.iter().any(String::is_empty) {
            problems.add("an audience is empty");
        }
        if self.leeway > Self::MAX_LEEWAY {
            problems.add(format!(
                "a leeway of {} s: at most {} s are allowed",
                self.leeway.as_secs(),
                Self::MAX_LEEWAY.as_secs(),
            ));
        }
        let keys = match self.keys.load(&self.algorithms) {
            Ok(keys) => keys,
            Err(error) => {
                error.problems().for_each(|problem| problems.add(problem));
                Vec::new()
            }
        };
        let rules = Rules { audiences: self.audiences, leeway: self.leeway };
        problems.finish(Trusted { name: self.name, keys, rules })
    }
}

/// An issuer whose keys have been read.
#[derive(Debug)]
pub(super) struct Trusted {
    pub(super) name: String,
    keys: Vec<Key>,
    pub(super) rules: Rules,
}

impl Trusted {
    /// The one key that a token can have been signed with.
    ///
    /// A `kid` chooses among the keys of that name, else among those without one. More than one
    /// match is no match: keys are not tried in turn.
    pub(super) fn key(&self, header: &Header) -> Option<&Key> {
        let named = |kid: &Option<String>| match &header.kid {
            Some(wanted) => kid.as_ref() == Some(wanted),
            None => true,
        };
        match self.only_key(header, named) {
            None if header.kid.is_some() => self.only_key(header, Option::is_none),
            found => found,
        }
    }

    fn only_key(&self, header: &Header, of: impl Fn(&Option<String>) -> bool) -> Option<&Key> {
        let fits = |key: &&Key| key.algorithm == header.algorithm && of(&key.kid);
        let mut keys = self.keys.iter().filter(fits);
        keys.next().filter(|_| keys.next().is_none())
    }
}
