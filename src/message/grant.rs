//! [`MessageGrant`]: the proof that a message may be carried out.

use crate::{permission::Permissions, tenant::Tenant};

/// The proof that the caller may do what a message asks for.
///
/// Only a [`MessageAuthorizer`](crate::MessageAuthorizer) makes it. A function that takes one cannot be
/// called with a message that nobody has looked at.
#[derive(Clone, Debug)]
pub struct MessageGrant {
    pub(super) tenant: Option<Tenant>,
    pub(super) permissions: Permissions,
}

impl MessageGrant {
    /// The tenant that the message is for; `None` where neither it nor the request names one.
    #[must_use]
    pub const fn tenant(&self) -> Option<&Tenant> {
        self.tenant.as_ref()
    }

    /// What the caller may do for that tenant.
    #[must_use]
    pub const fn permissions(&self) -> &Permissions {
        &self.permissions
    }
}
