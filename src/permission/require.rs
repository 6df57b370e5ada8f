//! [`require`]: holds a requirement against the permissions of the caller.

use std::{fmt, sync::Arc};

use http::request::Parts;
use tower::Layer;

use crate::{
    config_error::ConfigError,
    error::AuthError,
    evidence::{Evidence, ask_anonymous_to_log_in},
    gate::{Check, Gate, GateLayer, Verdict},
    identity::Identity,
    permission::{Permitted, Requirement, matched},
    rejection::DefaultRejection,
};

/// Admits callers who meet a requirement.
///
/// The permissions are those that an outer [`PermissionClaimLayer`](crate::PermissionClaimLayer)
/// mapped. Without such a layer every request is refused as `Misconfigured`: forgetting to map
/// claims must not open a door. The handler finds the proof as [`Permitted`].
///
/// # Parameters of the route
///
/// `require("projects/{project}:deploy")` asks for `projects/42:deploy` on the route
/// `/projects/{project}/deploy` where the path says 42. The value is the one that axum matched and the
/// handler is given; elsewhere it is from where [`with_parameters`](RequireLayer::with_parameters)
/// says. It must consist of `A` to `Z`, `a` to `z`, `0` to `9`, `-` and `_`, so that no path makes
/// another permission of the name. A parameter is all there is between two of `:`, `.` and `/`.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the requirement is not met | 403 | `PERMISSION_DENIED` |
/// | the value of a parameter has other characters, is empty or longer than 128 bytes | 403 | `PERMISSION_DENIED` |
/// | either, and the caller is anonymous | 401 | `UNAUTHENTICATED` |
/// | no claims were mapped | 500 | `INTERNAL` |
/// | a parameter has no value | 500 | `INTERNAL` |
/// | the requirement has a [problem](Requirement::validate), such as a wildcard | 500 | `INTERNAL` |
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
    let requirement = requirement.into();
    let problem = requirement.validate().err().map(Arc::new);
    RequireLayer { requirement: requirement.prepared(), problem, parameters: None }
}

/// The layer of [`require`].
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct RequireLayer {
    requirement: Requirement,
    problem: Option<Arc<ConfigError>>,
    parameters: Option<Arc<Source>>,
}

/// Finds the value of a parameter.
type Source = dyn Fn(&Parts, &str) -> Option<String> + Send + Sync;

impl RequireLayer {
    /// The requirement, for a list of what routes need.
    #[must_use]
    pub const fn requirement(&self) -> &Requirement {
        &self.requirement
    }

    /// Takes the values of parameters from a source of one's own, where the router is not axum's.
    ///
    /// The source is asked by name. It must say what the router matched, and nothing that it reads
    /// out of the path by itself: what a second parser finds is not always what the handler is given.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::request::Parts;
    /// use tower_auth::require;
    ///
    /// /// What the router put into the request.
    /// #[derive(Clone)]
    /// struct Matched {
    ///     project: String,
    /// }
    ///
    /// let layer = require("projects/{project}:deploy").with_parameters(|parts: &Parts, name: &str| {
    ///     let matched = parts.extensions.get::<Matched>()?;
    ///     (name == "project").then(|| matched.project.clone())
    /// });
    /// # let _ = layer;
    /// ```
    pub fn with_parameters(
        mut self,
        source: impl Fn(&Parts, &str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.parameters = Some(Arc::new(source));
        self
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn judge(&self, parts: &Parts) -> Result<Requirement, AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        let identity = evidence.and_then(|evidence| evidence.identity.as_ref());
        let permissions = evidence.and_then(|evidence| evidence.permissions.as_ref());
        let (Some(identity), Some(permissions)) = (identity, permissions) else {
            return Err(AuthError::misconfigured(
                "require must be inside of a PermissionClaimLayer",
            ));
        };
        if let Some(problem) = &self.problem {
            return Err(AuthError::misconfigured(Arc::clone(problem)));
        }
        let requirement = self.bound(parts).map_err(|error| refused(error, identity))?;
        if requirement.is_met_by(permissions) {
            Ok(requirement)
        } else {
            Err(refusal(&requirement, identity))
        }
    }

    /// The requirement, with the values of this request in it.
    fn bound(&self, parts: &Parts) -> Result<Requirement, AuthError> {
        if !self.requirement.has_parameters() {
            return Ok(self.requirement.clone());
        }
        match &self.parameters {
            Some(source) => self.requirement.with_parameters(|name| source(parts, name)),
            None => matched::bound(&self.requirement, parts),
        }
    }
}

fn refusal(requirement: &Requirement, identity: &Identity) -> AuthError {
    refused(requirement.refusal(), identity)
}

fn refused(error: AuthError, identity: &Identity) -> AuthError {
    ask_anonymous_to_log_in(error.with_scheme(identity.method()), identity)
}

impl Check for RequireLayer {
    type Grant = Permitted;

    fn name(&self) -> &'static str {
        "require"
    }

    fn check(&self, parts: &Parts) -> Verdict<Permitted> {
        match self.judge(parts) {
            Ok(requirement) => Verdict::Granted(Permitted::new(requirement)),
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

impl fmt::Debug for RequireLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RequireLayer").field(&self.requirement).finish()
    }
}
