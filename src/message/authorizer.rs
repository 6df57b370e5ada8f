//! [`MessageAuthorizer`]: may the caller do what the message asks for?

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use http::Extensions;

use super::{Demands, MessageDemands, MessageGrant};
use crate::{
    error::AuthError,
    event::{self, Decision},
    evidence::{Evidence, ask_anonymous_to_log_in},
    identity::Identity,
    permission::{ClaimMapper, Permissions, Requirement},
    tenant::{Membership, Tenant},
};

/// Holds what a message demands against the caller, inside of a handler.
///
/// # What is asked
///
/// | The message | is refused |
/// |---|---|
/// | [names a tenant](MessageDemands::of_tenant) that is not the one of the request, or names two | as `TenantDenied` |
/// | names a tenant where the request names none | as `TenantDenied`, unless [`allow_tenant_of_message`](Self::allow_tenant_of_message) |
/// | [requires](MessageDemands::requires) what the caller does not hold | as `PermissionDenied` |
/// | requires something [in another tenant](MessageDemands::requires_in) to which the caller does not belong, by what the tenant layer asks for | as `TenantDenied` |
/// | requires something in one that is suspended or unknown to what the tenant layer asks | as `TenantDenied` |
/// | the same where that must be asked for first, see [`RegisteredTenants::check`](crate::RegisteredTenants::check) | as `Unavailable` |
/// | requires there what the caller does not hold there | as `PermissionDenied` |
/// | has more than [1,000](MessageDemands::MAX) demands, or names more than 64 tenants | as `PermissionDenied` |
///
/// The first refusal refuses the whole message. Anonymous callers are asked to log in
/// (`MissingCredentials`). There is one event of the check `message` for each answer.
///
/// # Examples
///
/// ```
/// use http::{HeaderName, Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{
///     AuthErrorKind, AuthLayer, ClaimPermissions, Identity, MessageAuthorizer, MessageDemands,
///     TenantLayer,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let alice = Identity::anonymous().with_claim("tenant", "acme").with_claim("scope", "orders:write");
/// let layers = (
///     AuthLayer::first_of([]).allow_anonymous_as(alice),
///     TenantLayer::from_header(HeaderName::from_static("x-tenant")),
/// );
/// let authorizer = MessageAuthorizer::new(ClaimPermissions::at("scope"));
/// let service = layers.layer(service_fn(async |request: Request<&'static str>| {
///     let message = |demands: &mut MessageDemands| {
///         demands.of_tenant(*request.body()).requires("orders:write");
///     };
///     let granted = authorizer.authorize(request.extensions(), &message);
///     Ok::<_, std::convert::Infallible>(Response::new(granted.err().map(|error| error.kind())))
/// }));
///
/// let request = |tenant| Request::builder().header("x-tenant", "acme").body(tenant).unwrap();
/// assert_eq!(service.clone().oneshot(request("acme")).await.unwrap().into_body(), None);
/// let other = service.oneshot(request("globex")).await.unwrap().into_body();
/// assert_eq!(other, Some(AuthErrorKind::MissingCredentials)); // she is anonymous here
/// # }
/// ```
#[derive(Clone)]
pub struct MessageAuthorizer {
    mapper: Mapper,
    membership: Option<Membership>,
}

#[derive(Clone)]
enum Mapper {
    Own(Arc<dyn ClaimMapper>),
    #[cfg(feature = "policy")]
    Policy(crate::Policy),
}

/// Tenants of one message: each has its claims mapped.
const MAX_TENANTS: usize = 64;

impl MessageAuthorizer {
    /// By the mapper that a [`PermissionClaimLayer`](crate::PermissionClaimLayer) has.
    pub fn new(mapper: impl ClaimMapper) -> Self {
        Self { mapper: Mapper::Own(Arc::new(mapper)), membership: None }
    }

    /// By the mapper of a policy, as it is when a message is looked at.
    #[cfg(feature = "policy")]
    #[must_use]
    pub fn of(policy: &crate::Policy) -> Self {
        Self { mapper: Mapper::Policy(policy.clone()), membership: None }
    }

    /// Lets a message name the tenant where the request names none, and holds the caller against it by
    /// this membership; and those outside of the caller, as a [`TenantLayer`](crate::TenantLayer) does.
    ///
    /// No tenant layer is asked then, nor the registry of one.
    ///
    /// Layers then know no tenant: their requirements are held against what the caller may do without
    /// one.
    #[must_use]
    pub fn allow_tenant_of_message(mut self, membership: impl Into<Membership>) -> Self {
        self.membership = Some(membership.into());
        self
    }

    /// Whether the caller may do what a message asks for.
    ///
    /// # Errors
    ///
    /// Why not, by the table above; `Misconfigured` where no authentication layer ran.
    pub fn authorize(
        &self,
        extensions: &Extensions,
        message: &(impl Demands + ?Sized),
    ) -> Result<MessageGrant, AuthError> {
        let mut demands = MessageDemands::default();
        message.demands(&mut demands);
        let judged = self.judge(extensions, &demands);
        let decision = judged.as_ref().map_or_else(Decision::Denied, |_| Decision::Granted);
        event::decided("message", &decision, extensions);
        judged
    }

    /// The same for a request of tonic.
    ///
    /// # Errors
    ///
    /// As [`authorize`](Self::authorize); `?` makes a `tonic::Status` of it.
    #[cfg(feature = "tonic")]
    pub fn authorize_request<T: Demands>(
        &self,
        request: &tonic::Request<T>,
    ) -> Result<MessageGrant, AuthError> {
        self.authorize(request.extensions(), request.get_ref())
    }

    fn judge(
        &self,
        extensions: &Extensions,
        demands: &MessageDemands,
    ) -> Result<MessageGrant, AuthError> {
        let evidence = Evidence::of(extensions);
        let found = evidence.and_then(|evidence| Some((evidence, evidence.identity.as_ref()?)));
        let (evidence, identity) = found.ok_or_else(|| {
            AuthError::misconfigured("messages are authorized inside of an authentication layer")
        })?;
        let caller = Caller { authorizer: self, evidence, identity };
        let judged = caller.judge(demands);
        judged.map_err(|error| {
            ask_anonymous_to_log_in(error.with_scheme(identity.method()), identity)
        })
    }
}

/// Who has sent the message.
struct Caller<'m> {
    authorizer: &'m MessageAuthorizer,
    evidence: &'m Evidence,
    identity: &'m Identity,
}

impl Caller<'_> {
    fn judge(&self, demands: &MessageDemands) -> Result<MessageGrant, AuthError> {
        if demands.too_many {
            return Err(AuthError::permission_denied("the message demands too much at once"));
        }
        let tenant = self.tenant(&demands.named)?;
        let permissions = self.permissions(tenant.as_ref())?;
        let mut others = BTreeMap::new();
        for (other, requirements) in &demands.required {
            let own = tenant.as_ref().map(Tenant::as_str);
            let permissions = match other.as_deref() {
                Some(other) if Some(other) != own => self.in_other(other, &mut others)?,
                _ => &permissions,
            };
            requirements.iter().try_for_each(|requirement| hold(requirement, permissions))?;
        }
        Ok(MessageGrant { tenant, permissions })
    }

    /// The tenant of the request, which is the one that the message names, if it names any.
    fn tenant(&self, named: &BTreeSet<String>) -> Result<Option<Tenant>, AuthError> {
        let agreed = self.evidence.agreed_tenant().cloned();
        let tenant = match (agreed, named.first()) {
            (Some(agreed), _) => agreed,
            (None, None) => return Ok(None),
            (None, Some(name)) => {
                let membership = self.authorizer.membership.as_ref().ok_or_else(|| {
                    AuthError::tenant_denied("the message names a tenant, and the request none")
                })?;
                let tenant = parsed(name)?;
                membership.admits_all(self.identity, &tenant)?;
                tenant
            }
        };
        if named.iter().any(|name| name != tenant.as_str()) {
            return Err(AuthError::tenant_denied("the message is for another tenant"));
        }
        Ok(Some(tenant))
    }

    /// What the caller may do for another tenant, to which it must belong.
    fn in_other<'p>(
        &self,
        name: &str,
        known: &'p mut BTreeMap<String, Permissions>,
    ) -> Result<&'p Permissions, AuthError> {
        if !known.contains_key(name) {
            if known.len() >= MAX_TENANTS {
                return Err(AuthError::permission_denied("the message names too many tenants"));
            }
            let tenant = parsed(name)?;
            match (self.evidence.requested(), &self.authorizer.membership) {
                (Some(requested), _) => requested.accepts_other(self.identity, &tenant)?,
                (None, Some(membership)) => membership.admits_all(self.identity, &tenant)?,
                (None, None) => {
                    let reason = "nothing says who belongs to the tenants that messages name";
                    return Err(AuthError::tenant_denied(reason));
                }
            }
            known.insert(name.to_owned(), self.permissions(Some(&tenant))?);
        }
        known.get(name).ok_or_else(|| AuthError::misconfigured("it has just been put there"))
    }

    fn permissions(&self, tenant: Option<&Tenant>) -> Result<Permissions, AuthError> {
        match &self.authorizer.mapper {
            Mapper::Own(mapper) => mapper.permissions(self.identity, tenant),
            #[cfg(feature = "policy")]
            Mapper::Policy(policy) => policy.permissions_of(self.identity, tenant),
        }
    }
}

fn parsed(name: &str) -> Result<Tenant, AuthError> {
    Tenant::new(name)
        .map_err(|_| AuthError::tenant_denied("what names the tenant is not a tenant's name"))
}

fn hold(requirement: &Requirement, permissions: &Permissions) -> Result<(), AuthError> {
    if requirement.is_met_by(permissions) { Ok(()) } else { Err(requirement.refusal()) }
}

impl fmt::Debug for MessageAuthorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageAuthorizer")
            .field("membership", &self.membership)
            .finish_non_exhaustive()
    }
}
