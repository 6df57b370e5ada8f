//! [`Reader`]: where in a request credentials are.

use http::request::Parts;

use crate::{credentials::Credentials, error::AuthError};

/// Reads credentials of one kind, and takes their secret out of the request.
///
/// [`Credentials`] says where they usually are; a reader may know other places.
pub(crate) trait Reader<C>: Send + Sync + 'static {
    fn read(&self, parts: &Parts) -> Result<Option<C>, AuthError>;
    fn remove(&self, parts: &mut Parts);
    fn mark_sensitive(&self, parts: &mut Parts);
}

/// Reads them where their type says they are.
pub(super) struct AsEver;

impl<C: Credentials> Reader<C> for AsEver {
    fn read(&self, parts: &Parts) -> Result<Option<C>, AuthError> {
        C::from_parts(parts)
    }

    fn remove(&self, parts: &mut Parts) {
        C::remove_from(parts);
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        C::mark_sensitive(parts);
    }
}
