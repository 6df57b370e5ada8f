//! [`PermissionClaimLayer`]: what may you do?

#[cfg(feature = "cache")]
use std::time::Duration;
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
#[cfg(feature = "cache")]
use crate::{
    error::AuthErrorKind,
    identity::Identity,
    permission::source::{AnySource, PermissionSource},
    tenant::Tenant,
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
/// | the mapper or the source refuses, by the kind of its error | 403 .. | `PERMISSION_DENIED` .. |
/// | the source does not answer in time | 503 | `UNAVAILABLE` |
/// | 1,024 requests wait for one question to a source that is cached | 503 | `RESOURCE_EXHAUSTED` |
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
pub struct PermissionClaimLayer(Origin);

/// Where permissions come from.
#[derive(Clone)]
enum Origin {
    Mapper(Arc<Mapping>),
    #[cfg(feature = "cache")]
    Source(Arc<dyn AnySource>, Duration),
}

impl PermissionClaimLayer {
    /// Maps claims by this mapper.
    pub fn new(mapper: impl ClaimMapper) -> Self {
        Self(Origin::Mapper(Arc::new(Mapping::new(mapper))))
    }

    /// Asks this source for the permissions; an answer is waited for 5 seconds.
    ///
    /// It needs a Tokio runtime with timers. A request that is given up while it waits is asked for no
    /// longer.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{
    ///     AuthError, CacheLimits, Identity, PermissionClaimLayer, PermissionSource, Permissions, Tenant,
    /// };
    ///
    /// async fn grants(identity: Identity, _: Option<Tenant>) -> Result<Permissions, AuthError> {
    ///     let rows = select(identity.subject()).await.map_err(AuthError::unavailable)?;
    ///     Ok(rows.into_iter().collect())
    /// }
    ///
    /// let layer = PermissionClaimLayer::resolved_by(grants.cached(CacheLimits::new()));
    /// # let _ = layer;
    /// # async fn select(_: &str) -> Result<Vec<String>, std::io::Error> { Ok(Vec::new()) }
    /// ```
    #[cfg(feature = "cache")]
    pub fn resolved_by(source: impl PermissionSource) -> Self {
        Self(Origin::Source(Arc::new(source), Self::PATIENCE))
    }

    /// Sets for how long an answer of a source is waited for. A mapper is not waited for.
    #[cfg(feature = "cache")]
    pub fn with_timeout(mut self, limit: Duration) -> Self {
        if let Origin::Source(_, patience) = &mut self.0 {
            *patience = limit;
        }
        self
    }

    #[cfg(feature = "cache")]
    const PATIENCE: Duration = Duration::from_secs(5);

    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn judge(&self, parts: &Parts) -> Result<Verdict<Permissions>, AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        let (Some(evidence), Some(identity)) =
            (evidence, evidence.and_then(|evidence| evidence.identity.as_ref()))
        else {
            return Err(AuthError::misconfigured(
                "PermissionClaimLayer must be inside of an authentication layer",
            ));
        };
        let tenant = evidence.agreed_tenant();
        match &self.0 {
            Origin::Mapper(mapper) => mapper.permissions(identity, tenant).map(Verdict::Granted),
            #[cfg(feature = "cache")]
            Origin::Source(source, patience) => match source.remembered(identity, tenant) {
                Some(answer) => answer.map(Verdict::Granted),
                None => Ok(ask(source, identity.clone(), tenant.cloned(), *patience)),
            },
        }
    }
}

#[cfg(feature = "cache")]
fn ask(
    source: &Arc<dyn AnySource>,
    identity: Identity,
    tenant: Option<Tenant>,
    patience: Duration,
) -> Verdict<Permissions> {
    let answer = Arc::clone(source).permissions(identity, tenant);
    Verdict::Pending(Box::pin(async move {
        let in_time = tokio::time::timeout(patience, answer).await;
        in_time.unwrap_or_else(|_| {
            let reason = "the source of permissions did not answer in time";
            Err(AuthError::because(AuthErrorKind::Unavailable, reason))
        })
    }))
}

impl Check for PermissionClaimLayer {
    type Grant = Permissions;

    fn name(&self) -> &'static str {
        "permission_claims"
    }

    fn check(&self, parts: &Parts) -> Verdict<Permissions> {
        self.judge(parts).unwrap_or_else(Verdict::Denied)
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
