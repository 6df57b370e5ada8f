//! [`Basic`]: a user-id and a password.

use std::{fmt, net::IpAddr};

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{header::AUTHORIZATION, request::Parts};
use zeroize::Zeroizing;

use crate::{
    authorization, because, credentials::Credentials, error::AuthError, peer_address::PeerAddress,
    rejection::Challenge, secret::Secret,
};

/// Longer credentials are refused unread. It leaves room for any password that a person or a
/// password manager would send.
const MAX_ENCODED_BYTES: usize = 4096;

/// A user-id and a password, as `Authorization: Basic ..` carries them (RFC 7617).
///
/// # Grammar
///
/// What follows the scheme and one space is base64 in the standard alphabet with its padding and
/// nothing else, of at most 4,096 characters. Inside is UTF-8 without control characters, and the
/// first colon ends the user-id: the password may hold colons. Both may be empty; whether that is
/// good enough is for the authenticator to say.
///
/// `Debug` shows the user-id and not the password.
#[derive(Clone)]
pub struct Basic {
    username: String,
    password: Secret,
    tenant: Option<crate::Tenant>,
    peer: Option<PeerAddress>,
}

impl Basic {
    /// Credentials for a test, or for an authenticator that asks another one.
    pub fn new(username: impl Into<String>, password: Secret) -> Self {
        Self { username: username.into(), password, tenant: None, peer: None }
    }

    /// Sets where the attempt comes from.
    #[must_use]
    pub fn with_peer_address(mut self, address: IpAddr) -> Self {
        self.peer = Some(PeerAddress(address));
        self
    }

    /// The user-id.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password.
    #[must_use]
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// The tenant that an outer [`TenantLayer`](crate::TenantLayer) found in the request.
    ///
    /// The layer holds the identity against it afterwards; an authenticator needs it only where
    /// tenants have stores of their own.
    #[must_use]
    pub fn requested_tenant(&self) -> Option<&crate::Tenant> {
        self.tenant.as_ref()
    }

    /// Where the attempt comes from, as [`PeerAddress`] says; `None` where that is not known.
    #[must_use]
    pub fn peer_address(&self) -> Option<IpAddr> {
        self.peer.map(|PeerAddress(address)| address)
    }

    /// Reads `user-id:password` in base64 (RFC 7617, section 2), as a request carries it.
    pub(crate) fn of_request(encoded: &[u8], parts: &Parts) -> Result<Self, AuthError> {
        if encoded.len() > MAX_ENCODED_BYTES {
            return Err(because::unreadable("the credentials are too long"));
        }
        let decoded = STANDARD.decode(encoded).map(Zeroizing::new);
        let decoded = decoded.map_err(|_| because::unreadable("not strict base64"))?;
        let text = std::str::from_utf8(&decoded).map_err(|_| because::unreadable("not UTF-8"))?;
        if text.chars().any(char::is_control) {
            return Err(because::unreadable("a control character in user-id or password"));
        }
        let (username, password) = text
            .split_once(':')
            .ok_or_else(|| because::unreadable("no colon after the user-id"))?;
        Ok(Self {
            tenant: crate::Tenant::requested_in(&parts.extensions).cloned(),
            peer: PeerAddress::from_extensions(&parts.extensions),
            ..Self::new(username, Secret::new(password))
        })
    }
}

impl Credentials for Basic {
    const NAME: &'static str = "Basic";

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let token = authorization::token68(&parts.headers, &AUTHORIZATION, Self::NAME)?;
        token
            .map(|token| Self::of_request(token.bytes(), parts))
            .transpose()
            .map_err(|error| error.with_scheme(Self::NAME))
    }

    fn remove_from(parts: &mut Parts) {
        authorization::remove(parts);
    }

    fn mark_sensitive(parts: &mut Parts) {
        authorization::mark_sensitive(parts);
    }

    fn requested_tenant(&self) -> Option<&crate::Tenant> {
        self.tenant.as_ref()
    }

    fn challenge() -> Challenge {
        // RFC 7617, section 2.1: the only value that is allowed.
        Challenge::new(Self::NAME).with("charset", "UTF-8")
    }
}

#[cfg(feature = "cache")]
impl crate::CacheKey for Basic {
    fn write_key(&self, key: &mut crate::KeyWriter) {
        key.tenant(self.tenant.as_ref());
        key.field(self.username.as_bytes());
        key.field(self.password.expose());
        // Who judges may look at it.
        match self.peer_address() {
            Some(IpAddr::V4(address)) => key.field(&address.octets()),
            Some(IpAddr::V6(address)) => key.field(&address.octets()),
            None => {}
        }
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("username", &self.username)
            .field("password", &self.password)
            .field("requested_tenant", &self.tenant)
            .field("peer_address", &self.peer_address())
            .finish()
    }
}
