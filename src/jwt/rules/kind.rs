//! Which kind of token it is: an access token, and not one of the other things that look like one
//! (RFC 8725, section 3.12).

use crate::jwt::{
    json::{Json, Object},
    token::bare_media_type,
};

/// Claims that only ID tokens have (OpenID Connect Core, sections 2 and 3.3.2.11).
const MARKS_OF_ID_TOKENS: [&str; 4] = ["at_hash", "c_hash", "nonce", "s_hash"];

/// Kinds of tokens that Keycloak names in its claim `typ` and that nobody but Keycloak is shown.
const KEPT_KINDS: [&str; 3] = ["Logout", "Offline", "Refresh"];

/// The claim that makes a logout token (OpenID Connect Back-Channel Logout, section 2.4).
const LOGOUT_EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The kinds of tokens that are accepted.
#[derive(Clone, Debug)]
pub(in crate::jwt) struct Kind {
    /// Media types without `application/`.
    pub(in crate::jwt) types: Vec<String>,
    pub(in crate::jwt) any_type: bool,
    pub(in crate::jwt) typ_required: bool,
    pub(in crate::jwt) id_tokens: bool,
}

impl Default for Kind {
    /// `JWT` says nothing about the kind; `at+jwt` is an access token (RFC 9068, section 2.1).
    fn default() -> Self {
        Self {
            types: vec!["JWT".to_owned(), "at+jwt".to_owned()],
            any_type: false,
            typ_required: false,
            id_tokens: false,
        }
    }
}

impl Kind {
    pub(super) fn hold(&self, typ: Option<&str>, claims: &Object<'_>) -> Result<(), &'static str> {
        let is_known = |typ| self.types.iter().any(|known| known.eq_ignore_ascii_case(typ));
        match typ.map(bare_media_type) {
            Some(typ) if !self.any_type && !is_known(typ) => {
                return Err("the typ is not one of an access token");
            }
            None if self.typ_required => return Err("no typ"),
            _ => {}
        }
        if is_logout_token(claims) {
            return Err("a logout token is not an access token");
        }
        if self.any_type {
            return Ok(());
        }
        let is_access = |typ: &str| bare_media_type(typ).eq_ignore_ascii_case("at+jwt");
        let says_access = typ.is_some_and(is_access);
        if claims.str("typ").is_some_and(|kind| KEPT_KINDS.contains(&kind)) {
            return Err("a token that is to be kept is not an access token");
        }
        if !self.id_tokens && !says_access && is_id_token(claims) {
            return Err("an ID token is not an access token");
        }
        Ok(())
    }
}

fn is_logout_token(claims: &Object<'_>) -> bool {
    matches!(claims.get("events"), Some(Json::Object(events)) if events.contains(LOGOUT_EVENT))
}

fn is_id_token(claims: &Object<'_>) -> bool {
    match (claims.str("typ"), claims.str("token_use")) {
        (Some("ID"), _) | (_, Some("id")) => true,
        // Such an issuer says what the token is; old ones of it put a nonce into access tokens.
        (Some("Bearer"), _) | (_, Some("access")) => false,
        _ => MARKS_OF_ID_TOKENS.iter().any(|mark| claims.contains(mark)),
    }
}
