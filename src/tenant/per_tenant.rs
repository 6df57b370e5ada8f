//! [`PerTenant`]: what each tenant has of its own, loaded when it is needed.

use std::{error::Error, fmt, future::Future, sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    error::{AuthError, BoxError, reasons},
    gate::BoxFuture,
    tenant::{
        Tenant,
        ledger::{Entry, Found, Ledger, Source, Terms},
    },
};

/// Loads what a tenant has of its own. Closures are loaders.
///
/// It may be asked about names that a client made up, so it must look the name up among the tenants
/// that there are, and never make a path or an address of it by itself.
///
/// # Examples
///
/// ```
/// use tower_auth::{BoxError, PerTenant, RoleMapper, Roles, Tenant, TenantLoader};
///
/// struct RolesOfTenants;
///
/// impl TenantLoader<RoleMapper> for RolesOfTenants {
///     async fn load(&self, tenant: Tenant) -> Result<Option<RoleMapper>, BoxError> {
///         let grants = match tenant.as_str() {
///             "acme" => ["orders:read", "orders:write"].as_slice(),
///             "globex" => &["orders:read"],
///             _ => return Ok(None),
///         };
///         let roles = Roles::builder().grant("clerk", grants.iter().copied()).build()?;
///         Ok(Some(roles.from_claim("roles")))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let roles = PerTenant::new(RolesOfTenants);
/// assert!(roles.get(&Tenant::new("acme")?).await?.is_some());
/// assert!(roles.get(&Tenant::new("initech")?).await?.is_none());
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot load a `{T}` for each tenant",
    note = "implement `TenantLoader`, or pass a closure `|tenant: Tenant| async move {{ .. }}` that returns \
            `Result<Option<{T}>, BoxError>` in a future that is `Send`"
)]
pub trait TenantLoader<T>: Send + Sync + 'static {
    /// What the tenant has; `None` where there is no such tenant.
    ///
    /// # Errors
    ///
    /// Why it cannot be loaded now: requests of this tenant are answered with 503, and those of others
    /// notice nothing.
    fn load(&self, tenant: Tenant) -> impl Future<Output = Result<Option<T>, BoxError>> + Send;
}

impl<T, F, Fut> TenantLoader<T> for F
where
    F: Fn(Tenant) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<Option<T>, BoxError>> + Send,
{
    fn load(&self, tenant: Tenant) -> impl Future<Output = Result<Option<T>, BoxError>> + Send {
        self(tenant)
    }
}

/// What each tenant has of its own: an authenticator with its issuers, a store of users, role rules,
/// anything. It is loaded when the first request needs it, and remembered in bounded number.
///
/// A `PerTenant` of an [`Authenticator`](crate::Authenticator) is an authenticator that lets the tenant's own
/// one judge, see [below](#as-an-authenticator). A `PerTenant` of a [`ClaimMapper`](crate::ClaimMapper) maps by the
/// tenant's own rules. [`TenantLayer::with_configuration`](crate::TenantLayer::with_configuration) loads it in time.
///
/// # What keeps tenants apart
///
/// Each tenant is loaded by itself and once at a time; requests of others never wait for it, whether its
/// loader fails or hangs. A load has 5 s. One that fails is tried again after a pause of 1 s that doubles up to
/// 60 s, and meanwhile what was loaded before stays in use; where there is nothing, the requests of this
/// tenant are 503. Names that no tenant has are remembered apart from those that one has, for 10 s, and
/// at most 64 of them are asked for at a time.
///
/// It needs a runtime of tokio with its timer. A loader that asks for the tenant it is loading waits for itself
/// until its time is over.
///
/// Where more tenants are in use than may be remembered, they push each other out and are loaded again and
/// again: set [`with_max_tenants`](Self::with_max_tenants) higher than there are.
///
/// # As an authenticator
///
/// The tenant is the one that a [`TenantLayer`](crate::TenantLayer) further out found. That layer holds the identity against
/// the tenant afterwards as ever. Where the request names no tenant, or one that does not exist, the
/// credentials are bad: 401, as for a wrong password, so the answer does not tell which tenants there
/// are. The time that it takes may, where the tenant's own authenticator works hard.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{
///     AuthError, AuthLayer, Authenticator, Basic, Identity, PerTenant, Scheme, Tenant, TenantLayer, TenantSource,
/// };
///
/// /// The directory of one tenant.
/// struct Directory {
///     user: String,
/// }
///
/// impl Authenticator<Basic> for Directory {
///     async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
///         if credentials.username() == self.user {
///             Ok(Identity::new(credentials.username()))
///         } else {
///             Err(AuthError::invalid("not in this directory"))
///         }
///     }
/// }
///
/// # async fn look_up(tenant: &Tenant) -> Result<Option<String>, std::io::Error> {
/// #     Ok((tenant.as_str() == "acme").then(|| "alice".to_owned()))
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let directories = PerTenant::new(async |tenant: Tenant| {
///     let user = look_up(&tenant).await?; // among the tenants that there are
///     Ok(user.map(|user| Directory { user }))
/// })
/// .with_tenant_claim("tenant");
/// let auth = (
///     TenantLayer::new(TenantSource::header(TenantSource::DEFAULT_HEADER)),
///     AuthLayer::new(Scheme::basic(directories.clone())), // one is kept to reload
/// );
/// let service = auth.layer(service_fn(async |request: Request<()>| {
///     let tenant = Tenant::from_extensions(request.extensions()).expect("agreed");
///     Ok::<_, std::convert::Infallible>(Response::new(tenant.to_string()))
/// }));
///
/// let alice = |tenant| {
///     let request = Request::builder().header("authorization", "Basic YWxpY2U6cHc=");
///     request.header("x-id-tenant-name", tenant).body(()).unwrap()
/// };
/// assert_eq!(service.clone().oneshot(alice("acme")).await.unwrap().body(), "acme");
/// assert_eq!(service.oneshot(alice("globex")).await.unwrap().status(), 401);
/// assert_eq!(directories.size(), 1);
/// # }
/// ```
#[must_use]
pub struct PerTenant<T> {
    source: Arc<dyn Source<Arc<T>>>,
    pub(super) ledger: Arc<Ledger<Arc<T>>>,
    pub(super) terms: Terms,
    pub(super) tenant_claim: Option<Arc<str>>,
}

/// How it stands with what a tenant has of its own.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TenantStatus {
    /// Whether something is loaded, and in use.
    pub is_loaded: bool,
    /// How many loads have failed since the last good one.
    pub failures: u32,
    /// Why the last of them did.
    pub last_error: Option<String>,
}

impl<T: Send + Sync + 'static> PerTenant<T> {
    /// How many tenants are remembered, where nothing else is set.
    pub const DEFAULT_MAX_TENANTS: usize = 1_000;

    /// What this loader loads.
    pub fn new(loader: impl TenantLoader<T>) -> Self {
        Self {
            source: Arc::new(Loading(loader)),
            ledger: Arc::new(Ledger::new(Self::DEFAULT_MAX_TENANTS)),
            terms: Terms {
                lasts: None,
                nothing_lasts: Duration::from_secs(10),
                patience: Duration::from_secs(5),
                keeps_last: true,
                clock: Clock::system(),
            },
            tenant_claim: None,
        }
    }

    /// Sets how many tenants are remembered, and how many names that are none. What was loaded before is
    /// forgotten.
    pub fn with_max_tenants(mut self, tenants: usize) -> Self {
        self.ledger = Arc::new(Ledger::new(tenants));
        self
    }

    /// Loads anew what is older than this, when the next request needs it. Without it, what was loaded
    /// stays until it is [reloaded](Self::reload) or pushed out.
    pub const fn with_max_age(mut self, age: Duration) -> Self {
        self.terms.lasts = Some(age);
        self
    }

    /// Sets for how long a load is waited for. The default is 5 s.
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.terms.patience = timeout;
        self
    }

    /// Reads the time of day from this clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.terms.clock = clock;
        self
    }

    /// Writes the tenant's name into this claim of each identity that the tenant's authenticator establishes, over
    /// whatever it says there itself: who runs one tenant's provider vouches for its tenant and for no other.
    pub fn with_tenant_claim(mut self, claim: &str) -> Self {
        self.tenant_claim = Some(claim.into());
        self
    }

    /// What the tenant has, loaded now if it must be; `None` where there is no such tenant.
    ///
    /// # Errors
    ///
    /// `Unavailable` where it cannot be loaded, `Overloaded` where too many are being loaded.
    pub async fn get(&self, tenant: &Tenant) -> Result<Option<Arc<T>>, AuthError> {
        self.ledger.find(tenant, &self.terms, &*self.source).await.map(value)
    }

    /// What the tenant has, if that is loaded.
    #[must_use]
    pub fn loaded(&self, tenant: &Tenant) -> Option<Arc<T>> {
        self.ledger.known(tenant, &self.terms)?.ok().and_then(value)
    }

    /// Loads anew what a tenant has; for the hook that says that it has changed. Requests use what was loaded before until that is done, and also when it
    /// fails.
    ///
    /// # Errors
    ///
    /// `Unavailable` where it cannot be loaded.
    pub async fn reload(&self, tenant: &Tenant) -> Result<(), AuthError> {
        self.ledger.find_anew(tenant, &self.terms, &*self.source).await.map(|_| ())
    }

    /// Loads everything anew: each tenant's when its next request needs it, which waits for that. Where it
    /// fails, what was loaded before stays in use.
    pub fn reload_all(&self) {
        self.ledger.begin_era();
    }

    /// How it stands with a tenant. One that was never asked for has nothing loaded and no failures.
    #[must_use]
    pub fn status(&self, tenant: &Tenant) -> TenantStatus {
        let (entry, failure) = self.ledger.last(tenant);
        TenantStatus {
            is_loaded: matches!(entry, Some(Entry::Here { .. })),
            failures: failure.as_ref().map_or(0, |failure| failure.count),
            last_error: failure.and_then(|failure| failure.error.source().map(reasons)),
        }
    }

    /// How many tenants are remembered.
    #[must_use]
    pub fn size(&self) -> usize {
        self.ledger.size()
    }
}

fn value<T>(entry: Entry<Arc<T>>) -> Option<Arc<T>> {
    match entry {
        Entry::Here { value, .. } => Some(value),
        Entry::Nowhere(_) => None,
    }
}

struct Loading<L>(L);

impl<T, L> Source<Arc<T>> for Loading<L>
where
    T: Send + Sync + 'static,
    L: TenantLoader<T>,
{
    fn ask(&self, tenant: Tenant) -> BoxFuture<'_, Result<Found<Arc<T>>, BoxError>> {
        Box::pin(async move {
            Ok(match self.0.load(tenant).await? {
                Some(loaded) => Found::Here(Arc::new(loaded)),
                None => Found::Nowhere("there is no such tenant"),
            })
        })
    }
}

impl<T> Clone for PerTenant<T> {
    fn clone(&self) -> Self {
        Self {
            source: Arc::clone(&self.source),
            ledger: Arc::clone(&self.ledger),
            terms: self.terms.clone(),
            tenant_claim: self.tenant_claim.clone(),
        }
    }
}

impl<T> fmt::Debug for PerTenant<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerTenant").field("terms", &self.terms).finish_non_exhaustive()
    }
}
