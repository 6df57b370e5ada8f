//! The challenges of a layer, one for each of its schemes.

use http::{HeaderMap, HeaderValue, StatusCode, header::WWW_AUTHENTICATE};

use crate::{
    error::{AuthError, AuthErrorKind},
    rejection::Challenge,
};

/// The only scheme whose challenges say what was wrong (RFC 6750, section 3).
const BEARER: &str = "Bearer";

#[derive(Clone, Debug)]
pub(crate) struct Challenges(Vec<Prepared>);

#[derive(Clone, Debug)]
struct Prepared {
    challenge: Challenge,
    plain: HeaderValue,
}

impl Challenges {
    pub(crate) fn new(challenges: impl IntoIterator<Item = Challenge>) -> Self {
        let prepare =
            |challenge: Challenge| Prepared { plain: challenge.to_header_value(), challenge };
        Self(challenges.into_iter().map(prepare).collect())
    }

    /// Adds a field line for each challenge that belongs on the answer to `error`.
    pub(crate) fn write(&self, error: &AuthError, headers: &mut HeaderMap) {
        for prepared in &self.0 {
            if let Some(line) = prepared.line(error) {
                headers.append(WWW_AUTHENTICATE, line);
            }
        }
    }
}

impl Prepared {
    fn line(&self, error: &AuthError) -> Option<HeaderValue> {
        let explained = self.challenge.scheme().eq_ignore_ascii_case(BEARER)
            && match error.kind() {
                // What is wrong with another scheme's credentials is not for this challenge.
                kind if kind.status() == StatusCode::UNAUTHORIZED => {
                    error.scheme() == Some(self.challenge.scheme())
                }
                AuthErrorKind::PermissionDenied => error.scheme() == Some(self.challenge.scheme()),
                _ => true,
            };
        match error.kind().bearer_error() {
            Some(code) if explained => Some(self.explained(code, error)),
            _ if error.kind().status() == StatusCode::UNAUTHORIZED => Some(self.plain.clone()),
            _ => None,
        }
    }

    fn explained(&self, code: &'static str, error: &AuthError) -> HeaderValue {
        let mut challenge = self
            .challenge
            .clone()
            .with("error", code)
            .with("error_description", error.kind().message());
        if let Some(scope) = error.scope() {
            challenge = challenge.with("scope", scope.to_owned());
        }
        challenge.to_header_value()
    }
}
