//! [`GateLayer`]: puts a check in front of a service.

use tower::Layer;

use crate::{gate::Gate, rejection::DefaultRejection};

/// Puts a [`Check`](crate::Check) in front of a service.
///
/// The named layers of this crate are layers themselves; this one is for checks of your own and
/// for a custom [`Rejection`](crate::Rejection), which the layers' `with_rejection` leads to.
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put around a service"]
pub struct GateLayer<C, R = DefaultRejection> {
    check: C,
    rejection: R,
}

impl<C> GateLayer<C> {
    /// A gate that answers refusals by [`DefaultRejection`].
    pub const fn new(check: C) -> Self {
        Self { check, rejection: DefaultRejection }
    }
}

impl<C, R> GateLayer<C, R> {
    /// Answers refusals by another [`Rejection`](crate::Rejection).
    pub fn with_rejection<R2>(self, rejection: R2) -> GateLayer<C, R2> {
        GateLayer { check: self.check, rejection }
    }

    #[cfg(feature = "policy")]
    pub(crate) fn into_parts(self) -> (C, R) {
        (self.check, self.rejection)
    }
}

impl<S, C: Clone, R: Clone> Layer<S> for GateLayer<C, R> {
    type Service = Gate<S, C, R>;

    fn layer(&self, inner: S) -> Self::Service {
        Gate::new(inner, self.check.clone(), self.rejection.clone())
    }
}
