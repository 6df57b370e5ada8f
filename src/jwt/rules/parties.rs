//! `aud` and `azp`: for whom a token is meant, and who asked for it.

use subtle::ConstantTimeEq;

use crate::{
    config_error::Problems,
    jwt::json::{Json, Object},
};

/// Whom a token must be meant for.
#[derive(Clone, Debug)]
pub(in crate::jwt) enum Audience {
    /// One of these, byte for byte.
    OneOf(Vec<String>),
    /// Whoever it is meant for.
    Any,
}

impl Audience {
    pub(super) fn check(&self, problems: &mut Problems) {
        match self {
            Self::OneOf(audiences) if audiences.iter().any(String::is_empty) => {
                problems.add("an audience is empty");
            }
            _ => {}
        }
    }

    pub(super) fn hold(&self, claims: &Object<'_>) -> Result<(), &'static str> {
        let Self::OneOf(audiences) = self else {
            return Ok(());
        };
        let is_ours = |audience: &str| {
            audiences.iter().any(|ours| bool::from(ours.as_bytes().ct_eq(audience.as_bytes())))
        };
        let meant_for_us = match claims.get("aud") {
            Some(Json::String(audience)) => is_ours(audience),
            // An element that is no string spoils the whole array.
            Some(Json::Array(audiences)) => {
                audiences.iter().all(Json::is_string)
                    && audiences.iter().filter_map(Json::as_str).any(is_ours)
            }
            _ => false,
        };
        if meant_for_us { Ok(()) } else { Err("the aud is not this service") }
    }
}

/// The client that a token was issued to must be one of these (OpenID Connect Core, section 2;
/// RFC 9068, section 2.2). Where both names for it are there, both count.
pub(super) fn hold_authorized(
    parties: Option<&[String]>,
    claims: &Object<'_>,
) -> Result<(), &'static str> {
    let Some(parties) = parties else {
        return Ok(());
    };
    let mut named = ["azp", "client_id"].into_iter().filter_map(|name| claims.get(name)).peekable();
    let is_authorized = |party: &Json<'_>| {
        party.as_str().is_some_and(|name| parties.iter().any(|ours| ours == name))
    };
    if named.peek().is_some() && named.all(is_authorized) {
        Ok(())
    } else {
        Err("the token was issued to another client")
    }
}
