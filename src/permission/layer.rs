//! [`PermissionClaimLayer`]: what may you do?

use std::{fmt, sync::Arc};

use http::request::Parts;
use tower::Layer;

use crate::{
    error::AuthError,
    evidence::Evidence,
    gate::{Check, Gate, GateLayer, Verdict},
    permission::{ClaimMapper, Permissions, memo::Mapping},
    rejection::DefaultRejection,
};

/// Turns the claims of the caller into permissions.
///
/// It refuses nobody for what they may not do; that is for [`require`](crate::require), further in.
///
/// What a mapper says of an identity that is remembered (`Authenticator::cached`,
/// `JwtVerifierBuilder::with_cache`) is remembered with it, where the mapper
/// [says that this is right](ClaimMapper::is_pure): for the tenant that comes first, and 16 MiB in all.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | no authentication layer is outside of it | 500 | `INTERNAL` |
/// | the mapper refuses, by the kind of its error | 403 .. | `PERMISSION_DENIED` .. |
///
/// # Examples
///
/// ```
/// use tower_auth::{ClaimPermissions, PermissionClaimLayer};
///
/// let layer = PermissionClaimLayer::new(ClaimPermissions::at("realm_access.roles"));
/// # let _ = layer;
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct PermissionClaimLayer(Arc<Mapping>);

impl PermissionClaimLayer {
    /// Maps claims by this mapper.
    pub fn new(mapper: impl ClaimMapper) -> Self {
        Self(Arc::new(Mapping::new(mapper)))
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn judge(&self, parts: &Parts) -> Result<Permissions, AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        let (Some(evidence), Some(identity)) =
            (evidence, evidence.and_then(|evidence| evidence.identity.as_ref()))
        else {
            return Err(AuthError::misconfigured(
                "PermissionClaimLayer must be inside of an authentication layer",
            ));
        };
        self.0.permissions(identity, evidence.agreed_tenant())
    }
}

impl Check for PermissionClaimLayer {
    type Grant = Permissions;

    fn name(&self) -> &'static str {
        "permission_claims"
    }

    fn check(&self, parts: &Parts) -> Verdict<Permissions> {
        match self.judge(parts) {
            Ok(permissions) => Verdict::Granted(permissions),
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, permissions: Permissions, parts: &mut Parts) {
        Evidence::of_mut(&mut parts.extensions).permissions = Some(permissions);
    }
}

impl<S> Layer<S> for PermissionClaimLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}

impl fmt::Debug for PermissionClaimLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PermissionClaimLayer").finish_non_exhaustive()
    }
}
