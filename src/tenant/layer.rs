//! [`TenantLayer`]: for whom do you act?

use std::{fmt, sync::Arc};

use http::{HeaderName, request::Parts};
use tower::Layer;

use crate::{
    claims::ClaimPath,
    error::AuthError,
    evidence::{Evidence, TenantEvidence, ask_anonymous_to_log_in},
    gate::{Check, Gate, GateLayer, Verdict},
    rejection::DefaultRejection,
    tenant::{
        Requested, Tenant, TenantMembership, TenantResolver, membership::Membership, source::Source,
    },
};

/// Finds the tenant of a request and makes sure that the caller belongs to it.
///
/// # Agreement
///
/// An identity belongs to the tenants that its membership claim names, as a string or an array of
/// strings, compared exactly. The claim is `tenant` unless set by
/// [`with_membership`](Self::with_membership); with [`from_claim`](Self::from_claim) it is that claim.
/// Where no claim names the tenants, a [rule](Self::with_membership_rule) decides instead.
///
/// Which layer is outside makes no difference: an authentication layer further in holds its
/// identity against the tenant that this layer found, and this layer holds its tenant against the
/// identity that a layer further out established. With stacked authentication layers each identity
/// that is established inside of this layer must belong to the tenant; of those outside, the one
/// that acts must, and the others must not belong to another tenant; a rule is asked for each of them.
///
/// It must be outside of a [`PermissionClaimLayer`](crate::PermissionClaimLayer), whose mapper asks
/// for the tenant.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the request names no tenant (unless [`allow_absent`](Self::allow_absent)) | 403 | `PERMISSION_DENIED` |
/// | the name is malformed, or its header occurs twice | 403 | `PERMISSION_DENIED` |
/// | the caller does not belong to the tenant, or an outer tenant layer found another one | 403 | `PERMISSION_DENIED` |
/// | the same for an anonymous caller | 401 | `UNAUTHENTICATED` |
/// | [`from_claim`](Self::from_claim) outside of authentication, or any inside of a permission layer | 500 | `INTERNAL` |
///
/// # Examples
///
/// ```
/// use http::{HeaderName, Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{AuthLayer, Identity, Tenant, TenantLayer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let auth = (
///     AuthLayer::first_of([]).allow_anonymous_as(Identity::anonymous().with_claim("tid", "acme")),
///     TenantLayer::from_header(HeaderName::from_static("x-tenant-id")).with_membership("tid"),
/// );
/// let service = auth.layer(service_fn(async |request: Request<()>| {
///     let tenant = Tenant::from_extensions(request.extensions()).expect("agreed");
///     Ok::<_, std::convert::Infallible>(Response::new(tenant.to_string()))
/// }));
///
/// let request = Request::builder().header("x-tenant-id", "acme").body(()).unwrap();
/// assert_eq!(service.clone().oneshot(request).await.unwrap().body(), "acme");
///
/// let request = Request::builder().header("x-tenant-id", "globex").body(()).unwrap();
/// assert_eq!(service.oneshot(request).await.unwrap().status(), 401);
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct TenantLayer {
    source: Source,
    membership: Membership,
    absent_allowed: bool,
}

impl TenantLayer {
    /// The claim that names an identity's tenants where no other is set.
    pub const DEFAULT_MEMBERSHIP: &'static str = "tenant";

    /// The tenant is what a claim of the identity says; see [`Claims`](crate::Claims) for paths.
    ///
    /// The claim is a string, or an array of one string.
    pub fn from_claim(path: &str) -> Self {
        let path = Arc::new(ClaimPath::from(path));
        let layer = Self::of(Source::Claim(Arc::clone(&path)));
        Self { membership: Membership::Claim(path), ..layer }
    }

    /// The tenant is the value of a header field, which must occur once.
    ///
    /// Outside of authentication a request without the field is refused with 403 before anybody is
    /// asked to log in; put the layer inside if the 401 should come first.
    pub fn from_header(name: HeaderName) -> Self {
        Self::of(Source::Header(name))
    }

    /// The tenant is the label before this domain: with `example.com` it is `acme` on
    /// `acme.example.com`. The label is read in lower case.
    pub fn from_host(domain: &str) -> Self {
        let domain = domain.trim_start_matches('.').to_ascii_lowercase();
        Self::of(Source::Host(domain))
    }

    /// The tenant is the segment of the path after this prefix: with `/tenants` it is `acme` in
    /// `/tenants/acme/orders`.
    ///
    /// The prefix is compared exactly with the path that the layer sees; inside of a nested router
    /// that is the path without the nesting's own prefix.
    pub fn from_path(prefix: &str) -> Self {
        let segments = prefix.split('/').filter(|segment| !segment.is_empty());
        Self::of(Source::Path(segments.map(str::to_owned).collect()))
    }

    /// The tenant is always this one; who does not belong to it is refused.
    pub fn fixed(tenant: Tenant) -> Self {
        Self::of(Source::Fixed(tenant))
    }

    /// The tenant is found by a rule of your own.
    pub fn resolved_by(resolver: impl TenantResolver) -> Self {
        Self::of(Source::Resolver(Arc::new(resolver)))
    }

    /// Sets the claim that names an identity's tenants.
    pub fn with_membership(mut self, path: &str) -> Self {
        self.membership = Membership::Claim(Arc::new(ClaimPath::from(path)));
        self
    }

    /// Decides by a rule, and not by a claim, which identities belong to a tenant.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::HeaderName;
    /// use tower_auth::{Identity, Tenant, TenantLayer};
    ///
    /// let layer = TenantLayer::from_header(HeaderName::from_static("x-category"))
    ///     .with_membership_rule(|identity: &Identity, category: &Tenant| {
    ///         identity.claims().get(&format!("/rights/{category}/0")).is_some()
    ///     });
    /// # let _ = layer;
    /// ```
    pub fn with_membership_rule(mut self, rule: impl TenantMembership) -> Self {
        self.membership = Membership::Rule(Arc::new(rule));
        self
    }

    /// Lets requests through that name no tenant. A handler then sees none.
    pub const fn allow_absent(mut self) -> Self {
        self.absent_allowed = true;
        self
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection); configure the rest first.
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn of(source: Source) -> Self {
        let membership = Membership::Claim(Arc::new(ClaimPath::from(Self::DEFAULT_MEMBERSHIP)));
        Self { source, membership, absent_allowed: false }
    }

    fn judge(&self, parts: &Parts) -> Result<TenantEvidence, AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        if evidence.is_some_and(|evidence| evidence.permissions.is_some()) {
            return Err(AuthError::misconfigured(
                "TenantLayer must be outside of PermissionClaimLayer",
            ));
        }
        let identity = evidence.and_then(|evidence| evidence.identity.as_ref());
        let outer = evidence.and_then(Evidence::requested);
        let found = self.source.find(parts, identity)?;
        let Some(tenant) = found else {
            return self.absent(evidence);
        };
        if outer.is_some_and(|outer| outer.tenant != tenant) {
            return Err(AuthError::tenant_denied("two tenant layers found different tenants"));
        }
        let requested = Requested {
            tenant,
            membership: self.membership.clone(),
            outer: outer.cloned().map(Arc::new),
        };
        match identity {
            None => Ok(TenantEvidence::Requested(requested)),
            Some(identity) => {
                requested
                    .accepts_all(identity)
                    .map_err(|error| ask_anonymous_to_log_in(error, identity))?;
                Ok(TenantEvidence::Agreed(requested))
            }
        }
    }

    /// The request names no tenant: what an outer tenant layer found stays.
    fn absent(&self, evidence: Option<&Evidence>) -> Result<TenantEvidence, AuthError> {
        if !self.absent_allowed {
            let error = AuthError::tenant_denied("the request names no tenant");
            let identity = evidence.and_then(|evidence| evidence.identity.as_ref());
            return Err(match identity {
                Some(identity) => ask_anonymous_to_log_in(error, identity),
                None => error,
            });
        }
        match evidence.map(|evidence| evidence.tenant.clone()) {
            None | Some(TenantEvidence::Unasked) => Ok(TenantEvidence::Absent),
            Some(outer) => Ok(outer),
        }
    }
}

impl Check for TenantLayer {
    type Grant = TenantGrant;

    fn name(&self) -> &'static str {
        "tenant"
    }

    fn check(&self, parts: &Parts) -> Verdict<TenantGrant> {
        match self.judge(parts) {
            Ok(found) => Verdict::Granted(TenantGrant(found)),
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, TenantGrant(found): TenantGrant, parts: &mut Parts) {
        Evidence::of_mut(&mut parts.extensions).tenant = found;
    }
}

/// What a [`TenantLayer`] found.
pub struct TenantGrant(TenantEvidence);

impl fmt::Debug for TenantGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TenantGrant").finish_non_exhaustive()
    }
}

impl<S> Layer<S> for TenantLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}
