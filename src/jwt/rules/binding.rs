//! `cnf`: what a token is bound to (RFC 7800, section 3).

use crate::{
    because,
    error::AuthError,
    jwt::{
        Bearer,
        json::{Json, Object},
    },
};

/// Members of `cnf` that ask for another proof, whatever else is there (RFC 7800, sections 3.2 to 3.5;
/// RFC 9449, section 6.1).
const OTHER_PROOFS: [&str; 5] = ["jkt", "jku", "jwe", "jwk", "kid"];

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
            Some(Json::Object(members))
                if !OTHER_PROOFS.iter().any(|name| members.contains(name)) =>
            {
                members.str("x5t#S256")
            }
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
