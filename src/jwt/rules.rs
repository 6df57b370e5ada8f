//! What the claims of a token are held against (RFC 7519, section 4.1).

use std::time::Duration;

use serde_json::{Map, Value};

use crate::{
    error::AuthError,
    jwt::{Bearer, token::bare_media_type},
};

type Claims = Map<String, Value>;

/// The end of the year 9999: a `NumericDate` beyond it is a mistake.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// Media types of tokens that may be access tokens (RFC 7519, section 5.1; RFC 9068, section 2.1).
/// ID tokens of some issuers are `JWT` too; logout tokens, proofs and the like never are.
const ACCEPTED_TYPES: [&str; 2] = ["JWT", "at+jwt"];

#[derive(Debug)]
pub(super) struct Rules {
    pub(super) audiences: Vec<String>,
    pub(super) leeway: Duration,
}

impl Rules {
    /// Holds verified claims against the rules; returns when the token ends.
    pub(super) fn hold(
        &self,
        claims: &Claims,
        typ: Option<&str>,
        now: Duration,
        credentials: &Bearer,
    ) -> Result<Duration, AuthError> {
        if !typ.is_none_or(is_accepted_type) {
            return Err(AuthError::invalid("the typ is not one of an access token"));
        }
        let expiry = self.hold_times(claims, now)?;
        self.hold_audience(claims)?;
        hold_confirmation(claims, credentials)?;
        Ok(expiry)
    }

    fn hold_times(&self, claims: &Claims, now: Duration) -> Result<Duration, AuthError> {
        let expiry = numeric_date(claims, "exp")?.ok_or_else(|| AuthError::invalid("no exp"))?;
        let not_before = numeric_date(claims, "nbf")?;
        numeric_date(claims, "iat")?;
        if now >= expiry.saturating_add(self.leeway) {
            return Err(AuthError::expired("the token has expired"));
        }
        if not_before.is_some_and(|start| now.saturating_add(self.leeway) < start) {
            return Err(AuthError::invalid("the token is not valid yet"));
        }
        Ok(expiry)
    }

    fn hold_audience(&self, claims: &Claims) -> Result<(), AuthError> {
        let is_ours = |audience: &str| self.audiences.iter().any(|ours| ours == audience);
        let meant_for_us = match claims.get("aud") {
            Some(Value::String(audience)) => is_ours(audience),
            // An element that is no string spoils the whole array.
            Some(Value::Array(audiences)) => {
                audiences.iter().all(Value::is_string)
                    && audiences.iter().filter_map(Value::as_str).any(is_ours)
            }
            _ => false,
        };
        if meant_for_us { Ok(()) } else { Err(AuthError::invalid("the aud is not this service")) }
    }
}

/// Case does not count in media types.
fn is_accepted_type(typ: &str) -> bool {
    ACCEPTED_TYPES.iter().any(|accepted| accepted.eq_ignore_ascii_case(bare_media_type(typ)))
}

/// A `NumericDate` may have a fraction. What is there and is not a date is never taken for absent.
fn numeric_date(claims: &Claims, name: &str) -> Result<Option<Duration>, AuthError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    match value.as_f64() {
        Some(seconds) if (0.0..=LAST_SECOND).contains(&seconds) => {
            Ok(Some(Duration::from_secs_f64(seconds)))
        }
        _ => Err(AuthError::invalid(format!("the {name} is not a date"))),
    }
}

/// A token that is bound to a key is good only with a proof of it (RFC 7800, section 3).
///
/// Certificates are the one proof understood here (RFC 8705, section 3.1). A token bound by a
/// thumbprint of a `DPoP` key is not a bearer token (RFC 9449, section 7.1).
fn hold_confirmation(claims: &Claims, credentials: &Bearer) -> Result<(), AuthError> {
    let Some(confirmation) = claims.get("cnf") else {
        return Ok(());
    };
    let certificate = match confirmation {
        Value::Object(members) if !members.contains_key("jkt") => members.get("x5t#S256"),
        _ => None,
    };
    match certificate.and_then(Value::as_str) {
        Some(thumbprint) if is_of_this_connection(thumbprint, credentials) => Ok(()),
        Some(_) => Err(AuthError::invalid("bound to another certificate than this connection's")),
        None => Err(AuthError::invalid("bound to a proof that is not understood")),
    }
}

#[cfg(feature = "mtls")]
fn is_of_this_connection(thumbprint: &str, credentials: &Bearer) -> bool {
    credentials
        .client_certificate()
        .is_some_and(|certificate| certificate.sha256_thumbprint() == thumbprint)
}

/// Without the feature `mtls` nothing is known about certificates.
#[cfg(not(feature = "mtls"))]
fn is_of_this_connection(_: &str, _: &Bearer) -> bool {
    false
}
