//! [`Issuer`]: whose tokens are believed, and under which rules.

use std::time::Duration;

use serde_json::Value;

use crate::{
    claims::ClaimPath,
    jwt::{
        Algorithm, Keys,
        rules::{Audience, Rules},
    },
};

/// An issuer of tokens, with everything that tokens of it are held against.
///
/// # What a token must be
///
/// Signed by one of the issuer's keys; `iss` and one of `aud` equal byte for byte to what is
/// configured; `exp` there and not past; `nbf`, where it is there, not ahead; `sub` a string that is
/// not empty; `typ`, where it is there, `JWT` or `at+jwt`; no ID token, refresh token or logout
/// token; not bound to anything but the client certificate of this connection. Times may differ by
/// the leeway. Everything beyond that is demanded by a setter.
///
/// Some providers make ID tokens that nothing marks as such: no `typ`, no `nonce`. What keeps them
/// out is `aud`, the client's id in them. So where an audience is also the id of a client, demand
/// [`rfc9068`](Self::rfc9068) or [`require_type`](Self::require_type).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::{Algorithm, Issuer, Keys};
///
/// let issuer = Issuer::new("https://login.example.com", "orders-api", Keys::from_openid_discovery())
///     .with_algorithms([Algorithm::ES256])
///     .with_authorized_parties(["shop", "back-office"])
///     .with_max_lifetime(Duration::from_secs(3600))
///     .with_required_claim("jti");
/// # let _ = issuer;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Issuer {
    /// None where tokens of any issuer are accepted.
    pub(super) name: Option<String>,
    pub(super) keys: Keys,
    pub(super) algorithms: Vec<Algorithm>,
    /// None where tokens count for every tenant, and for requests of none.
    pub(super) tenants: Option<Vec<String>>,
    pub(super) rules: Rules,
}

impl Issuer {
    /// How far clocks may differ where nothing else is set.
    pub const DEFAULT_LEEWAY: Duration = Rules::DEFAULT_LEEWAY;

    /// No leeway may be longer.
    pub const MAX_LEEWAY: Duration = Rules::MAX_LEEWAY;

    /// An issuer that is named `issuer` in its tokens, whose tokens for `audience` are meant for
    /// this service (RFC 7519, sections 4.1.1 and 4.1.3).
    pub fn new(
        issuer: impl Into<String>,
        audience: impl Into<String>,
        keys: impl Into<Keys>,
    ) -> Self {
        Self {
            name: Some(issuer.into()),
            keys: keys.into(),
            algorithms: Algorithm::ALL.to_vec(),
            tenants: None,
            rules: Rules::new(Audience::OneOf(vec![audience.into()])),
        }
    }

    /// Takes the keys from elsewhere: by another client, from a copy, or, in a test, from text.
    pub fn with_keys(mut self, keys: impl Into<Keys>) -> Self {
        self.keys = keys.into();
        self
    }

    /// Accepts tokens for this audience as well.
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        match &mut self.rules.audience {
            Audience::OneOf(audiences) => audiences.push(audience.into()),
            any @ Audience::Any => *any = Audience::OneOf(vec![audience.into()]),
        }
        self
    }

    /// Accepts only these algorithms. The default is every asymmetric one.
    ///
    /// A key with an `alg` of its own verifies with that and nothing else; a key without one, with
    /// those of the list that fit its type. HMAC is not a matter of this list but of
    /// [`Keys::from_hmac_secret`].
    pub fn with_algorithms(mut self, algorithms: impl IntoIterator<Item = Algorithm>) -> Self {
        self.algorithms = algorithms.into_iter().collect();
        self
    }

    /// Sets how far clocks may differ: at most [`MAX_LEEWAY`](Self::MAX_LEEWAY), by default
    /// [`DEFAULT_LEEWAY`](Self::DEFAULT_LEEWAY).
    pub const fn with_leeway(mut self, leeway: Duration) -> Self {
        self.rules.leeway = leeway;
        self
    }

    /// Accepts only tokens that follow the profile for access tokens (RFC 9068, section 4): `typ` is
    /// `at+jwt`, and `client_id`, `iat` and `jti` are there beside what is always demanded.
    pub fn rfc9068(mut self) -> Self {
        self.rules.kind.types = vec!["at+jwt".to_owned()];
        self.rules.kind.typ_required = true;
        ["client_id", "iat", "jti"].into_iter().fold(self, Self::with_required_claim)
    }

    /// Accepts only these `typ`, with or without `application/`, in any case (RFC 7515, section
    /// 4.1.9). The default is `JWT` and `at+jwt`, or none.
    pub fn with_types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        let types = types.into_iter().map(Into::into);
        let bare = |typ: String| super::token::bare_media_type(&typ).to_owned();
        self.rules.kind.types = types.map(bare).collect();
        self
    }

    /// Refuses tokens without a `typ`.
    pub const fn require_type(mut self) -> Self {
        self.rules.kind.typ_required = true;
        self
    }

    /// Accepts ID tokens, and whatever else has claims like theirs (`nonce`, `at_hash`, `c_hash`,
    /// `s_hash`), as access tokens. Refresh tokens and logout tokens are refused all the same.
    ///
    /// An ID token says who somebody is to the application that asked. Whoever accepts it as the
    /// right to call, accepts it from each application that ever got one.
    pub const fn allow_id_tokens(mut self) -> Self {
        self.rules.kind.id_tokens = true;
        self
    }

    /// Accepts only tokens that were issued to one of these clients: `azp`, `client_id` or, where
    /// both are there, both.
    pub fn with_authorized_parties<P: Into<String>>(
        mut self,
        parties: impl IntoIterator<Item = P>,
    ) -> Self {
        self.rules.authorized_parties = Some(parties.into_iter().map(Into::into).collect());
        self
    }

    /// Refuses tokens without this claim, whatever its value; `null` is no value.
    ///
    /// See [`Claims`](crate::Claims) for the forms of a path.
    pub fn with_required_claim(mut self, path: &str) -> Self {
        self.rules.required.push((ClaimPath::from(path), None));
        self
    }

    /// Refuses tokens in which this claim has another value.
    pub fn with_required_value(mut self, path: &str, value: impl Into<Value>) -> Self {
        self.rules.required.push((ClaimPath::from(path), Some(value.into())));
        self
    }

    /// Refuses tokens that were issued longer ago, whatever their `exp`; `iat` is then required.
    pub const fn with_max_age(mut self, age: Duration) -> Self {
        self.rules.max_age = Some(age);
        self
    }

    /// Refuses tokens with more time between `iat` and `exp`; both are then required.
    pub const fn with_max_lifetime(mut self, lifetime: Duration) -> Self {
        self.rules.max_lifetime = Some(lifetime);
        self
    }

    /// Accepts tokens of this issuer only where the request names one of these tenants.
    ///
    /// The tenant is the one that a [`TenantLayer`](crate::TenantLayer) further out found. A request
    /// that names none is refused, so the layer must be outside of authentication.
    pub fn for_tenants<T: Into<String>>(mut self, tenants: impl IntoIterator<Item = T>) -> Self {
        self.tenants = Some(tenants.into_iter().map(Into::into).collect());
        self
    }
}
