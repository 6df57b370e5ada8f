//! [`Permitted`]: the proof that a requirement was met.

use http::Extensions;

use crate::{evidence::Evidence, permission::Requirement};

/// The proof that a request met the requirement of a [`require`](crate::require) layer.
///
/// Only the layer makes it. A function that takes a `&Permitted` can be called from guarded routes
/// only.
#[derive(Clone, Debug)]
pub struct Permitted(Requirement);

impl Permitted {
    pub(crate) const fn new(requirement: Requirement) -> Self {
        Self(requirement)
    }

    /// The proof for a request; of several layers the innermost one's. `None` when none ran.
    #[must_use]
    pub fn from_extensions(extensions: &Extensions) -> Option<&Self> {
        Evidence::of(extensions)?.permitted.as_ref()
    }

    /// The requirement that was met.
    #[must_use]
    pub const fn requirement(&self) -> &Requirement {
        &self.0
    }
}
