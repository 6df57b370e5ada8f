//! [`Bearer`]: a bearer token.

use std::fmt;

use http::request::Parts;

use crate::{
    authorization, credentials::Credentials, error::AuthError, evidence::Evidence, secret::Secret,
};

/// A bearer token, as `Authorization: Bearer ..` carries it (RFC 6750, section 2.1).
///
/// The token is any `b64token`; whether it is a JWT is for the authenticator to find out. `Debug`
/// does not show it.
#[derive(Clone)]
pub struct Bearer {
    token: Secret,
    tenant: Option<crate::Tenant>,
    #[cfg(feature = "mtls")]
    certificate: Option<crate::ClientCertificate>,
}

impl Bearer {
    /// Credentials for a test, or for an authenticator that asks another one.
    pub fn new(token: impl Into<Secret>) -> Self {
        Self {
            token: token.into(),
            tenant: None,
            #[cfg(feature = "mtls")]
            certificate: None,
        }
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// The tenant that an outer [`TenantLayer`](crate::TenantLayer) found in the request.
    ///
    /// The layer holds the identity against it afterwards; an authenticator needs it only where
    /// tenants have issuers of their own.
    #[must_use]
    pub fn requested_tenant(&self) -> Option<&crate::Tenant> {
        self.tenant.as_ref()
    }

    /// The certificate that the client showed on this connection, for tokens that are bound to one
    /// (RFC 8705, section 3).
    #[cfg(feature = "mtls")]
    #[must_use]
    pub fn client_certificate(&self) -> Option<&crate::ClientCertificate> {
        self.certificate.as_ref()
    }
}

impl Credentials for Bearer {
    const NAME: &'static str = "Bearer";

    fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let Some(token) = authorization::token68(&parts.headers, Self::NAME)? else {
            return Ok(None);
        };
        let requested = Evidence::of(&parts.extensions).and_then(Evidence::requested);
        Ok(Some(Self {
            token: Secret::new(token),
            tenant: requested.map(|requested| requested.tenant.clone()),
            #[cfg(feature = "mtls")]
            certificate: crate::ClientCertificate::of_connection(&parts.extensions)
                .ok()
                .and_then(crate::mtls::PeerCertificates::into_leaf),
        }))
    }

    fn remove_from(parts: &mut Parts) {
        authorization::remove(parts);
    }

    fn mark_sensitive(parts: &mut Parts) {
        authorization::mark_sensitive(parts);
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
