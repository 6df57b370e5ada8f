//! [`CertificateName`]: the name in a client certificate that is a tenant's.

use std::sync::Arc;

use http::request::Parts;

use crate::{
    clock::Clock,
    credentials::Credentials,
    error::AuthError,
    mtls::{ClientCertificate, NameKind, NameTemplate},
};

#[derive(Clone, Debug)]
pub(super) enum CertificateName {
    Kind(NameKind),
    Template(Arc<NameTemplate>),
}

impl CertificateName {
    /// The name; `None` where there is no certificate, or none of its names is the wanted one.
    pub(super) fn find(&self, parts: &Parts) -> Result<Option<String>, AuthError> {
        let Some(certificate) = ClientCertificate::from_parts(parts)? else {
            return Ok(None);
        };
        if !certificate.is_for_client_auth() {
            return Err(AuthError::tenant_denied(
                "the certificate is not for client authentication",
            ));
        }
        // A connection may outlive the certificate that it was made with.
        let now = Clock::system().now();
        if certificate.not_after().is_none_or(|end| now > end)
            || certificate.not_before().is_some_and(|begin| now < begin)
        {
            return Err(AuthError::tenant_denied("the certificate is not valid now"));
        }
        self.read(&certificate).map_err(AuthError::tenant_denied)
    }

    fn read(&self, certificate: &ClientCertificate) -> Result<Option<String>, AuthError> {
        match self {
            Self::Kind(kind) => match certificate.names(*kind)? {
                [] => Ok(None),
                [name] => Ok(Some(name.clone())),
                _ => Err(AuthError::tenant_denied("the certificate has several such names")),
            },
            Self::Template(template) => template.find_name(certificate),
        }
    }
}
