//! [`Membership`] and [`TenantMembership`]: what says that an identity belongs to a tenant.

use std::{collections::HashMap, fmt, sync::Arc};

use serde_json::Value;

#[cfg(feature = "mtls")]
use crate::tenant::certificate::CertificateName;
use crate::{claims::ClaimPath, error::AuthError, identity::Identity, tenant::Tenant};

/// Says whether an identity belongs to a tenant by a rule of your own. Closures are rules.
///
/// It takes the place of the membership claim, see
/// [`TenantLayer::with_membership_rule`](crate::TenantLayer::with_membership_rule). It is asked for
/// every identity of a request: the one that acts, the one that a caller impersonates, and those of
/// stacked layers further out. A claim can be absent and so say nothing; a rule always answers. Where
/// a gateway in front belongs to no tenant, the rule says `true` for it.
///
/// It is asked on the thread of the request, so it must not block.
///
/// # Examples
///
/// Whoever may do anything in a tenant belongs to it:
///
/// ```
/// use tower_auth::{Identity, Tenant, TenantMembership};
///
/// let rule = |identity: &Identity, tenant: &Tenant| {
///     let rights = identity.claims().get("rights").and_then(|rights| rights.get(tenant.as_str()));
///     rights.and_then(|rights| rights.as_array()).is_some_and(|rights| !rights.is_empty())
/// };
/// let alice = Identity::new("alice").with_claim("rights", serde_json::json!({ "fraud": ["read"] }));
/// assert!(rule.is_member(&alice, &Tenant::new("fraud")?));
/// assert!(!rule.is_member(&alice, &Tenant::new("marketing")?));
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot say who belongs to a tenant",
    note = "pass a closure `|identity: &Identity, tenant: &Tenant| -> bool`, or implement `TenantMembership`"
)]
pub trait TenantMembership: Send + Sync + 'static {
    /// Whether the identity belongs to the tenant.
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool;
}

impl<F> TenantMembership for F
where
    F: Fn(&Identity, &Tenant) -> bool + Send + Sync + 'static,
{
    fn is_member(&self, identity: &Identity, tenant: &Tenant) -> bool {
        self(identity, tenant)
    }
}

/// What says that an identity belongs to a tenant.
///
/// Hand it to [`TenantLayer::with_membership`](crate::TenantLayer::with_membership); the path of a claim
/// is one by itself, and so is [`claim`](Self::claim) of it. Two that must both hold are two tenant
/// layers.
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{AuthLayer, Identity, Membership, Tenant, TenantLayer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_auth::ConfigError> {
/// /// Whether somebody of acme's provider may act for a tenant.
/// async fn is_let_in(tenant: Tenant, membership: impl Into<Membership>) -> bool {
///     let caller = Identity::anonymous()
///         .with_issuer("https://login.acme.example")
///         .with_claim("groups", vec!["acme", "staff"]);
///     let auth = (
///         AuthLayer::first_of([]).allow_anonymous_as(caller),
///         TenantLayer::fixed(tenant).with_membership(membership),
///     );
///     let service = auth.layer(service_fn(async |_: Request<()>| {
///         Ok::<_, std::convert::Infallible>(Response::new(()))
///     }));
///     service.oneshot(Request::new(())).await.unwrap().status() == 200
/// }
///
/// let (acme, globex) = (Tenant::new("acme")?, Tenant::new("globex")?);
/// let issuers = Membership::issuers([
///     ("https://login.acme.example", acme.clone()),
///     ("https://login.globex.example", globex.clone()),
/// ]);
/// assert!(is_let_in(acme.clone(), issuers.clone()).await);
/// assert!(!is_let_in(globex.clone(), issuers).await);
/// assert!(is_let_in(acme.clone(), "groups").await);
/// assert!(is_let_in(acme.clone(), Membership::claim_contains("groups")).await);
/// assert!(!is_let_in(acme, Membership::claim_equals("groups")).await);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Membership(Kind);

#[derive(Clone)]
enum Kind {
    #[cfg(feature = "mtls")]
    Certificate(CertificateName),
    Claim(Arc<ClaimPath>, Shape),
    Issuers(Arc<HashMap<String, Vec<Tenant>>>),
    Rule(Arc<dyn TenantMembership>),
}

/// Which JSON types a claim may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Shape {
    Either,
    List,
    Text,
}

/// What an identity is held against.
pub(super) struct Sought<'r> {
    pub(super) tenant: &'r Tenant,
    /// The tenant that the client certificate names, where that is asked for.
    #[cfg(feature = "mtls")]
    pub(super) certified: Option<&'r Tenant>,
}

impl Membership {
    /// The claim names the identity's tenants: as a string or an array of strings, one of which is equal.
    pub fn claim(path: &str) -> Self {
        Self::claim_at(Arc::new(ClaimPath::from(path)))
    }

    /// The claim is a string and equal. An array, of one element too, is nobody's tenant.
    pub fn claim_equals(path: &str) -> Self {
        Self(Kind::Claim(Arc::new(ClaimPath::from(path)), Shape::Text))
    }

    /// The claim is an array of strings, one of which is equal. A string is nobody's tenant.
    pub fn claim_contains(path: &str) -> Self {
        Self(Kind::Claim(Arc::new(ClaimPath::from(path)), Shape::List))
    }

    /// Issuers belong to tenants, and identities to those of their issuer, which is compared byte by byte.
    /// An issuer that several pairs name belongs to several tenants, one that none names to no tenant.
    ///
    /// An identity without an issuer is nobody's; as an outer one of stacked layers it says nothing.
    pub fn issuers<I: Into<String>>(pairs: impl IntoIterator<Item = (I, Tenant)>) -> Self {
        let mut tenants: HashMap<String, Vec<Tenant>> = HashMap::new();
        for (issuer, tenant) in pairs {
            tenants.entry(issuer.into()).or_default().push(tenant);
        }
        Self(Kind::Issuers(Arc::new(tenants)))
    }

    /// The client certificate of the connection names the tenant: as its one name of this kind.
    ///
    /// It then vouches for whoever sends requests on the connection, by whatever credentials: right for
    /// callers that are known by their certificate and for gateways of a tenant, wrong where tenants
    /// share a connection, as behind a proxy that shows its own certificate.
    #[cfg(feature = "mtls")]
    pub const fn certificate(kind: crate::NameKind) -> Self {
        Self(Kind::Certificate(CertificateName::Kind(kind)))
    }

    /// The client certificate of the connection names the tenant: by what a template calls `{name}`.
    #[cfg(feature = "mtls")]
    pub fn certificate_by(template: crate::NameTemplate) -> Self {
        Self(Kind::Certificate(CertificateName::Template(Arc::new(template))))
    }

    /// A rule of your own decides.
    pub fn rule(rule: impl TenantMembership) -> Self {
        Self(Kind::Rule(Arc::new(rule)))
    }

    pub(super) const fn claim_at(path: Arc<ClaimPath>) -> Self {
        Self(Kind::Claim(path, Shape::Either))
    }

    /// The name in the client certificate that decides, if one does.
    #[cfg(feature = "mtls")]
    pub(super) const fn certificate_name(&self) -> Option<&CertificateName> {
        match &self.0 {
            Kind::Certificate(name) => Some(name),
            _ => None,
        }
    }

    /// Whether the identity belongs to a tenant and those outside of it agree, where no certificate is
    /// asked for.
    pub(crate) fn admits_all(&self, identity: &Identity, tenant: &Tenant) -> Result<(), AuthError> {
        let sought = Sought {
            tenant,
            #[cfg(feature = "mtls")]
            certified: None,
        };
        self.hold_all(identity, |identity| self.holds(identity, &sought))
    }

    /// Holds the identity that acts against a tenant, and of those outside each that this speaks of.
    pub(super) fn hold_all(
        &self,
        identity: &Identity,
        hold: impl Fn(&Identity) -> Result<(), AuthError>,
    ) -> Result<(), AuthError> {
        hold(identity)?;
        std::iter::successors(Some(identity), |identity| identity.outer())
            .filter_map(Identity::outer_of_tenant)
            .filter(|outer| self.speaks_of(outer))
            .try_for_each(hold)
    }

    pub(super) fn holds(&self, identity: &Identity, sought: &Sought<'_>) -> Result<(), AuthError> {
        let is_member = match &self.0 {
            #[cfg(feature = "mtls")]
            Kind::Certificate(_) => sought.certified == Some(sought.tenant),
            Kind::Rule(rule) => rule.is_member(identity, sought.tenant),
            Kind::Issuers(tenants) => identity
                .issuer()
                .and_then(|issuer| tenants.get(issuer))
                .is_some_and(|tenants| tenants.contains(sought.tenant)),
            Kind::Claim(path, shape) => match path.find(identity.claims()) {
                Some(names) => is_among(sought.tenant, names, *shape),
                None => {
                    return Err(AuthError::tenant_denied("no claim names the identity's tenant"));
                }
            },
        };
        if is_member {
            Ok(())
        } else {
            Err(AuthError::tenant_denied("the identity belongs to another tenant"))
        }
    }

    /// Whether it says anything about an identity. A rule does so about each, and a certificate about all
    /// of its connection.
    fn speaks_of(&self, identity: &Identity) -> bool {
        match &self.0 {
            Kind::Claim(path, _) => path.find(identity.claims()).is_some(),
            Kind::Issuers(_) => identity.issuer().is_some(),
            #[cfg(feature = "mtls")]
            Kind::Certificate(_) => true,
            Kind::Rule(_) => true,
        }
    }
}

impl From<&str> for Membership {
    fn from(path: &str) -> Self {
        Self::claim(path)
    }
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            #[cfg(feature = "mtls")]
            Kind::Certificate(name) => f.debug_tuple("Certificate").field(name).finish(),
            Kind::Claim(path, shape) => f.debug_tuple("Claim").field(path).field(shape).finish(),
            Kind::Issuers(tenants) => f.debug_tuple("Issuers").field(tenants).finish(),
            Kind::Rule(_) => f.write_str("Rule(..)"),
        }
    }
}

fn is_among(tenant: &Tenant, names: &Value, shape: Shape) -> bool {
    match names {
        Value::String(name) => shape != Shape::List && name == tenant.as_str(),
        Value::Array(names) => {
            shape != Shape::Text && names.iter().any(|name| name == tenant.as_str())
        }
        _ => false,
    }
}
