//! [`GuardLayer`]: a policy around authentication.

use std::fmt;

use http::{HeaderMap, request::Parts};
use tower::Layer;

use crate::{
    error::AuthError,
    evidence::Evidence,
    gate::{Check, Gate, GateLayer, Verdict},
    policy::{Policy, Ruling},
    rejection::DefaultRejection,
};

/// The layer of [`Policy::guard`]: finds the rule for a request, authenticates the caller unless the rule
/// opens it, and holds the caller against the rule.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct GuardLayer<L, R = DefaultRejection> {
    policy: Policy,
    authentication: L,
    rejection: R,
}

impl<L> GuardLayer<L> {
    pub(super) const fn new(policy: Policy, authentication: L) -> Self {
        Self { policy, authentication, rejection: DefaultRejection }
    }
}

impl<L, R> GuardLayer<L, R> {
    /// Answers refusals of the policy by another [`Rejection`](crate::Rejection). Those of the
    /// layers within have their own.
    pub fn with_rejection<R2>(self, rejection: R2) -> GuardLayer<L, R2> {
        GuardLayer { policy: self.policy, authentication: self.authentication, rejection }
    }
}

impl<S, L, R> Layer<S> for GuardLayer<L, R>
where
    L: Guards<Gate<S, Policy, R>>,
    R: Clone,
{
    type Service = Gate<L::Service, Outside, R>;

    fn layer(&self, inner: S) -> Self::Service {
        let inner = Gate::new(inner, self.policy.clone(), self.rejection.clone());
        let guarded = self.authentication.around(&self.policy, inner);
        Gate::new(guarded, Outside(self.policy.clone()), self.rejection.clone())
    }
}

/// Layers that a [`Policy::guard`] can let open requests skip: each layer of this crate, a
/// [`GateLayer`], and tuples of up to four of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand inside of `Policy::guard`",
    note = "guard layers of this crate, a `GateLayer`, or a tuple of up to four of them"
)]
pub trait Guards<S>: sealed::Sealed {
    /// The service with the layers around it.
    type Service;

    /// Puts the layers around a service.
    #[doc(hidden)]
    fn around(&self, policy: &Policy, inner: S) -> Self::Service;
}

mod sealed {
    pub trait Sealed {}
}

impl<C: Check> sealed::Sealed for C {}

impl<S, C: Check> Guards<S> for C {
    type Service = Gate<S, Unless<C>>;

    fn around(&self, policy: &Policy, inner: S) -> Self::Service {
        let check = Unless { policy: policy.clone(), check: self.clone() };
        Gate::new(inner, check, DefaultRejection)
    }
}

impl<C, R> sealed::Sealed for GateLayer<C, R> {}

impl<S, C: Check, R: Clone> Guards<S> for GateLayer<C, R> {
    type Service = Gate<S, Unless<C>, R>;

    fn around(&self, policy: &Policy, inner: S) -> Self::Service {
        let (check, rejection) = self.clone().into_parts();
        Gate::new(inner, Unless { policy: policy.clone(), check }, rejection)
    }
}

impl<A, B> sealed::Sealed for (A, B) {}

impl<S, A: Guards<B::Service>, B: Guards<S>> Guards<S> for (A, B) {
    type Service = A::Service;

    fn around(&self, policy: &Policy, inner: S) -> Self::Service {
        self.0.around(policy, self.1.around(policy, inner))
    }
}

impl<A, B, C> sealed::Sealed for (A, B, C) {}

impl<S, A, B, C> Guards<S> for (A, B, C)
where
    A: Guards<B::Service>,
    B: Guards<C::Service>,
    C: Guards<S>,
{
    type Service = A::Service;

    fn around(&self, policy: &Policy, inner: S) -> Self::Service {
        let inner = self.1.around(policy, self.2.around(policy, inner));
        self.0.around(policy, inner)
    }
}

impl<A, B, C, D> sealed::Sealed for (A, B, C, D) {}

impl<S, A, B, C, D> Guards<S> for (A, B, C, D)
where
    A: Guards<B::Service>,
    B: Guards<C::Service>,
    C: Guards<D::Service>,
    D: Guards<S>,
{
    type Service = A::Service;

    fn around(&self, policy: &Policy, inner: S) -> Self::Service {
        let inner = self.2.around(policy, self.3.around(policy, inner));
        self.0.around(policy, self.1.around(policy, inner))
    }
}

/// The outermost gate of a [`GuardLayer`]: finds the rule for a request, once.
#[derive(Clone, Debug)]
pub struct Outside(Policy);

/// The rule that the outermost gate has found.
pub struct Found(Ruling);

impl Check for Outside {
    type Grant = Found;

    fn name(&self) -> &'static str {
        "policy_rules"
    }

    fn check(&self, parts: &Parts) -> Verdict<Found> {
        match self.0.ruling(parts) {
            Ok(ruling) => Verdict::Granted(Found(ruling)),
            // The innermost gate tells of it; to those between, nothing is open.
            Err(_) if self.0.rehearses => Verdict::Passed,
            Err(error) => Verdict::Denied(error),
        }
    }

    fn admit(&self, Found(ruling): Found, parts: &mut Parts) {
        Evidence::of_mut(&mut parts.extensions).ruling = Some(ruling);
    }
}

/// A check that is not asked about what a rule opens.
#[derive(Clone, Debug)]
pub struct Unless<C> {
    policy: Policy,
    check: C,
}

impl<C: Check> Unless<C> {
    fn may_be_passed_by(&self, ruling: &Ruling, parts: &Parts) -> bool {
        !self.check.is_asked_always() && ruling.is_open() && ruling.is_of(parts)
    }
}

impl<C: Check> Check for Unless<C> {
    type Grant = C::Grant;

    fn name(&self) -> &'static str {
        self.check.name()
    }

    fn check(&self, parts: &Parts) -> Verdict<C::Grant> {
        match self.policy.found(parts) {
            Some(ruling) if self.may_be_passed_by(ruling, parts) => Verdict::Passed,
            _ => self.check.check(parts),
        }
    }

    fn admit(&self, grant: C::Grant, parts: &mut Parts) {
        self.check.admit(grant, parts);
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        self.check.mark_sensitive(parts);
    }

    fn challenge(&self, error: &AuthError, parts: &Parts, headers: &mut HeaderMap) {
        self.check.challenge(error, parts, headers);
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Found").finish_non_exhaustive()
    }
}
