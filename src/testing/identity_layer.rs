//! [`TestIdentityLayer`]: a caller who needs no credentials.

use http::{HeaderMap, request::Parts};
use tower::Layer;

use crate::{
    auth::{Admission, AuthLayer, Scheme},
    authenticator::{Answer, Authenticator},
    credentials::Credentials,
    error::AuthError,
    gate::{Check, Gate, GateLayer, Verdict},
    identity::Identity,
    rejection::DefaultRejection,
};

/// Lets every request act as one identity, for tests of what lies behind authentication.
///
/// It stands where the authentication layer stands in production and is one: an [`AuthLayer`] whose
/// only scheme, `Test`, finds credentials in every request and always answers with the identity. So
/// tenants, permissions and extractors behave as ever; an identity that belongs to another tenant
/// than the requested one is refused. The method of the identity is `Test`, or `Anonymous` for an
/// anonymous one. Real credentials in the request are neither read nor removed.
///
/// # Rejections
///
/// | When | HTTP | gRPC |
/// |---|---|---|
/// | the identity does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
/// | the same for an anonymous identity | 401 | `UNAUTHENTICATED` |
///
/// # Examples
///
/// ```
/// use http::{Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{Identity, TestIdentityLayer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let alice = Identity::new("alice").with_claim("roles", "editor");
/// let service = TestIdentityLayer::new(alice).layer(service_fn(async |request: Request<()>| {
///     let caller = Identity::from_extensions(request.extensions()).expect("established");
///     Ok::<_, std::convert::Infallible>(Response::new(caller.subject().to_owned()))
/// }));
///
/// let response = service.oneshot(Request::new(())).await.unwrap();
/// assert_eq!(response.body(), "alice");
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct TestIdentityLayer(AuthLayer);

impl TestIdentityLayer {
    /// Lets every request act as `identity`, which may be [`Identity::anonymous`].
    pub fn new(identity: Identity) -> Self {
        if identity.is_anonymous() {
            return Self(AuthLayer::first_of([]).allow_anonymous_as(identity));
        }
        Self(AuthLayer::new(Scheme::new(Always(identity.established_by(Nothing::NAME)))))
    }

    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R>(self, rejection: R) -> GateLayer<Self, R> {
        GateLayer::new(self).with_rejection(rejection)
    }
}

/// Credentials that every request has.
struct Nothing;

impl Credentials for Nothing {
    const NAME: &'static str = "Test";

    fn from_parts(_: &Parts) -> Result<Option<Self>, AuthError> {
        Ok(Some(Self))
    }
}

/// Always judges the same.
struct Always(Identity);

impl Authenticator<Nothing> for Always {
    async fn authenticate(&self, _: Nothing) -> Result<Identity, AuthError> {
        Ok(self.0.clone())
    }

    fn answer(&self, _: Nothing) -> Answer<Nothing> {
        Answer::Now(Ok(self.0.clone()))
    }
}

impl Check for TestIdentityLayer {
    type Grant = Admission;

    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn check(&self, parts: &Parts) -> Verdict<Admission> {
        self.0.check(parts)
    }

    fn admit(&self, grant: Admission, parts: &mut Parts) {
        self.0.admit(grant, parts);
    }

    fn challenge(&self, error: &AuthError, parts: &Parts, headers: &mut HeaderMap) {
        self.0.challenge(error, parts, headers);
    }
}

impl<S> Layer<S> for TestIdentityLayer {
    type Service = Gate<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.clone(), DefaultRejection)
    }
}
