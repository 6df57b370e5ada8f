//! [`require`]: holds a requirement against the permissions of the caller.

use http::request::Parts;
use tower::Layer;

use crate::{
    error::AuthError,
    evidence::{Evidence, ask_anonymous_to_log_in},
    gate::{Check, Gate, GateLayer, Verdict},
    identity::Identity,
    permission::{Permitted, Requirement},
    rejection::DefaultRejection,
};

/// Admits callers who meet a requirement.
///
/// The permissions are those that an outer [`PermissionClaimLayer`](crate::PermissionClaimLayer)
/// mapped. Without such a layer every request is refused as `Misconfigured`: forgetting to map
/// claims must not open a door. The handler finds the proof as [`Permitted`].
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the requirement is not met | 403 | `PERMISSION_DENIED` |
/// | it is not met and the caller is anonymous | 401 | `UNAUTHENTICATED` |
/// | no claims were mapped | 500 | `INTERNAL` |
///
/// # Examples
///
/// ```
/// use tower_auth::{all, require};
///
/// let layer = require("orders:write");
/// let stricter = require(all(["orders:write", "orders:export"]));
/// # let _ = (layer, stricter);
/// ```
pub fn require(requirement: impl Into<Requirement>) -> RequireLayer {
    RequireLayer(requirement.into())
}

/// The layer of [`require`].
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct RequireLayer(Requirement);

impl RequireLayer {
    /// The requirement, for a list of what routes need.
    #[must_use]
    pub const fn requirement(&self) -> &Requirement {
        &self.0
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn judge(&self, parts: &Parts) -> Result<(), AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        let identity = evidence.and_then(|evidence| evidence.identity.as_ref());
        let permissions = evidence.and_then(|evidence| evidence.permissions.as_ref());
        let (Some(identity), Some(permissions)) = (identity, permissions) else {
            return Err(AuthError::misconfigured(
                "require must be inside of a PermissionClaimLayer",
            ));
        };
        if self.0.is_met_by(permissions) { Ok(()) } else { Err(self.refusal(identity)) }
    }

    fn refusal(&self, identity: &Identity) -> AuthError {
        let mut error = AuthError::permission_denied(format!("requires {}", self.0))
            .with_scheme(identity.method());
        let scope = self.0.scope();
        if !scope.is_empty() {
            error = error.with_scope(scope);
        }
        ask_anonymous_to_log_in(error, identity)
    }
}

impl Check for RequireLayer {
    type Grant = Permitted;

    fn name(&self) -> &'static str {
        "require"
    }

    fn check(&self, parts: &Parts) -> Verdict<Permitted> {
        match self.judge(parts) {
            Ok(()) => Verdict::Granted(Permitted::new(self.0.clone())),
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, permitted: Permitted, parts: &mut Parts) {
        Evidence::of_mut(&mut parts.extensions).permitted = Some(permitted);
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}
