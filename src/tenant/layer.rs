//! [`TenantLayer`]: for whom do you act?

use std::sync::Arc;

use http::HeaderName;
use tower::Layer;

use crate::{
    gate::{Gate, GateLayer},
    rejection::DefaultRejection,
    tenant::{
        Membership, Tenant, TenantMembership, TenantResolver, TenantSource,
        rules::{Operators, Rules},
        standing::{KnownTenants, Register, Registrar},
    },
};

/// Finds the tenant of a request and makes sure that the caller belongs to it.
///
/// # Agreement
///
/// An identity belongs to the tenants that its membership claim names, as a string or an array of
/// strings, compared exactly. The claim is `tenant` unless set by
/// [`with_membership`](Self::with_membership); with [`from_claim`](Self::from_claim) it is that claim.
/// Where no claim names the tenants, a [`Membership`] of another kind or a
/// [rule](Self::with_membership_rule) decides instead.
///
/// Which layer is outside makes no difference: an authentication layer further in holds its
/// identity against the tenant that this layer found, and this layer holds its tenant against the
/// identity that a layer further out established. With stacked authentication layers each identity
/// that is established inside of this layer must belong to the tenant; of those outside, the one
/// that acts must, and the others must not belong to another tenant; a rule is asked for each of them.
///
/// Whether the tenant is one at all, by [`with_known_tenants`](Self::with_known_tenants) or a registry,
/// is asked last, of callers who belong to it. So a stranger learns nothing about tenants, and a
/// tenant that is suspended, one that does not exist and one of others are all the same answer.
///
/// It must be outside of a [`PermissionClaimLayer`](crate::PermissionClaimLayer), whose mapper asks
/// for the tenant. [`guide::tenants`](crate::guide::tenants) says which source to choose.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the request names no tenant (unless [`allow_absent`](Self::allow_absent)) | 403 | `PERMISSION_DENIED` |
/// | the name is malformed, or its header occurs twice, or two places of one source contradict | 403 | `PERMISSION_DENIED` |
/// | the caller does not belong to the tenant, or an outer tenant layer found another one | 403 | `PERMISSION_DENIED` |
/// | the caller belongs to it, and it is suspended or not known | 403 | `PERMISSION_DENIED` |
/// | the same for an anonymous caller | 401 | `UNAUTHENTICATED` |
/// | the certificate that should name the tenant cannot be read | 401 | `UNAUTHENTICATED` |
/// | the registry, or what a tenant's configuration is loaded from, fails or takes too long | 503 | `UNAVAILABLE` |
/// | too many tenants that were not known before are asked for at a time | 503 | `RESOURCE_EXHAUSTED` |
/// | a claim is the source outside of authentication, or any layer is inside of a permission layer | 500 | `INTERNAL` |
/// | a certificate is the source and nothing is known about the connection | 500 | `INTERNAL` |
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
    pub(super) source: TenantSource,
    pub(super) rules: Arc<Rules>,
    pub(super) absent_allowed: bool,
}

impl TenantLayer {
    /// The claim that names an identity's tenants where no other is set.
    pub const DEFAULT_MEMBERSHIP: &'static str = "tenant";

    /// The tenant is what a source names.
    ///
    /// Membership is by the claim [`DEFAULT_MEMBERSHIP`](Self::DEFAULT_MEMBERSHIP), or by the source's
    /// own where it is [one claim](TenantSource::claim) and nothing else.
    pub fn new(source: TenantSource) -> Self {
        let membership = match source.only_claim() {
            Some(path) => Membership::claim_at(Arc::clone(path)),
            None => Membership::claim(Self::DEFAULT_MEMBERSHIP),
        };
        Self { source, rules: Arc::new(Rules::new(membership)), absent_allowed: false }
    }

    /// The tenant is what a claim of the identity says; see [`TenantSource::claim`].
    pub fn from_claim(path: &str) -> Self {
        Self::new(TenantSource::claim(path))
    }

    /// The tenant is the value of a header field, which must occur once.
    ///
    /// Outside of authentication a request without the field is refused with 403 before anybody is
    /// asked to log in; put the layer inside if the 401 should come first.
    pub fn from_header(name: HeaderName) -> Self {
        Self::new(TenantSource::header(name))
    }

    /// The tenant is the label before this domain; see [`TenantSource::host`].
    pub fn from_host(domain: &str) -> Self {
        Self::new(TenantSource::host(domain))
    }

    /// The tenant is the segment of the path after this prefix; see [`TenantSource::path`].
    pub fn from_path(prefix: &str) -> Self {
        Self::new(TenantSource::path(prefix))
    }

    /// The tenant is always this one; who does not belong to it is refused.
    pub fn fixed(tenant: Tenant) -> Self {
        Self::new(TenantSource::fixed(tenant))
    }

    /// The tenant is found by a rule of your own.
    pub fn resolved_by(resolver: impl TenantResolver) -> Self {
        Self::new(TenantSource::resolved_by(resolver))
    }

    /// The tenants of a yuuvis Momentum system: named by the header `X-ID-TENANT-NAME`, which may be left out
    /// where there is one tenant. Whatever it says, only these are tenants.
    ///
    /// That a name is not among them is said to nobody but those who belong to it, so a stranger gets
    /// the same answer for all names.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Request, Response};
    /// use tower::{Layer, ServiceExt, service_fn};
    /// use tower_auth::{AuthLayer, Identity, Tenant, TenantLayer};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), tower_auth::ConfigError> {
    /// let member = Identity::anonymous().with_claim("tenant", vec!["acme", "globex"]);
    /// let auth = (
    ///     TenantLayer::yuuvis([Tenant::new("acme")?]),
    ///     AuthLayer::first_of([]).allow_anonymous_as(member),
    /// );
    /// let service = auth.layer(service_fn(async |_: Request<()>| {
    ///     Ok::<_, std::convert::Infallible>(Response::new(()))
    /// }));
    ///
    /// let without = Request::new(());
    /// assert_eq!(service.clone().oneshot(without).await.unwrap().status(), 200);
    /// let other = Request::builder().header("X-ID-TENANT-NAME", "globex").body(()).unwrap();
    /// assert_eq!(service.oneshot(other).await.unwrap().status(), 401);
    /// # Ok(())
    /// # }
    /// ```
    pub fn yuuvis(tenants: impl IntoIterator<Item = Tenant>) -> Self {
        let tenants: Vec<Tenant> = tenants.into_iter().collect();
        let header = TenantSource::header(TenantSource::DEFAULT_HEADER);
        let source = match tenants.as_slice() {
            [only] => TenantSource::first_of([header, TenantSource::fixed(only.clone())]),
            _ => header,
        };
        Self::new(source).with_known_tenants(tenants)
    }

    /// Sets what says that an identity belongs to a tenant: the path of a claim, or a [`Membership`] of
    /// another kind.
    pub fn with_membership(mut self, membership: impl Into<Membership>) -> Self {
        self.rules_mut().membership = membership.into();
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
    pub fn with_membership_rule(self, rule: impl TenantMembership) -> Self {
        self.with_membership(Membership::rule(rule))
    }

    /// Lets operators act for tenants that they do not belong to: those to whom a rule says yes.
    ///
    /// The rule has a name, which an [event](crate::guide::events) at the level of information tells together with
    /// the subject and the tenant each time that somebody acts by it. Anonymous callers never do. Several
    /// rules are alternatives. Each reaches as far as it says yes, which may be over all tenants: let it
    /// ask for a right that no tenant can give to its own people.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{Identity, Tenant, TenantLayer};
    ///
    /// let layer = TenantLayer::from_host("example.com").with_operators(
    ///     "support",
    ///     |identity: &Identity, _: &Tenant| {
    ///         identity.issuer() == Some("https://staff.example.com")
    ///             && identity.claims().str("team") == Some("support")
    ///     },
    /// );
    /// # let _ = layer;
    /// ```
    pub fn with_operators(mut self, name: &'static str, rule: impl TenantMembership) -> Self {
        self.rules_mut().operators.push(Operators { name, rule: Arc::new(rule) });
        self
    }

    /// Refuses all tenants but these, whoever belongs to them. Called twice, it refuses all that are not among both.
    ///
    /// It is asked after membership, so nobody can try out which tenants there are. Where they are not
    /// known beforehand, ask a registry (`with_registry`, feature `cache`).
    pub fn with_known_tenants(self, tenants: impl IntoIterator<Item = Tenant>) -> Self {
        self.asking(KnownTenants(tenants.into_iter().collect()))
    }

    /// Asks a registry whether the tenant is active, of callers who belong to it and of nobody else.
    ///
    /// See [`RegisteredTenants`](crate::RegisteredTenants).
    #[cfg(feature = "cache")]
    pub fn with_registry(self, registry: crate::RegisteredTenants) -> Self {
        self.asking(registry)
    }

    /// Loads the tenant's configuration before the request goes on, of callers who belong to it; a tenant
    /// that has none is refused like one of others.
    ///
    /// What is further in finds it loaded, such as a [`PerTenant`](crate::PerTenant) that is the mapper of a
    /// [`PermissionClaimLayer`](crate::PermissionClaimLayer).
    #[cfg(feature = "cache")]
    pub fn with_configuration<T: Send + Sync + 'static>(
        self,
        configuration: crate::PerTenant<T>,
    ) -> Self {
        self.asking(configuration)
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

    fn asking(mut self, register: impl Register + 'static) -> Self {
        self.rules_mut().registrars.push(Registrar(Arc::new(register)));
        self
    }

    fn rules_mut(&mut self) -> &mut Rules {
        Arc::make_mut(&mut self.rules)
    }
}

impl<S> Layer<S> for TenantLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}
