//! [`AuthLayer`]: who are you?

use std::{borrow::Cow, fmt, sync::Arc};

use http::{HeaderMap, request::Parts};
use tower::Layer;

use crate::{
    auth::{Admission, Challenges, Scheme},
    error::{AuthError, AuthErrorKind},
    evidence::Evidence,
    gate::{Check, Gate, GateLayer, Verdict},
    identity::Identity,
    rejection::DefaultRejection,
    shared::{Shared, Striped},
    tenant::Tenant,
};

/// Establishes who the caller is, by one of several schemes.
///
/// The schemes are alternatives: a request must carry credentials for exactly one of them. Credentials
/// for two are refused as ambiguous, so a client cannot choose by accident which of them counts, and
/// credentials that are bad are refused even where another scheme, or nobody, would do. To demand
/// two schemes at once, stack two layers.
///
/// A certificate is shown by the connection, whatever a request on it brings. Both at once are ambiguous
/// all the same, unless [`allow_unused_certificate`](Self::allow_unused_certificate) is set.
///
/// [`BasicAuthLayer`](crate::BasicAuthLayer), [`JwtAuthLayer`](crate::JwtAuthLayer) and
/// [`MtlsIdentityLayer`](crate::MtlsIdentityLayer) are this layer with one scheme; use it for
/// credentials of your own and for several schemes on one route.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | no scheme finds credentials (and anonymous callers are not allowed) | 401 | `UNAUTHENTICATED` |
/// | two `Authorization` lines, or credentials for two schemes | 400 | `UNAUTHENTICATED` |
/// | the credentials cannot be read, are not good or have expired | 401 | `UNAUTHENTICATED` |
/// | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
/// | too many attempts have failed, with a `FailureThrottle` around the authenticator | 429 | `RESOURCE_EXHAUSTED` |
/// | the work of judging is at its bound | 503 | `RESOURCE_EXHAUSTED` |
/// | what is needed to judge is out of reach | 503 | `UNAVAILABLE` |
/// | the authenticator panicked | 500 | `INTERNAL` |
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, AuthLayer, Basic, Bearer, Identity, Scheme};
///
/// let layer = AuthLayer::first_of([
///     Scheme::bearer(async |_: Bearer| Err(AuthError::invalid("no token is good enough"))),
///     Scheme::basic(async |user: Basic| Ok(Identity::new(user.username()))),
/// ])
/// .with_realm("orders");
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct AuthLayer(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    schemes: Vec<Scheme>,
    /// Made from the schemes and the realm, anew whenever one of them changes.
    challenges: Arc<Striped<Challenges>>,
    realm: Cow<'static, str>,
    realm_by_tenant: Option<RealmByTenant>,
    anonymous: Option<Identity>,
    keep_credentials: bool,
    unused_certificate: bool,
}

/// Says what the realm of a tenant is.
#[derive(Clone)]
struct RealmByTenant(Arc<dyn Fn(&Tenant) -> String + Send + Sync>);

impl AuthLayer {
    /// The realm of challenges where none is set.
    pub const DEFAULT_REALM: &'static str = "api";

    /// Authentication by one scheme.
    pub fn new(scheme: Scheme) -> Self {
        Self::first_of([scheme])
    }

    /// Authentication by whichever of the schemes finds its credentials in the request.
    ///
    /// Challenges are written in the order of the schemes. A layer without schemes that lets no
    /// anonymous callers in refuses everybody as `Misconfigured`.
    pub fn first_of(schemes: impl IntoIterator<Item = Scheme>) -> Self {
        let inner = Inner {
            schemes: schemes.into_iter().collect(),
            challenges: Arc::new(Striped::new(Arc::new(Challenges::new([])))),
            realm: Cow::Borrowed(Self::DEFAULT_REALM),
            realm_by_tenant: None,
            anonymous: None,
            keep_credentials: false,
            unused_certificate: false,
        };
        Self(Arc::new(inner)).with_realm(Self::DEFAULT_REALM)
    }

    /// Sets the realm in the challenges (RFC 9110, section 11.5). The default is `api`.
    pub fn with_realm(mut self, realm: impl Into<Cow<'static, str>>) -> Self {
        let inner = self.inner_mut();
        inner.realm = realm.into();
        let challenges = Arc::new(challenges(&inner.schemes, &inner.realm));
        inner.challenges = Arc::new(Striped::new(challenges));
        self
    }

    /// Makes the realm from the tenant that the request asks for, where a
    /// [`TenantLayer`](crate::TenantLayer) further out found one.
    ///
    /// Nobody has vouched for the tenant: write the same for one that exists and one that does not, as
    /// here, so that the realm does not tell which there are.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::Request;
    /// use tower::{Layer, ServiceExt, service_fn};
    /// use tower_auth::{AuthLayer, Basic, Identity, Scheme, TenantLayer, TenantSource};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let scheme = Scheme::basic(async |user: Basic| Ok(Identity::new(user.username())));
    /// let auth = (
    ///     TenantLayer::new(TenantSource::header(TenantSource::DEFAULT_HEADER)),
    ///     AuthLayer::new(scheme).with_realm_by_tenant(|tenant| format!("orders of {tenant}")),
    /// );
    /// let service = auth.layer(service_fn(async |_: Request<()>| {
    ///     Ok::<_, std::convert::Infallible>(http::Response::new(()))
    /// }));
    /// let request = Request::builder().header("x-id-tenant-name", "acme").body(()).unwrap();
    /// let response = service.oneshot(request).await.unwrap();
    /// let challenge = response.headers()["www-authenticate"].to_str().unwrap();
    /// assert_eq!(challenge, r#"Basic realm="orders of acme", charset="UTF-8""#);
    /// # }
    /// ```
    pub fn with_realm_by_tenant(
        mut self,
        realm: impl Fn(&Tenant) -> String + Send + Sync + 'static,
    ) -> Self {
        self.inner_mut().realm_by_tenant = Some(RealmByTenant(Arc::new(realm)));
        self
    }

    /// Lets callers in who present no credentials, as [`Identity::anonymous`].
    ///
    /// Credentials that are presented and bad are refused all the same.
    pub fn allow_anonymous(self) -> Self {
        self.allow_anonymous_as(Identity::anonymous())
    }

    /// Lets callers in who present no credentials, with claims of your choice.
    ///
    /// Whatever `identity` is, it counts as anonymous.
    ///
    /// # Examples
    ///
    /// ```
    /// # use tower_auth::{AuthLayer, Identity};
    /// let layer = AuthLayer::first_of([])
    ///     .allow_anonymous_as(Identity::anonymous().with_claim("roles", vec!["guest"]));
    /// # let _ = layer;
    /// ```
    pub fn allow_anonymous_as(mut self, identity: Identity) -> Self {
        self.inner_mut().anonymous = Some(identity.into_anonymous());
        self
    }

    /// Lets a request bring credentials of its own on a connection with a certificate; they alone count
    /// then, good or bad, and the certificate counts for requests that bring none.
    ///
    /// For clients whose connections all have a certificate, as in a mesh, and for tokens that are bound to
    /// one (RFC 8705), which cannot be used otherwise where certificates are an alternative. Rules and
    /// deny-lists of certificates are not asked about a request that brings a token: where they must be,
    /// stack the layers. A certificate that cannot be read stops the request all the same.
    ///
    /// The same goes for all [credentials of the connection](crate::Credentials::OF_CONNECTION).
    ///
    /// # Examples
    ///
    /// ```
    /// use tower_auth::{AuthError, AuthLayer, Bearer, CertificateRules, Scheme};
    ///
    /// let layer = AuthLayer::first_of([
    ///     Scheme::client_certificate(CertificateRules::new()),
    ///     Scheme::bearer(async |_: Bearer| Err(AuthError::invalid("no token is good enough"))),
    /// ])
    /// .allow_unused_certificate();
    /// # let _ = layer;
    /// ```
    pub fn allow_unused_certificate(mut self) -> Self {
        self.inner_mut().unused_certificate = true;
        self
    }

    /// Leaves the credentials in the request, for a handler that passes them on.
    ///
    /// Without this they are removed once the caller is admitted. Kept values are marked sensitive
    /// by [`Credentials::mark_sensitive`](crate::Credentials::mark_sensitive), so that `Debug` does
    /// not print them.
    pub fn keep_credentials(mut self) -> Self {
        self.inner_mut().keep_credentials = true;
        self
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection); configure the rest first.
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }

    fn inner_mut(&mut self) -> &mut Inner {
        Arc::make_mut(&mut self.0)
    }

    /// The challenges to a request, with the realm of the tenant that it asks for.
    fn challenges(&self, parts: &Parts) -> Shared<Challenges> {
        let realm = self.0.realm_by_tenant.as_ref();
        match realm.zip(Tenant::requested_in(&parts.extensions)) {
            Some((RealmByTenant(realm), tenant)) => {
                Shared::new(Arc::new(challenges(&self.0.schemes, &realm(tenant))))
            }
            None => self.0.challenges.get(),
        }
    }

    /// The one scheme whose credentials the request carries. Those that cannot be read stop the request,
    /// whatever else it carries.
    fn presented(&self, parts: &Parts) -> Result<Option<&Scheme>, AuthError> {
        let (mut of_request, mut of_connection) = (None, None);
        for scheme in &self.0.schemes {
            let place =
                if scheme.is_of_connection() { &mut of_connection } else { &mut of_request };
            if scheme.is_presented(parts)? && place.replace(scheme).is_some() {
                return Err(AuthErrorKind::AmbiguousCredentials.into());
            }
        }
        if of_request.is_some() && of_connection.is_some() && !self.0.unused_certificate {
            return Err(AuthError::new(AuthErrorKind::AmbiguousCredentials).with_source(
                "by the request and by its connection: demand both by stacking layers, or call \
                 allow_unused_certificate",
            ));
        }
        Ok(of_request.or(of_connection))
    }

    fn judge(&self, parts: &Parts) -> Verdict<Admission> {
        // One scheme need not be asked whether it is the one.
        if let [scheme] = self.0.schemes.as_slice() {
            return scheme.judge(parts);
        }
        match self.presented(parts) {
            Ok(Some(scheme)) => scheme.judge(parts),
            Ok(None) => Verdict::Passed,
            Err(error) => Verdict::Denied(error),
        }
    }

    /// The verdict on a request without credentials.
    fn absent(&self, parts: &Parts) -> Verdict<Admission> {
        let Some(anonymous) = &self.0.anonymous else {
            return Verdict::Denied(match self.0.schemes.as_slice() {
                [] => AuthError::misconfigured("the layer has no scheme, so nobody can log in"),
                _ => AuthErrorKind::MissingCredentials.into(),
            });
        };
        let requested = Evidence::of(&parts.extensions).and_then(Evidence::requested);
        Admission::agreed(anonymous.clone(), None, requested)
    }
}

impl Check for AuthLayer {
    type Grant = Admission;

    fn name(&self) -> &'static str {
        "authentication"
    }

    fn check(&self, parts: &Parts) -> Verdict<Admission> {
        match self.judge(parts) {
            Verdict::Passed => self.absent(parts),
            verdict => verdict,
        }
    }

    fn admit(&self, Admission { identity, judge }: Admission, parts: &mut Parts) {
        match judge {
            Some(judge) if self.0.keep_credentials => judge.mark_sensitive(parts),
            Some(judge) => judge.remove_secret(parts),
            None => {}
        }
        let challenges = self.challenges(parts);
        Evidence::of_mut(&mut parts.extensions).admit(identity, challenges);
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        self.0.schemes.iter().for_each(|scheme| scheme.mark_sensitive(parts));
    }

    fn challenge(&self, error: &AuthError, parts: &Parts, headers: &mut HeaderMap) {
        self.challenges(parts).write(error, headers);
    }
}

impl<S> Layer<S> for AuthLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}

impl fmt::Debug for RealmByTenant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RealmByTenant(..)")
    }
}

fn challenges(schemes: &[Scheme], realm: &str) -> Challenges {
    Challenges::new(schemes.iter().map(|scheme| scheme.challenge(realm.to_owned().into())))
}
