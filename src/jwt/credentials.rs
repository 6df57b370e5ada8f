//! [`Bearer`]: a bearer token.

use std::fmt;

use http::{header::AUTHORIZATION, request::Parts};

use crate::{authorization, because, credentials::Credentials, error::AuthError, secret::Secret};

/// A bearer token, as `Authorization: Bearer ..` carries it (RFC 6750, section 2.1).
///
/// The token is any `b64token`; whether it is a JWT is for the authenticator to find out. `Debug`
/// does not show it.
#[derive(Clone)]
pub struct Bearer {
    token: Secret,
    tenant: Option<crate::Tenant>,
    #[cfg(feature = "mtls")]
    connection: Option<crate::PeerCertificates>,
}

impl Bearer {
    /// Credentials for a test, or for an authenticator that asks another one.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self {
            token: token.into(),
            tenant: None,
            #[cfg(feature = "mtls")]
            connection: None,
        }
    }

    /// A token that was found in a request.
    pub(super) fn of_request(token: Secret, parts: &Parts) -> Self {
        Self {
            token,
            tenant: crate::Tenant::requested_in(&parts.extensions).cloned(),
            #[cfg(feature = "mtls")]
            connection: crate::PeerCertificates::of_connection(&parts.extensions),
        }
    }

    /// The token.
    #[must_use]
    pub const fn token(&self) -> &Secret {
        &self.token
    }

    /// The tenant that an outer [`TenantLayer`](crate::TenantLayer) found in the request.
    ///
    /// The layer holds the identity against it afterwards; an authenticator needs it only where
    /// tenants have issuers of their own.
    #[must_use]
    pub const fn requested_tenant(&self) -> Option<&crate::Tenant> {
        self.tenant.as_ref()
    }

    /// The certificate that the client showed on this connection, for tokens that are bound to one
    /// (RFC 8705, section 3).
    #[cfg(feature = "mtls")]
    #[must_use]
    pub fn client_certificate(&self) -> Option<crate::ClientCertificate> {
        self.connection.as_ref()?.leaf().ok().flatten()
    }

    /// Whether the certificate of this connection has the thumbprint that a token is bound to.
    #[cfg(feature = "mtls")]
    pub(super) fn hold_certificate(&self, thumbprint: &str) -> Result<(), AuthError> {
        let Some(connection) = &self.connection else {
            return Err(because::invalid(
                "bound to a certificate, and the request says nothing about its connection: serve with TlsListener and \
                 into_make_service_with_connect_info::<TlsPeer>(), or insert PeerCertificates",
            ));
        };
        match connection.leaf()? {
            Some(leaf) if leaf.sha256_thumbprint() == thumbprint => Ok(()),
            _ => Err(because::invalid("bound to another certificate than this connection's")),
        }
    }

    /// Without the feature `mtls` nothing is known about certificates.
    #[cfg(not(feature = "mtls"))]
    #[expect(clippy::unused_self, reason = "with the feature it is used")]
    pub(super) fn hold_certificate(&self, _: &str) -> Result<(), AuthError> {
        Err(because::invalid("bound to a certificate, and certificates are not supported"))
    }
}

impl Credentials for Bearer {
    const NAME: &'static str = "Bearer";

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let token = authorization::token68(&parts.headers, &AUTHORIZATION, Self::NAME)?;
        Ok(token.map(|token| Self::of_request(Secret::in_field(token.line, token.start), parts)))
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
}

#[cfg(feature = "cache")]
impl crate::CacheKey for Bearer {
    fn write_key(&self, key: &mut crate::KeyWriter) {
        key.tenant(self.tenant.as_ref());
        key.field(self.token.expose());
        // A token may be bound to the certificate of its connection.
        #[cfg(feature = "mtls")]
        if let Some(certificate) = self.client_certificate() {
            key.field(certificate.sha256_thumbprint().as_bytes());
        }
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("token", &self.token)
            .field("requested_tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
