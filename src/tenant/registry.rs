//! [`TenantRegistry`]: which tenants there are; and [`RegisteredTenants`], which remembers that.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use crate::{
    clock::Clock,
    error::{AuthError, BoxError},
    gate::BoxFuture,
    tenant::{
        Tenant,
        ledger::{Entry, Found, Ledger, Source, Terms, here},
        standing::Register,
    },
};

/// What a registry says of a tenant.
///
/// Clients are told suspended and unknown in the same way, and the same way as that they do not belong
/// to a tenant.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum TenantState {
    /// Its members may act for it.
    Active,
    /// Nobody may act for it now.
    Suspended,
    /// There is none of that name.
    Unknown,
}

/// Says which tenants there are: a database, a directory, a service. Closures are registries.
///
/// It is asked about tenants that a caller belongs to, after that was established; never about what
/// a stranger wrote into a header.
///
/// # Examples
///
/// ```
/// use tower_auth::{BoxError, Tenant, TenantRegistry, TenantState};
///
/// struct Database;
///
/// impl TenantRegistry for Database {
///     async fn state(&self, tenant: Tenant) -> Result<TenantState, BoxError> {
///         let is_paid_for = load(tenant.as_str()).await?; // an outage is an error, and never Unknown
///         Ok(match is_paid_for {
///             Some(true) => TenantState::Active,
///             Some(false) => TenantState::Suspended,
///             None => TenantState::Unknown,
///         })
///     }
/// }
///
/// # async fn load(name: &str) -> Result<Option<bool>, std::io::Error> { Ok((name == "acme").then_some(true)) }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// assert_eq!(Database.state(Tenant::new("acme")?).await?, TenantState::Active);
/// assert_eq!(Database.state(Tenant::new("globex")?).await?, TenantState::Unknown);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know which tenants there are",
    note = "implement `TenantRegistry`, or pass a closure `|tenant: Tenant| async move {{ .. }}` that returns \
            `Result<TenantState, BoxError>` in a future that is `Send`"
)]
pub trait TenantRegistry: Send + Sync + 'static {
    /// The state of the tenant.
    ///
    /// # Errors
    ///
    /// When that cannot be said now: requests for this tenant are answered with 503.
    fn state(&self, tenant: Tenant) -> impl Future<Output = Result<TenantState, BoxError>> + Send;
}

impl<F, Fut> TenantRegistry for F
where
    F: Fn(Tenant) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<TenantState, BoxError>> + Send,
{
    fn state(&self, tenant: Tenant) -> impl Future<Output = Result<TenantState, BoxError>> + Send {
        self(tenant)
    }
}

/// The answers of a [`TenantRegistry`], remembered for a while and in bounded number.
///
/// Many requests for one tenant cause one question. An answer counts for 60 s, one that refuses for
/// 10 s. A registry that fails, or takes longer than 5 s, is 503 for the tenants it was asked about
/// and that are not remembered; it is asked about the same one again after a pause of 1 s that doubles
/// up to 60 s. Nobody waits for a question about another tenant.
///
/// Clones share what is remembered: keep one to [`forget_all`](Self::forget_all).
///
/// # Examples
///
/// ```
/// use tower_auth::{RegisteredTenants, Tenant, TenantLayer, TenantState};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let registry = RegisteredTenants::new(async |tenant: Tenant| {
///     Ok(match tenant.as_str() {
///         "acme" => TenantState::Active,
///         "globex" => TenantState::Suspended,
///         _ => TenantState::Unknown,
///     })
/// });
/// assert!(registry.check(&Tenant::new("acme")?).await.is_ok());
/// let refused = registry.check(&Tenant::new("globex")?).await.unwrap_err();
/// assert_eq!(refused.kind().status(), 403);
///
/// let layer = TenantLayer::from_claim("tenant").with_registry(registry);
/// # let _ = layer;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct RegisteredTenants {
    source: Arc<dyn Source<()>>,
    ledger: Arc<Ledger<()>>,
    terms: Terms,
}

impl RegisteredTenants {
    /// How many tenants are remembered, where nothing else is set.
    pub const DEFAULT_MAX_TENANTS: usize = 10_000;

    /// Remembers what a registry says.
    pub fn new(registry: impl TenantRegistry) -> Self {
        Self {
            source: Arc::new(Asking(registry)),
            ledger: Arc::new(Ledger::new(Self::DEFAULT_MAX_TENANTS)),
            terms: Terms {
                lasts: Some(Duration::from_secs(60)),
                nothing_lasts: Duration::from_secs(10),
                patience: Duration::from_secs(5),
                keeps_last: false,
                clock: Clock::system(),
            },
        }
    }

    /// Sets how many tenants are remembered, and how many names that are none. What was remembered before
    /// is forgotten.
    pub fn with_max_tenants(mut self, tenants: usize) -> Self {
        self.ledger = Arc::new(Ledger::new(tenants));
        self
    }

    /// Sets for how long it counts that a tenant is active. A suspension takes at most so long to be seen,
    /// where nobody calls [`forget_all`](Self::forget_all). The default is 60 s.
    pub const fn with_max_age(mut self, age: Duration) -> Self {
        self.terms.lasts = Some(age);
        self
    }

    /// Sets for how long it counts that a tenant is suspended or unknown. The default is 10 s.
    pub const fn with_refusals_for(mut self, age: Duration) -> Self {
        self.terms.nothing_lasts = age;
        self
    }

    /// Sets for how long an answer is waited for. The default is 5 s.
    pub const fn with_timeout(mut self, timeout: Duration) -> Self {
        self.terms.patience = timeout;
        self
    }

    /// Reads the time of day from this clock.
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.terms.clock = clock;
        self
    }

    /// Whether requests may act for the tenant, by what is remembered or the registry says now.
    ///
    /// # Errors
    ///
    /// `TenantDenied` where it is suspended or unknown, `Unavailable` where the registry fails.
    pub async fn check(&self, tenant: &Tenant) -> Result<(), AuthError> {
        judge(self.ledger.find(tenant, &self.terms, &*self.source).await)
    }

    /// Asks about each tenant anew before its next request.
    pub fn forget_all(&self) {
        self.ledger.begin_era();
    }

    /// How many tenants are remembered.
    #[must_use]
    pub fn size(&self) -> usize {
        self.ledger.size()
    }
}

impl Register for RegisteredTenants {
    fn known(&self, tenant: &Tenant) -> Option<Result<(), AuthError>> {
        self.ledger.known(tenant, &self.terms).map(judge)
    }

    fn ask(self: Arc<Self>, tenant: Tenant) -> BoxFuture<'static, Result<(), AuthError>> {
        Box::pin(async move { self.check(&tenant).await })
    }
}

impl fmt::Debug for RegisteredTenants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegisteredTenants").field("terms", &self.terms).finish_non_exhaustive()
    }
}

fn judge(outcome: Result<Entry<()>, AuthError>) -> Result<(), AuthError> {
    here(outcome?, AuthError::tenant_denied).map(|_| ())
}

struct Asking<R>(R);

impl<R: TenantRegistry> Source<()> for Asking<R> {
    fn ask(&self, tenant: Tenant) -> BoxFuture<'_, Result<Found<()>, BoxError>> {
        Box::pin(async move {
            Ok(match self.0.state(tenant).await? {
                TenantState::Active => Found::Here(()),
                TenantState::Suspended => Found::Nowhere("the tenant is suspended"),
                TenantState::Unknown => Found::Nowhere("the registry knows no such tenant"),
            })
        })
    }
}
