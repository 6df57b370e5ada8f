//! [`Tenant`]: the name of a tenant.

use std::{fmt, sync::Arc};

use http::Extensions;

use crate::{config_error::ConfigError, evidence::Evidence};

/// The tenant that a request acts for.
///
/// A name is 1 to 64 characters long, starts with a letter or digit and goes on with letters, digits,
/// `-`, `_` and `.`, all ASCII; so it is never a path step, an escape or two values in one. Names are
/// compared exactly: `Acme` is not `acme`.
///
/// A clone costs one reference count.
///
/// # Examples
///
/// ```
/// use tower_auth::Tenant;
///
/// assert_eq!(Tenant::new("acme-eu")?.as_str(), "acme-eu");
/// assert!(Tenant::new("../acme").is_err());
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Tenant(Arc<str>);

impl Tenant {
    /// The longest name, in bytes.
    pub const MAX_BYTES: usize = 64;

    /// A tenant of this name.
    ///
    /// # Errors
    ///
    /// When the name breaks the grammar of names.
    pub fn new(name: &str) -> Result<Self, ConfigError> {
        Self::parse(name).ok_or_else(|| {
            ConfigError::new(format!(
                "{name:?} is not the name of a tenant: 1 to 64 ASCII letters, digits, '-', '_' and \
                 '.', the first a letter or digit"
            ))
        })
    }

    /// The tenant of a request whose identity belongs to it.
    ///
    /// `None` when no tenant layer ran, when the request names no tenant, and as long as no
    /// authentication layer has established who acts.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.agreed_tenant()
    }

    /// The tenant that a request *asks for*, whether or not anybody belongs to it: for credentials of your
    /// own whose tenants have authenticators of their own, see
    /// [`Credentials::requested_tenant`](crate::Credentials::requested_tenant).
    ///
    /// It is what the client wrote and nobody has vouched for it. Handlers want
    /// [`from_extensions`](Self::from_extensions).
    #[must_use]
    pub fn requested_in(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.requested().map(|requested| &requested.tenant)
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        let is_inner =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let fits = (1..=Self::MAX_BYTES).contains(&name.len())
            && name.bytes().all(is_inner)
            && name.as_bytes()[0].is_ascii_alphanumeric();
        fits.then(|| Self(name.into()))
    }
}

impl AsRef<str> for Tenant {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Tenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tenant({:?})", &*self.0)
    }
}
