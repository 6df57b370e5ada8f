//! [`TenantResolver`]: finds the tenant of a request by a rule of your own.

use http::request::Parts;

use crate::error::AuthError;

/// Finds the name of the tenant in a request by a rule of your own. Closures are resolvers.
///
/// The layer holds the name against the grammar of [`Tenant`](crate::Tenant) names and the identity
/// against the tenant; a resolver only finds it.
///
/// # Examples
///
/// ```
/// use http::{Request, request::Parts};
/// use tower_auth::{AuthError, TenantResolver};
///
/// let resolver = |parts: &Parts| -> Result<Option<String>, AuthError> {
///     let pairs = parts.uri.query().into_iter().flat_map(|query| query.split('&'));
///     let mut named = pairs.filter_map(|pair| pair.strip_prefix("tenant="));
///     match (named.next(), named.next()) {
///         (named, None) => Ok(named.map(str::to_owned)),
///         _ => Err(AuthError::tenant_denied("the query names a tenant twice")),
///     }
/// };
/// let found = |uri: &str| {
///     let (parts, ()) = Request::builder().uri(uri).body(()).unwrap().into_parts();
///     resolver.resolve(&parts)
/// };
/// assert_eq!(found("/orders?tenant=acme").unwrap().as_deref(), Some("acme"));
/// assert_eq!(found("/orders").unwrap(), None);
/// assert!(found("/orders?tenant=acme&tenant=globex").is_err());
/// ```
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
