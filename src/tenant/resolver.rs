//! [`TenantResolver`]: finds the tenant of a request by a rule of your own.

use http::request::Parts;

use crate::error::AuthError;

/// Finds the name of the tenant in a request by a rule of your own. Closures are resolvers.
///
/// The layer holds the name against the grammar of [`Tenant`](crate::Tenant) names and the identity
/// against the tenant; a resolver only finds it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot find the tenant of a request",
    note = "pass a closure `|parts: &Parts| -> Result<Option<String>, AuthError>`, or implement `TenantResolver`"
)]
pub trait TenantResolver: Send + Sync + 'static {
    /// The name of the tenant; `None` when the request names none.
    ///
    /// # Errors
    ///
    /// Why the request is refused.
    fn resolve(&self, parts: &Parts) -> Result<Option<String>, AuthError>;
}

impl<F> TenantResolver for F
where
    F: Fn(&Parts) -> Result<Option<String>, AuthError> + Send + Sync + 'static,
{
    fn resolve(&self, parts: &Parts) -> Result<Option<String>, AuthError> {
        self(parts)
    }
}
