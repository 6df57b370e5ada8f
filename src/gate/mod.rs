//! The engine: one service, [`Gate`], asked one [`Check`] at a time.
//!
//! Every layer of this crate is a check and nothing else. What must hold whatever is checked is
//! written once, here;
//! [`guide::promises`](crate::guide::promises) lists what holds.

mod future;
mod layer;
mod service;

use std::{future::Future, pin::Pin};

use http::{HeaderMap, request::Parts};

pub use self::{future::ResponseFuture, layer::GateLayer, service::Gate};
use crate::{error::AuthError, evidence::write_challenges};

/// A boxed future, as [`Verdict::Pending`] holds it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Looks at the head of a request and decides.
///
/// The five layers implement this. Write your own for a rule that is neither about credentials nor
/// about permissions, and hand it to a [`GateLayer`]: all promises of the gate then hold for it too.
///
/// # Examples
///
/// ```
/// use http::{Request, Response, request::Parts};
/// use tower::{Layer, ServiceExt, service_fn};
/// use tower_auth::{AuthError, Check, GateLayer, Verdict};
///
/// /// Refuses while the service is being moved.
/// #[derive(Clone)]
/// struct OpenHours;
///
/// impl Check for OpenHours {
///     type Grant = ();
///
///     fn check(&self, parts: &Parts) -> Verdict<()> {
///         match parts.uri.path() {
///             "/moved" => Verdict::Denied(AuthError::unavailable("moving house")),
///             _ => Verdict::Passed,
///         }
///     }
///
///     fn admit(&self, (): (), _: &mut Parts) {}
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let service = GateLayer::new(OpenHours)
///     .layer(service_fn(async |_: Request<()>| Ok::<_, std::convert::Infallible>(Response::new(()))));
///
/// let request = Request::builder().uri("/moved").body(()).unwrap();
/// let response = service.oneshot(request).await.unwrap();
/// assert_eq!(response.status(), 503);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a check",
    note = "a check decides from the head of a request; implement `Check` for it"
)]
pub trait Check: Clone + Send + Sync + 'static {
    /// What a granted request receives.
    type Grant: Send + 'static;

    /// The name of the check in events.
    #[must_use]
    fn name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }

    /// Decides, or asks for time.
    fn check(&self, parts: &Parts) -> Verdict<Self::Grant>;

    /// Puts what was granted into the request.
    fn admit(&self, grant: Self::Grant, parts: &mut Parts);

    /// Marks what is secret in a request that is refused, because a rejection may print it, and in one
    /// that is [passed](Verdict::Passed), because a handler may.
    ///
    /// In a refusal all lines of `Authorization` are marked in any case.
    fn mark_sensitive(&self, parts: &mut Parts) {
        let _ = parts;
    }

    /// Whether it is asked about every request, also about those that a rule opens where it stands in
    /// `Policy::guard` (feature `policy`).
    ///
    /// No, if it is not said. Yes is for a check that cleans what clients send, and asks nobody who they
    /// are.
    #[must_use]
    fn is_asked_always(&self) -> bool {
        false
    }

    /// Writes the challenges that belong on an answer of 400, 401 or 403.
    ///
    /// On a 401 the field is empty when this is called, whatever a custom rejection wrote to it. The
    /// default writes those of the authentication layer outside of this check, if there is one.
    fn challenge(&self, error: &AuthError, parts: &Parts, headers: &mut HeaderMap) {
        write_challenges(error, &parts.extensions, headers);
    }
}

/// What a [`Check`] decided.
pub enum Verdict<G> {
    /// The request goes on with what was granted.
    Granted(G),
    /// The request goes on; the check has nothing to say about it.
    Passed,
    /// The request is refused.
    Denied(AuthError),
    /// The decision needs waiting. The request waits with it; nothing of it is read meanwhile.
    Pending(BoxFuture<'static, Result<G, AuthError>>),
}

impl<G> std::fmt::Debug for Verdict<G> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Granted(_) => f.write_str("Granted(..)"),
            Self::Passed => f.write_str("Passed"),
            Self::Denied(error) => f.debug_tuple("Denied").field(error).finish(),
            Self::Pending(_) => f.write_str("Pending(..)"),
        }
    }
}
