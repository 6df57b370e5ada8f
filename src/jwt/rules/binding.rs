//! `cnf`: what a token is bound to (RFC 7800, section 3).

use crate::{
    because,
    error::AuthError,
    jwt::{
        Bearer,
        json::{Json, Object},
    },
};

/// What must be proved beside the token. Asked whenever the token is presented.
#[derive(Clone, Debug)]
pub(in crate::jwt) enum Binding {
    /// Whoever bears the token may use it.
    Bearer,
    /// The client's certificate must have this thumbprint (RFC 8705, section 3.1).
    Certificate(Box<str>),
}

impl Binding {
    /// Certificates are the one proof understood here. A token that is bound by the thumbprint of a
    /// DPoP key is not a bearer token (RFC 9449, section 7.1), and a binding of which nothing is
    /// understood binds all the same.
    pub(in crate::jwt) fn of(claims: &Object<'_>) -> Result<Self, AuthError> {
        let thumbprint = match claims.get("cnf") {
            None => return Ok(Self::Bearer),
            Some(Json::Object(members)) if !members.contains("jkt") => members.str("x5t#S256"),
            Some(_) => None,
        };
        match thumbprint {
            Some(thumbprint) => Ok(Self::Certificate(thumbprint.into())),
            None => Err(because::invalid("bound to a proof that is not understood")),
        }
    }

    /// Holds the connection against the binding.
    pub(in crate::jwt) fn hold(&self, credentials: &Bearer) -> Result<(), AuthError> {
        match self {
            Self::Bearer => Ok(()),
            Self::Certificate(thumbprint) => credentials.hold_certificate(thumbprint),
        }
    }
}
