//! [`BasicAuthLayer`]: who are you, by user-id and password?

use crate::{
    auth::{Scheme, named_layer},
    authenticator::Authenticator,
    basic::Basic,
};

named_layer! {
    /// Authenticates callers by user-id and password (RFC 7617).
    ///
    /// Passwords travel readable by whoever can read the request: serve over TLS only.
    ///
    /// # Rejections
    ///
    /// | When | HTTP | gRPC |
    /// |---|---|---|
    /// | no `Authorization` line, or one of another scheme | 401 | `UNAUTHENTICATED` |
    /// | two `Authorization` lines | 400 | `UNAUTHENTICATED` |
    /// | broken base64 or UTF-8, no colon, control characters | 401 | `UNAUTHENTICATED` |
    /// | the user is unknown or the password wrong | 401 | `UNAUTHENTICATED` |
    /// | the caller does not belong to the tenant that an outer layer found | 403 | `PERMISSION_DENIED` |
    /// | too many attempts have failed, with a `FailureThrottle` around the authenticator | 429 | `RESOURCE_EXHAUSTED` |
    /// | the queue of passwords is full, or too many of one user are under way | 503 | `RESOURCE_EXHAUSTED` |
    /// | the store is out of reach | 503 | `UNAVAILABLE` |
    /// | the authenticator panicked | 500 | `INTERNAL` |
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{Request, Response, header::AUTHORIZATION};
    /// use tower::{Layer, ServiceExt, service_fn};
    /// use tower_auth::{AuthError, Basic, BasicAuthLayer, Identity, Secret};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let layer = BasicAuthLayer::new(async |user: Basic| {
    ///     if user.username() == "alice" && *user.password() == Secret::new("wonderland") {
    ///         Ok(Identity::new("alice"))
    ///     } else {
    ///         Err(AuthError::invalid("unknown user or wrong password"))
    ///     }
    /// });
    ///
    /// let service = layer.with_realm("tea party").layer(service_fn(async |request: Request<()>| {
    ///     let identity = Identity::from_extensions(request.extensions()).expect("admitted");
    ///     Ok::<_, std::convert::Infallible>(Response::new(identity.subject().to_owned()))
    /// }));
    ///
    /// let alice = Request::builder().header(AUTHORIZATION, "Basic YWxpY2U6d29uZGVybGFuZA==");
    /// let response = service.clone().oneshot(alice.body(()).unwrap()).await.unwrap();
    /// assert_eq!(response.body(), "alice");
    ///
    /// let nobody = service.oneshot(Request::new(())).await.unwrap();
    /// assert_eq!(nobody.status(), 401);
    /// assert_eq!(nobody.headers()["www-authenticate"], r#"Basic realm="tea party", charset="UTF-8""#);
    /// # }
    /// ```
    BasicAuthLayer
}

impl BasicAuthLayer {
    /// Authentication by an [`Authenticator`] of user-ids and passwords, such as
    /// [`Users`](crate::Users).
    pub fn new(authenticator: impl Authenticator<Basic>) -> Self {
        Self::of(Scheme::basic(authenticator))
    }
}
