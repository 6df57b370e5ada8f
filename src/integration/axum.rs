//! Extractors for axum handlers.
//!
//! A handler that takes an [`Identity`], a [`Tenant`], [`Permissions`] or [`Permitted`] where no
//! layer established one is refused with 500: a forgotten layer must be loud and must never look
//! like an anonymous caller. An `Option` is `None` for an anonymous caller, and for a request that
//! names no tenant where the layer allows that.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, Response},
};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{
    error::AuthError,
    evidence::{Evidence, TenantEvidence},
    identity::Identity,
    permission::{Permissions, Permitted},
    rejection::{DefaultRejection, Rejection, seal},
    tenant::Tenant,
};

/// The claims of the caller, read as a type.
///
/// # Rejections
///
/// | When | HTTP |
/// |---|---|
/// | the claims cannot be read as the type | 403 |
/// | no authentication layer is outside of the handler | 500 |
///
/// # Examples
///
/// ```
/// use tower_auth::TypedClaims;
///
/// #[derive(serde::Deserialize)]
/// struct Staff {
///     department: String,
/// }
///
/// async fn handler(TypedClaims(staff): TypedClaims<Staff>) -> String {
///     staff.department
/// }
/// # let _ = handler;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct TypedClaims<T>(pub T);

impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AuthError> {
        identity(parts).cloned()
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Identity {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, AuthError> {
        identity(parts).map(|identity| (!identity.is_anonymous()).then(|| identity.clone()))
    }
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for TypedClaims<T> {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AuthError> {
        identity(parts)?.claims_as().map(Self).map_err(AuthError::permission_denied)
    }
}

impl<S: Sync, T: DeserializeOwned> OptionalFromRequestParts<S> for TypedClaims<T> {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, AuthError> {
        let identity = identity(parts)?;
        if identity.is_anonymous() {
            return Ok(None);
        }
        identity.claims_as().map(|claims| Some(Self(claims))).map_err(AuthError::permission_denied)
    }
}

impl<S: Sync> FromRequestParts<S> for Tenant {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AuthError> {
        match tenant(parts)? {
            Some(tenant) => Ok(tenant.clone()),
            None => Err(AuthError::misconfigured(
                "the handler wants a tenant where the layer allows requests without one: take Option<Tenant>",
            )),
        }
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Tenant {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, AuthError> {
        tenant(parts).map(Option::<&Self>::cloned)
    }
}

impl<S: Sync> FromRequestParts<S> for Permissions {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AuthError> {
        permissions(parts).cloned()
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for Permissions {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, AuthError> {
        let permissions = permissions(parts)?;
        Ok((!identity(parts)?.is_anonymous()).then(|| permissions.clone()))
    }
}

impl<S: Sync> FromRequestParts<S> for Permitted {
    type Rejection = AuthError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AuthError> {
        let permitted = Self::from_extensions(&parts.extensions);
        permitted.cloned().ok_or_else(|| missing("require"))
    }
}

/// The answer of the table, for handlers that refuse by themselves.
///
/// A 401 of a handler carries no challenges: only layers know the schemes.
impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let (parts, ()) = http::Request::new(()).into_parts();
        let mut response = DefaultRejection.reject(&self, &parts);
        seal(&mut response, &self);
        response
    }
}

fn identity(parts: &Parts) -> Result<&Identity, AuthError> {
    Identity::from_extensions(&parts.extensions).ok_or_else(|| missing("an authentication layer"))
}

fn permissions(parts: &Parts) -> Result<&Permissions, AuthError> {
    Permissions::from_extensions(&parts.extensions).ok_or_else(|| missing("PermissionClaimLayer"))
}

fn tenant(parts: &Parts) -> Result<Option<&Tenant>, AuthError> {
    match Evidence::of(&parts.extensions).map(|evidence| &evidence.tenant) {
        Some(TenantEvidence::Agreed(requested)) => Ok(Some(&requested.tenant)),
        Some(TenantEvidence::Absent) => Ok(None),
        Some(TenantEvidence::Requested(_)) => Err(missing("an authentication layer")),
        Some(TenantEvidence::Unasked) | None => Err(missing("TenantLayer")),
    }
}

fn missing(layer: &str) -> AuthError {
    AuthError::misconfigured(format!("the handler is not inside of {layer}"))
}
