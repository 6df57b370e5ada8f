//! [`ImpersonationLayer`]: as whom do you act?

use std::{fmt, sync::Arc};

use http::{HeaderName, request::Parts};
use tower::Layer;

use crate::{
    error::{AuthError, AuthErrorKind},
    evidence::Evidence,
    gate::{Check, Gate, GateLayer, Verdict},
    identity::{Identity, Reach},
    impersonation::{Directory, ImpersonationRules, directory::Lookup},
    rejection::DefaultRejection,
    tenant::Requested,
};

/// Lets callers who have the right to it act as somebody else.
///
/// A header field names the subject to act as; requests without it go on as they are. The right of
/// the caller is asked for first, and only then is the subject looked up. From there on the target
/// acts: with its own claims and none of the caller's, for no longer than the caller's credentials
/// last, with the [method](Identity::method) `Impersonation`. The caller is
/// [`Identity::impersonator`] and stands beside the target in each [event](crate::guide::events).
/// The field is removed from the request.
///
/// What a caller is told does not depend on why: a missing right, a subject that does not exist, one
/// that is protected, one that is the caller itself, one of another tenant and a field that cannot be
/// read are all the same 403.
///
/// It must be inside of authentication and outside of a
/// [`PermissionClaimLayer`](crate::PermissionClaimLayer), which maps the target's claims then. A
/// [`TenantLayer`](crate::TenantLayer) may be on either side; outside is better, as inside its
/// refusal tells a target of another tenant apart from one that does not exist. The target must
/// belong to the tenant, and the caller must not belong to another one, unless
/// [`allow_any_tenant`](Self::allow_any_tenant) says so.
///
/// Those who were impersonated cannot impersonate, however many layers lie between.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the caller is anonymous and the field is there | 401 | `UNAUTHENTICATED` |
/// | the caller may not act as this subject, or there is none | 403 | `PERMISSION_DENIED` |
/// | the field occurs twice, is empty, longer than 256 bytes or not text | 403 | `PERMISSION_DENIED` |
/// | the directory is out of reach | 503 | `UNAVAILABLE` |
/// | no authentication layer is outside of it, or a `PermissionClaimLayer` is | 500 | `INTERNAL` |
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{
///     AuthError, AuthLayer, Credentials, Identity, ImpersonationLayer, ImpersonationRules, Scheme,
/// };
/// # struct ApiKey(String);
/// # impl Credentials for ApiKey {
/// #     const NAME: &'static str = "ApiKey";
/// #     fn from_parts(parts: &http::request::Parts) -> Result<Option<Self>, AuthError> {
/// #         let key = parts.headers.get("x-api-key").and_then(|key| key.to_str().ok());
/// #         Ok(key.map(|key| Self(key.to_owned())))
/// #     }
/// # }
///
/// struct Support;
///
/// impl ImpersonationRules for Support {
///     fn may_impersonate(&self, caller: &Identity) -> bool {
///         caller.subject() == "sue"
///     }
///
///     fn is_protected(&self, target: &Identity) -> bool {
///         target.claims().str("role") == Some("admin")
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let staff = async |subject: String| {
///     Ok(["bob", "eve"].contains(&&*subject).then(|| Identity::new(subject)))
/// };
/// let auth = (
///     AuthLayer::new(Scheme::new(async |key: ApiKey| Ok(Identity::new(key.0)))),
///     ImpersonationLayer::new(staff, Support),
/// );
/// let service = auth.layer(service_fn(async |request: Request<()>| {
///     let identity = Identity::from_extensions(request.extensions()).expect("established");
///     let caller = identity.impersonator().expect("impersonated");
///     let answer = format!("{} for {}", identity.subject(), caller.subject());
///     Ok::<_, std::convert::Infallible>(Response::new(answer))
/// }));
///
/// let request = |key, target| {
///     Request::builder().header("x-api-key", key).header("x-impersonate-user", target).body(()).unwrap()
/// };
/// let response = service.clone().oneshot(request("sue", "bob")).await.unwrap();
/// assert_eq!(response.body(), "bob for sue");
/// let response = service.oneshot(request("bob", "eve")).await.unwrap();
/// assert_eq!(response.status(), 403);
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct ImpersonationLayer {
    directory: Arc<dyn Lookup>,
    rules: Arc<dyn ImpersonationRules>,
    header: HeaderName,
    protected_allowed: bool,
    reach: Reach,
}

impl ImpersonationLayer {
    /// The field that names the subject to act as where no other is set.
    pub const DEFAULT_HEADER: HeaderName = HeaderName::from_static("x-impersonate-user");

    /// The longest name of a subject, in bytes.
    pub const MAX_SUBJECT_BYTES: usize = 256;

    /// Impersonation of those whom the directory knows, by these rules.
    pub fn new(directory: impl Directory, rules: impl ImpersonationRules) -> Self {
        Self {
            directory: Arc::new(directory),
            rules: Arc::new(rules),
            header: Self::DEFAULT_HEADER,
            protected_allowed: false,
            reach: Reach::OwnTenants,
        }
    }

    /// Sets the field that names the subject to act as. The default is `x-impersonate-user`.
    pub fn with_header(mut self, header: HeaderName) -> Self {
        self.header = header;
        self
    }

    /// Lets those be impersonated whom the rules protect.
    pub const fn allow_protected_targets(mut self) -> Self {
        self.protected_allowed = true;
        self
    }

    /// Lets callers act as somebody in tenants that they do not belong to themselves.
    ///
    /// The right to impersonate then reaches over all tenants: give it to nobody who works for one of
    /// them. A [`TenantLayer`](crate::TenantLayer) must be inside of this layer; one outside has asked the
    /// caller already.
    pub const fn allow_any_tenant(mut self) -> Self {
        self.reach = Reach::AnyTenant;
        self
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection); configure the rest first.
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn judge(&self, parts: &Parts) -> Result<Option<Attempt>, AuthError> {
        let evidence = Evidence::of(&parts.extensions);
        let (Some(evidence), Some(caller)) =
            (evidence, evidence.and_then(|evidence| evidence.identity.as_ref()))
        else {
            return Err(AuthError::misconfigured(
                "ImpersonationLayer must be inside of an authentication layer",
            ));
        };
        if evidence.permissions.is_some() {
            return Err(AuthError::misconfigured(
                "ImpersonationLayer must be outside of PermissionClaimLayer",
            ));
        }
        if !parts.headers.contains_key(&self.header) {
            return Ok(None);
        }
        if caller.is_anonymous() {
            return Err(AuthErrorKind::MissingCredentials.into());
        }
        self.attempt(caller, evidence.requested(), parts)
            .map(Some)
            .map_err(|why| denied(caller, why))
    }

    /// What there is to find out before anybody is looked up.
    fn attempt(
        &self,
        caller: &Identity,
        requested: Option<&Requested>,
        parts: &Parts,
    ) -> Result<Attempt, &'static str> {
        let mut chain = std::iter::successors(Some(caller), |identity| identity.outer());
        if chain.any(|identity| identity.impersonator().is_some()) {
            return Err("the caller is impersonated itself");
        }
        if !self.rules.may_impersonate(caller) {
            return Err("the caller has no right to impersonate");
        }
        let subject = self.subject(parts)?;
        if subject == caller.subject() {
            return Err("the caller wants to act as itself");
        }
        Ok(Attempt {
            layer: self.clone(),
            caller: caller.clone(),
            requested: requested.cloned(),
            subject: subject.to_owned(),
        })
    }

    /// Exactly one line: the first of several is as easily forged as the last.
    fn subject<'p>(&self, parts: &'p Parts) -> Result<&'p str, &'static str> {
        let mut lines = parts.headers.get_all(&self.header).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return Err("the header occurs twice");
        };
        let subject =
            std::str::from_utf8(line.as_bytes()).map_err(|_| "the header is not UTF-8")?;
        if !(1..=Self::MAX_SUBJECT_BYTES).contains(&subject.len()) {
            return Err("the header is empty or too long");
        }
        if subject.chars().any(char::is_control) {
            return Err("a control character in the header");
        }
        Ok(subject)
    }
}

/// A caller who has the right to impersonate, on the way to the directory.
struct Attempt {
    layer: ImpersonationLayer,
    caller: Identity,
    requested: Option<Requested>,
    subject: String,
}

impl Attempt {
    async fn conclude(self) -> Result<Impersonation, AuthError> {
        let found = Arc::clone(&self.layer.directory).look_up(self.subject.clone()).await;
        let target = match found {
            Ok(Some(target)) => target,
            Ok(None) => return Err(denied(&self.caller, "there is no such subject")),
            // An error that blames the client would tell it apart from the other refusals.
            Err(error) if blames_the_client(&error) => {
                return Err(denied(&self.caller, error));
            }
            Err(error) => return Err(error),
        };
        self.agree(&target)?;
        Ok(Impersonation { target, reach: self.layer.reach })
    }

    fn agree(&self, target: &Identity) -> Result<(), AuthError> {
        if target.is_anonymous() {
            return Err(AuthError::misconfigured("the directory found an anonymous identity"));
        }
        if target.subject() == self.caller.subject() {
            return Err(denied(&self.caller, "the caller wants to act as itself"));
        }
        if !self.layer.protected_allowed && self.layer.rules.is_protected(target) {
            return Err(denied(&self.caller, "the target is protected"));
        }
        let agreed = self.requested.as_ref().map_or(Ok(()), |requested| requested.accepts(target));
        agreed.map_err(|error| denied(&self.caller, error))
    }
}

/// A directory that is throttled itself can be asked again later.
fn blames_the_client(error: &AuthError) -> bool {
    error.kind().status().is_client_error() && error.retry_after().is_none()
}

/// The one answer to a caller who may not act as somebody, whatever the reason.
fn denied(caller: &Identity, why: impl Into<crate::BoxError>) -> AuthError {
    AuthError::permission_denied(why).with_scheme(caller.method())
}

/// Somebody as whom the caller may act, as an [`ImpersonationLayer`] grants it.
pub struct Impersonation {
    target: Identity,
    reach: Reach,
}

impl fmt::Debug for Impersonation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Impersonation")
            .field("target", &self.target)
            .field("reach", &self.reach)
            .finish()
    }
}

impl Check for ImpersonationLayer {
    type Grant = Impersonation;

    fn name(&self) -> &'static str {
        "impersonation"
    }

    fn check(&self, parts: &Parts) -> Verdict<Impersonation> {
        match self.judge(parts) {
            Ok(Some(attempt)) => Verdict::Pending(Box::pin(attempt.conclude())),
            Ok(None) => Verdict::Passed,
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, Impersonation { target, reach }: Impersonation, parts: &mut Parts) {
        parts.headers.remove(&self.header);
        Evidence::of_mut(&mut parts.extensions).impersonate(target, reach);
    }
}

impl<S> Layer<S> for ImpersonationLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}

impl fmt::Debug for ImpersonationLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImpersonationLayer")
            .field("header", &self.header)
            .field("protected_allowed", &self.protected_allowed)
            .field("reach", &self.reach)
            .finish_non_exhaustive()
    }
}
