//! That a message is for the namespace that was authorized.

use tonic::Request;
use tower_auth::{AuthError, RequestEvidence};

/// Refuses a message that names another namespace than the field `temporal-namespace`, by which the
/// caller was authorized. A Temporal server looks at the message only; what reads the field and acts on
/// the message must hold one against the other.
///
/// Without the field only roles of the system counted, and they count in every namespace.
pub(crate) fn agree<T>(request: &Request<T>, named: &str) -> Result<(), AuthError> {
    match request.tenant() {
        Some(authorized) if authorized.as_str() != named => {
            Err(AuthError::tenant_denied("the message names another namespace than the metadata"))
        }
        _ => Ok(()),
    }
}
