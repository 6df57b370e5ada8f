//! [`Credentials`]: what a client presents, read from the head of a request.

use http::{HeaderMap, HeaderName, request::Parts};

use crate::{error::AuthError, rejection::Challenge};

/// What a client presents to say who it is.
///
/// [`Basic`](crate::Basic), [`Bearer`](crate::Bearer) and
/// [`ClientCertificate`](crate::ClientCertificate) are ready; write your own for an API key or a
/// signed request, pair it with an [`Authenticator`](crate::Authenticator) in
/// [`Scheme::new`](crate::Scheme::new) and hand that to an [`AuthLayer`](crate::AuthLayer).
///
/// # Examples
///
/// ```
/// use http::request::Parts;
/// use tower_auth::{AuthError, AuthErrorKind, AuthLayer, Credentials, Identity, Scheme, Secret};
///
/// struct ApiKey(Secret);
///
/// impl Credentials for ApiKey {
///     const NAME: &'static str = "ApiKey";
///
///     fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
///         let mut lines = parts.headers.get_all("x-api-key").iter();
///         match (lines.next(), lines.next()) {
///             (None, _) => Ok(None),
///             (Some(key), None) => Ok(Some(Self(Secret::new(key.as_bytes())))),
///             (Some(_), Some(_)) => Err(AuthErrorKind::AmbiguousCredentials.into()),
///         }
///     }
///
///     fn remove_from(parts: &mut Parts) {
///         parts.headers.remove("x-api-key");
///     }
/// }
///
/// let known = Secret::new("s3cr3t");
/// let layer = AuthLayer::new(Scheme::new(move |ApiKey(key): ApiKey| {
///     let known = known.clone();
///     async move {
///         if key == known { Ok(Identity::new("robot")) } else { Err(AuthError::invalid("unknown key")) }
///     }
/// }));
/// # let _ = layer;
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of credentials",
    note = "use `Basic`, `Bearer` or `ClientCertificate`, or implement `Credentials` for `{Self}`"
)]
pub trait Credentials: Sized + Send + 'static {
    /// The scheme's name: the first word of its challenge, and the method of identities it
    /// establishes. It must be a token (RFC 9110, section 5.6.2).
    const NAME: &'static str;

    /// Whether they are the connection's and come with every request on it, whatever the client wants
    /// with this one, as its certificate does; see
    /// [`AuthLayer::allow_unused_certificate`](crate::AuthLayer::allow_unused_certificate).
    const OF_CONNECTION: bool = false;

    /// Reads the credentials of this kind.
    ///
    /// `Ok(None)` says that the request carries none of this kind, so another scheme may have its
    /// turn. An error says that it does and that they are unusable: the request is refused.
    ///
    /// # Errors
    ///
    /// When credentials of this kind are there and cannot be read.
    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError>;

    /// Takes the secret out of an admitted request, so that no handler and no log further in can
    /// see it.
    ///
    /// The layer skips this call after `keep_credentials()`.
    fn remove_from(parts: &mut Parts) {
        let _ = parts;
    }

    /// Marks the secret as sensitive, for requests that keep it.
    fn mark_sensitive(parts: &mut Parts) {
        let _ = parts;
    }

    /// The tenant that an outer [`TenantLayer`](crate::TenantLayer) found in the request, where the
    /// credentials know it. A `PerTenant` authenticator (feature `cache`) asks for it.
    ///
    /// [`from_parts`](Self::from_parts) reads it with
    /// [`Tenant::requested_in`](crate::Tenant::requested_in). The default knows none.
    fn requested_tenant(&self) -> Option<&crate::Tenant> {
        None
    }

    /// How to ask for credentials of this kind; the layer adds the realm.
    #[must_use]
    fn challenge() -> Challenge {
        Challenge::new(Self::NAME)
    }
}

/// Marks all lines of a field.
pub(crate) fn mark_sensitive(headers: &mut HeaderMap, name: &HeaderName) {
    // One walk over the few fields of a request takes less than two look-ups of one.
    headers
        .iter_mut()
        .filter(|(field, _)| *field == name)
        .for_each(|(_, line)| line.set_sensitive(true));
}
