//! [`TemporalRejection`]: the answers of a Temporal server.

use http::{HeaderValue, Response, StatusCode, request::Parts};

use crate::{
    error::{AuthError, AuthErrorKind},
    rejection::{Rejection, grpc_response},
};

/// Answers as a Temporal server does: whatever is wrong, a gRPC client is told `PERMISSION_DENIED` and
/// `Request unauthorized.`, and an HTTP client 403.
///
/// It tells clients less than they need: who must log in again looks like who has no right, and a
/// provider of keys that is down like both, so that clients give up where they should come back. It is
/// here for services that take the place of such a server; [`DefaultRejection`](crate::DefaultRejection)
/// is the better answer everywhere else.
///
/// # Examples
///
/// ```
/// use http::{Request, header::CONTENT_TYPE};
/// use tower_auth::{AuthErrorKind, Rejection, TemporalRejection};
///
/// let request = Request::builder().header(CONTENT_TYPE, "application/grpc").body(()).unwrap();
/// let (parts, ()) = request.into_parts();
/// let answer = |rejection: TemporalRejection, kind: AuthErrorKind| {
///     let response: http::Response<String> = rejection.reject(&kind.into(), &parts);
///     response.headers()["grpc-status"].to_str().unwrap().to_owned()
/// };
///
/// let rejection = TemporalRejection::new();
/// assert_eq!(answer(rejection, AuthErrorKind::MissingCredentials), "7");
/// assert_eq!(answer(rejection, AuthErrorKind::Unavailable), "7");
///
/// let rejection = rejection.expose_authorizer_errors();
/// assert_eq!(answer(rejection, AuthErrorKind::PermissionDenied), "7");
/// assert_eq!(answer(rejection, AuthErrorKind::Unavailable), "14");
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TemporalRejection {
    exposes_errors: bool,
}

impl TemporalRejection {
    /// The one text for everything.
    pub const MESSAGE: &'static str = "Request unauthorized.";

    /// The answers of a server that is configured as it comes.
    #[must_use]
    pub const fn new() -> Self {
        Self { exposes_errors: false }
    }

    /// Tells clients when a decision could not be made (`Unavailable`, `Overloaded`, `Misconfigured`), by
    /// the code of the crate's own table, as the server does with `frontend.exposeAuthorizerErrors`.
    ///
    /// There it holds for the authorizer alone. Set it on the layers that authorize, and not on those that
    /// authenticate, for the same.
    #[must_use]
    pub const fn expose_authorizer_errors(mut self) -> Self {
        self.exposes_errors = true;
        self
    }

    const fn exposes(self, kind: AuthErrorKind) -> bool {
        use AuthErrorKind::{Misconfigured, Overloaded, Unavailable};

        self.exposes_errors && matches!(kind, Misconfigured | Overloaded | Unavailable)
    }
}

impl<B: Default> Rejection<B> for TemporalRejection {
    fn reject(&self, error: &AuthError, parts: &Parts) -> Response<B> {
        if self.exposes(error.kind()) {
            return crate::DefaultRejection.reject(error, parts);
        }
        let denied = AuthError::from(AuthErrorKind::PermissionDenied);
        let answer = grpc_response(&denied, parts).map(|mut response| {
            let message = HeaderValue::from_static(Self::MESSAGE);
            response.headers_mut().insert("grpc-message", message);
            response
        });
        answer.unwrap_or_else(|| {
            let mut response = Response::new(B::default());
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        })
    }
}
