//! [`TokenLocation`]: where in a request a bearer token may be.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{
    HeaderName, HeaderValue,
    header::{AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL},
    request::Parts,
};

use crate::{
    auth::Reader,
    authorization::{self, is_token68},
    because,
    credentials::{Credentials, mark_sensitive},
    error::{AuthError, AuthErrorKind},
    jwt::Bearer,
    secret::Secret,
};

/// A place where a bearer token may be.
///
/// Without any setting that is the field `Authorization` and nothing else. A request with tokens in
/// two of the places that are allowed is refused as ambiguous.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthError, Bearer, JwtAuthLayer, TokenLocation};
///
/// let verifier = async |_: Bearer| Err(AuthError::invalid("nobody is good enough"));
/// let layer = JwtAuthLayer::reading_from(
///     [TokenLocation::authorization(), TokenLocation::cookie("session")],
///     verifier,
/// );
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenLocation(Place);

#[derive(Clone, Debug)]
enum Place {
    /// `Bearer` and the token.
    Field(HeaderName),
    /// The token alone.
    BareField(HeaderName),
    Cookie(String),
    WebSocket(String),
}

/// A token, if there is one.
type Found = Option<Secret>;

impl TokenLocation {
    /// `Authorization: Bearer ..` (RFC 6750, section 2.1).
    pub const fn authorization() -> Self {
        Self(Place::Field(AUTHORIZATION))
    }

    /// Another field with a value like that of `Authorization`: `Bearer` and the token.
    pub const fn field(name: HeaderName) -> Self {
        Self(Place::Field(name))
    }

    /// A field whose whole value is the token, such as Temporal's `authorization-extras`.
    pub const fn bare_field(name: HeaderName) -> Self {
        Self(Place::BareField(name))
    }

    /// A cookie whose value is the token.
    ///
    /// Browsers send cookies along with requests that other sites make: such a service needs a
    /// defence against forged requests (`SameSite`, a check of `Origin`).
    pub fn cookie(name: impl Into<String>) -> Self {
        Self(Place::Cookie(name.into()))
    }

    /// A WebSocket sub-protocol that is `prefix` and then the token in base64url, as browsers must
    /// send it, since they can set no other field: `base64url.bearer.authorization.k8s.io.` is the
    /// prefix of Kubernetes.
    ///
    /// The server must choose one of the other sub-protocols that the client offers.
    pub fn websocket_protocol(prefix: impl Into<String>) -> Self {
        Self(Place::WebSocket(prefix.into()))
    }

    fn find(&self, parts: &Parts) -> Result<Found, AuthError> {
        match &self.0 {
            Place::Field(name) => {
                let token = authorization::token68(&parts.headers, name, Bearer::NAME)?;
                Ok(token.map(|token| Secret::in_field(token.line, token.start)))
            }
            Place::BareField(name) => bare(parts, name),
            Place::Cookie(name) => cookie(parts, name),
            Place::WebSocket(prefix) => sub_protocol(parts, prefix),
        }
    }

    fn remove(&self, parts: &mut Parts) {
        match &self.0 {
            Place::Field(name) | Place::BareField(name) => {
                parts.headers.remove(name);
            }
            Place::Cookie(name) => {
                rewrite(parts, &COOKIE, b';', "; ", |pair| cookie_value(pair, name).is_some());
            }
            Place::WebSocket(prefix) => {
                rewrite(parts, &SEC_WEBSOCKET_PROTOCOL, b',', ", ", |protocol| {
                    protocol.starts_with(prefix.as_bytes())
                });
            }
        }
    }

    fn field_name(&self) -> &HeaderName {
        match &self.0 {
            Place::Field(name) | Place::BareField(name) => name,
            Place::Cookie(_) => &COOKIE,
            Place::WebSocket(_) => &SEC_WEBSOCKET_PROTOCOL,
        }
    }
}

/// The places where a layer looks.
pub(crate) struct Locations(Vec<TokenLocation>);

impl Locations {
    pub(crate) fn of(locations: impl IntoIterator<Item = TokenLocation>) -> Self {
        Self(locations.into_iter().collect())
    }
}

impl Reader<Bearer> for Locations {
    fn read(&self, parts: &Parts) -> Result<Option<Bearer>, AuthError> {
        let mut found: Found = None;
        for location in &self.0 {
            let token = location.find(parts)?;
            if token.is_some_and(|token| found.replace(token).is_some()) {
                return Err(AuthErrorKind::AmbiguousCredentials.into());
            }
        }
        Ok(found.map(|token| Bearer::of_request(token, parts)))
    }

    fn remove(&self, parts: &mut Parts) {
        self.0.iter().for_each(|location| location.remove(parts));
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        for location in &self.0 {
            mark_sensitive(&mut parts.headers, location.field_name());
        }
    }
}

/// Reads tokens with a dot from where they usually are.
pub(crate) struct Dotted;

impl Reader<Bearer> for Dotted {
    fn read(&self, parts: &Parts) -> Result<Option<Bearer>, AuthError> {
        let bearer = Bearer::from_parts(parts)?;
        Ok(bearer.filter(|bearer| bearer.token().expose().contains(&b'.')))
    }

    fn remove(&self, parts: &mut Parts) {
        Bearer::remove_from(parts);
    }

    fn mark_sensitive(&self, parts: &mut Parts) {
        Bearer::mark_sensitive(parts);
    }
}

fn bare(parts: &Parts, name: &HeaderName) -> Result<Found, AuthError> {
    let mut lines = parts.headers.get_all(name).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        return Err(AuthErrorKind::AmbiguousCredentials.into());
    }
    if is_token68(line.as_bytes()) {
        Ok(Some(Secret::in_field(line, 0)))
    } else {
        Err(unreadable())
    }
}

/// RFC 6265, section 5.4: one field, pairs apart by semicolons; HTTP/2 may split it.
fn cookie(parts: &Parts, name: &str) -> Result<Found, AuthError> {
    let lines = parts.headers.get_all(COOKIE).iter();
    let pairs = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    only(
        pairs.filter_map(|pair| cookie_value(pair, name)).map(|value| {
            if is_token68(value) { Ok(Secret::new(value)) } else { Err(unreadable()) }
        }),
    )
}

fn cookie_value<'p>(pair: &'p [u8], name: &str) -> Option<&'p [u8]> {
    let value = pair.trim_ascii().strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
    Some(value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value))
}

fn sub_protocol(parts: &Parts, prefix: &str) -> Result<Found, AuthError> {
    let lines = parts.headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let protocols = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    let encoded =
        protocols.filter_map(|protocol| protocol.trim_ascii().strip_prefix(prefix.as_bytes()));
    only(encoded.map(|encoded| match URL_SAFE_NO_PAD.decode(encoded) {
        Ok(token) if is_token68(&token) => Ok(Secret::new(token)),
        _ => Err(unreadable()),
    }))
}

fn only(mut found: impl Iterator<Item = Result<Secret, AuthError>>) -> Result<Found, AuthError> {
    match (found.next().transpose()?, found.next()) {
        (Some(_), Some(_)) => Err(AuthErrorKind::AmbiguousCredentials.into()),
        (token, _) => Ok(token),
    }
}

fn unreadable() -> AuthError {
    because::unreadable("what is in the token's place is not one token68").with_scheme(Bearer::NAME)
}

/// Writes a list field anew without the elements that hold a token.
fn rewrite(
    parts: &mut Parts,
    name: &HeaderName,
    separator: u8,
    glue: &str,
    is_token: impl Fn(&[u8]) -> bool,
) {
    let lines: Vec<HeaderValue> = parts.headers.get_all(name).iter().cloned().collect();
    parts.headers.remove(name);
    for line in lines {
        let elements = line.as_bytes().split(|byte| *byte == separator).map(<[u8]>::trim_ascii);
        let kept: Vec<&[u8]> = elements.filter(|element| !is_token(element)).collect();
        if let (false, Ok(mut rest)) =
            (kept.is_empty(), HeaderValue::from_bytes(&kept.join(glue.as_bytes())))
        {
            rest.set_sensitive(line.is_sensitive());
            parts.headers.append(name, rest);
        }
    }
}
