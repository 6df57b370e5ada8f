//! [`Policy`]: the handle.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use arc_swap::ArcSwap;
use http::request::Parts;

use crate::{
    error::AuthError,
    event,
    evidence::Evidence,
    gate::GateLayer,
    identity::Identity,
    permission::{ClaimMapper, Mapping, Permissions},
    policy::{
        GuardLayer, PolicyStatus, Rules,
        judge::{Ruling, Version},
    },
    shared::{Shared, Striped},
    tenant::Tenant,
};

/// Rules for whole services, and the [`ClaimMapper`] that says who holds what they ask for: one value
/// that decides, explains, is tested, and is exchanged while requests come.
///
/// It takes the place of a [`PermissionClaimLayer`](crate::PermissionClaimLayer) and of a
/// [`require`](crate::require) at each route. How to choose between the two is told in
/// [`guide::rules`](crate::guide::rules). Clones share rules, mapper and status.
///
/// # Where it stands
///
/// - [`guard`](Self::guard) puts it around authentication: what a rule opens is let through without
///   being asked for credentials, and everything else is authenticated and then held against the rules.
/// - As a layer by itself it stands inside of authentication that
///   [allows anonymous callers](crate::AuthLayer::allow_anonymous). What a rule opens, anonymous callers
///   may call; but credentials that are presented and bad are refused there too.
///
/// Wherever else it stands, it refuses more than it should and never less: inside of authentication that
/// lets nobody in anonymously, what is open asks for credentials like the rest, and outside of
/// all authentication all that is not open is refused as `Misconfigured`.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the path is ambiguous | 400 | `UNIMPLEMENTED` |
/// | no rule is for the request, a rule denies it, or its requirement is not met | 403 | `PERMISSION_DENIED` |
/// | the same, and the caller is anonymous | 401 | `UNAUTHENTICATED` |
/// | the rule asks who calls, and the caller is anonymous | 401 | `UNAUTHENTICATED` |
/// | the mapper refuses, by the kind of its error | 403 .. | `PERMISSION_DENIED` .. |
/// | no authentication layer is outside of it | 500 | `INTERNAL` |
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{AuthLayer, ClaimPermissions, Identity, Policy, RpcRules};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let rules = RpcRules::builder()
///     .open("/grpc.health.v1.Health/Check")
///     .method("/orders.v1.Orders/Create", "orders:write")
///     .build()
///     .unwrap();
/// let policy = Policy::new(rules, ClaimPermissions::at("scope"));
///
/// let clerk = Identity::new("clerk").with_claim("scope", "orders:read");
/// let create = Request::post("/orders.v1.Orders/Create").body(()).unwrap();
/// let explained = policy.explain(&clerk, None, &create);
/// assert!(!explained.is_allowed());
/// assert_eq!(explained.missing().collect::<Vec<_>>(), ["orders:write"]);
///
/// # #[cfg(feature = "basic")] {
/// use tower_auth::{AuthError, Basic, BasicAuthLayer};
///
/// let auth = BasicAuthLayer::new(async |_: Basic| Err(AuthError::invalid("nobody is known here")));
/// let service = policy
///     .guard(auth)
///     .layer(service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(()))));
/// let health = Request::post("/grpc.health.v1.Health/Check").body(()).unwrap();
/// assert_eq!(service.clone().oneshot(health).await.unwrap().status(), 200);
/// assert_eq!(service.oneshot(create).await.unwrap().status(), 401);
/// # }
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct Policy {
    inner: Arc<Inner>,
    pub(super) rehearses: bool,
}

struct Inner {
    /// Tells the rulings of this policy from those of another one.
    id: u64,
    current: ArcSwap<Striped<Version>>,
    /// Whoever exchanges, one after the other.
    writer: Mutex<()>,
    is_rehearsal: AtomicBool,
    would_have_refused: AtomicU64,
}

impl Policy {
    /// Rules, and the mapper that says what a caller holds.
    pub fn new(rules: impl Into<Rules>, mapper: impl ClaimMapper) -> Self {
        static POLICIES: AtomicU64 = AtomicU64::new(0);

        let id = POLICIES.fetch_add(1, Ordering::Relaxed);
        let first = Version {
            policy: id,
            number: 1,
            rules: rules.into(),
            mapper: Arc::new(Mapping::new(mapper)),
        };
        let inner = Inner {
            id,
            current: ArcSwap::from_pointee(Striped::new(Arc::new(first))),
            writer: Mutex::new(()),
            is_rehearsal: AtomicBool::new(false),
            would_have_refused: AtomicU64::new(0),
        };
        Self { inner: Arc::new(inner), rehearses: false }
    }

    /// **Lets requests through that the policy would refuse**, to see what new rules would do to the
    /// callers of a service.
    ///
    /// There is an event of the level `warn` when this is called and whenever something is exchanged, and
    /// one for each request that would have been refused; [`status`](Self::status) counts them. Such a request has no
    /// [`Permitted`](crate::Permitted). Authentication is no part of it: who is refused by an
    /// authentication layer stays refused, also inside of [`guard`](Self::guard), and so does a request
    /// for which the layers are not wired correctly. What a rule opens is open.
    pub fn danger_rehearse(mut self) -> Self {
        self.rehearses = true;
        self.inner.is_rehearsal.store(true, Ordering::Relaxed);
        event::policy_rehearses(self.rules().len());
        self
    }

    /// Puts the policy around authentication: a layer, or a tuple of layers in the order in which a
    /// request meets them, such as a [`TenantLayer`](crate::TenantLayer) and a
    /// [`JwtAuthLayer`](crate::JwtAuthLayer).
    ///
    /// What a rule opens skips these layers. Credentials that such a request carries are not looked at,
    /// be they good or bad, and stay in it, marked as sensitive. A `ForwardedCertificatesLayer` (feature
    /// `mtls`) is not skipped: forged fields of a proxy stop there whatever is open. Neither is a check of
    /// your own that [says so](crate::Check::is_asked_always).
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{AuthLayer, ClaimPermissions, PathRules, Policy, TenantLayer};
    ///
    /// let rules = PathRules::builder().expose("/health").path("/api/**", "api:use").build()?;
    /// let policy = Policy::new(rules, ClaimPermissions::at("scope"));
    /// let layer = policy.guard((AuthLayer::first_of([]), TenantLayer::from_claim("tenant")));
    /// # let _ = layer;
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn guard<L>(&self, authentication: L) -> GuardLayer<L> {
        GuardLayer::new(self.clone(), authentication)
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    /// Exchanges rules and mapper at once, for all clones; says which version it is.
    ///
    /// A request goes by one version: the one that was there when it was first looked at. Readers take no
    /// lock. For what changes, ask [`RpcRules::diff`](crate::RpcRules::diff) or
    /// [`PathRules::diff`](crate::PathRules::diff) before.
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{PathRules, Policy, Roles};
    ///
    /// let rules = PathRules::builder().path("/orders/**", "orders:read").build()?;
    /// let roles = Roles::builder().grant("clerk", ["orders:read"]).build()?;
    /// let policy = Policy::new(rules.clone(), roles.from_claim("roles"));
    ///
    /// let roles = Roles::builder().grant("manager", ["orders:read"]).build()?;
    /// assert_eq!(policy.replace(rules, roles.from_claim("roles")), 2);
    /// # Ok::<(), tower_auth::ConfigError>(())
    /// ```
    pub fn replace(&self, rules: impl Into<Rules>, mapper: impl ClaimMapper) -> u64 {
        self.exchange(|_| (rules.into(), Arc::new(Mapping::new(mapper))))
    }

    /// Exchanges the rules and keeps the mapper; see [`replace`](Self::replace).
    pub fn replace_rules(&self, rules: impl Into<Rules>) -> u64 {
        self.exchange(|before| (rules.into(), Arc::clone(&before.mapper)))
    }

    /// Exchanges the mapper, such as a table of roles, and keeps the rules; see
    /// [`replace`](Self::replace).
    pub fn replace_mapper(&self, mapper: impl ClaimMapper) -> u64 {
        self.exchange(|before| (before.rules.clone(), Arc::new(Mapping::new(mapper))))
    }

    /// The rules of now.
    #[must_use]
    pub fn rules(&self) -> Rules {
        self.current().rules.clone()
    }

    /// How it is doing.
    #[must_use]
    pub fn status(&self) -> PolicyStatus {
        let current = self.current();
        PolicyStatus {
            version: current.number,
            rules: current.rules.len(),
            is_rehearsal: self.inner.is_rehearsal.load(Ordering::Relaxed),
            would_have_refused: self.inner.would_have_refused.load(Ordering::Relaxed),
        }
    }

    /// What a caller holds for a tenant, by the mapper of now.
    pub(crate) fn permissions_of(
        &self,
        identity: &Identity,
        tenant: Option<&Tenant>,
    ) -> Result<Permissions, AuthError> {
        self.current().mapper.permissions(identity, tenant)
    }

    pub(super) fn current(&self) -> Shared<Version> {
        self.inner.current.load().get()
    }

    /// What a gate of this policy further out has found; nothing of other policies.
    pub(super) fn found<'p>(&self, parts: &'p Parts) -> Option<&'p Ruling> {
        let ruling = Evidence::of(&parts.extensions)?.ruling.as_ref();
        ruling.filter(|ruling| ruling.version.policy == self.inner.id)
    }

    /// The rule for a request, by the version that it was first looked at with.
    pub(super) fn ruling(&self, parts: &Parts) -> Result<Ruling, AuthError> {
        match self.found(parts) {
            Some(ruling) if ruling.is_of(parts) => Ok(ruling.clone()),
            Some(ruling) => Ruling::find(ruling.version.clone(), parts),
            None => Ruling::find(self.current(), parts),
        }
    }

    pub(super) fn note_would_be_refusal(&self, error: &AuthError, parts: &Parts) {
        self.inner.would_have_refused.fetch_add(1, Ordering::Relaxed);
        event::would_be_refused(error, parts);
    }

    fn exchange(&self, next: impl FnOnce(&Version) -> (Rules, Arc<Mapping>)) -> u64 {
        // Nothing is ever left half done.
        let _writer = self.inner.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.current();
        let (rules, mapper) = next(&before);
        let number = before.number + 1;
        event::policy_replaced(number, rules.len());
        if self.inner.is_rehearsal.load(Ordering::Relaxed) {
            event::policy_rehearses(rules.len());
        }
        let next = Version { policy: self.inner.id, number, rules, mapper };
        self.inner.current.store(Arc::new(Striped::new(Arc::new(next))));
        number
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policy").field("status", &self.status()).finish_non_exhaustive()
    }
}
