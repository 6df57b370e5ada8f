//! [`Standing`]: what may change about a certificate while its connection lasts.

use crate::{
    because,
    error::AuthError,
    mtls::{CertificateFilters, CertificateList, ClientCertificate},
};

/// The lists and filters, which are exchanged while requests come: asked on every request, and while an
/// answer is under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    pub(super) allowed: Option<CertificateList>,
    pub(super) denied: Option<CertificateList>,
    pub(super) filters: Option<CertificateFilters>,
}

impl Standing {
    /// Whether there is nothing that could change.
    pub(super) const fn is_fixed(&self) -> bool {
        self.allowed.is_none() && self.denied.is_none() && self.filters.is_none()
    }

    pub(super) fn check(&self, certificate: &ClientCertificate) -> Result<(), AuthError> {
        if self.denied.as_ref().is_some_and(|list| list.contains(certificate)) {
            return Err(because::invalid("the certificate is on the deny-list"));
        }
        if self.allowed.as_ref().is_some_and(|list| !list.contains(certificate)) {
            return Err(because::invalid("the certificate is not on the allow-list"));
        }
        if self.filters.as_ref().is_some_and(|filters| !filters.matches(certificate)) {
            return Err(because::invalid("the certificate matches none of the filters"));
        }
        Ok(())
    }
}
