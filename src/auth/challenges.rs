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
    /// What tokens that are not accepted are answered with, of which there may be many.
    not_accepted: HeaderValue,
}

impl Challenges {
    pub(crate) fn new(challenges: impl IntoIterator<Item = Challenge>) -> Self {
        Self(challenges.into_iter().map(Prepared::of).collect())
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
    fn of(challenge: Challenge) -> Self {
        let kind = AuthErrorKind::InvalidCredentials;
        let code = kind.bearer_error().unwrap_or_default();
        let not_accepted = explained(&challenge, code, kind).to_header_value();
        Self { plain: challenge.to_header_value(), challenge, not_accepted }
    }

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
        let kind = error.kind();
        match error.scope() {
            Some(scope) => explained(&self.challenge, code, kind)
                .with("scope", scope.to_owned())
                .to_header_value(),
            // Alike on the wire, whatever was wrong with them.
            None if kind.message() == AuthErrorKind::InvalidCredentials.message() => {
                self.not_accepted.clone()
            }
            None => explained(&self.challenge, code, kind).to_header_value(),
        }
    }
}

fn explained(challenge: &Challenge, code: &'static str, kind: AuthErrorKind) -> Challenge {
    challenge.clone().with("error", code).with("error_description", kind.message())
}
