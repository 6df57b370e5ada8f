//! What the answers of token endpoints mean (RFC 6749, sections 5.1 and 5.2).
//!
//! Nothing of an answer is ever quoted: there may be a token in it, or whatever else somebody wants to
//! see in a log.

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::client::{AccessToken, ClientAuthError};

/// What an endpoint may say, and whether asking again later can help.
const CODES: [(&str, Again); 10] = [
    ("access_denied", Again::Useless),
    ("invalid_client", Again::Useless),
    ("invalid_grant", Again::Useless),
    ("invalid_request", Again::Useless),
    ("invalid_scope", Again::Useless),
    ("invalid_target", Again::Useless),
    ("server_error", Again::Useful),
    ("temporarily_unavailable", Again::Useful),
    ("unauthorized_client", Again::Useless),
    ("unsupported_grant_type", Again::Useless),
];

#[derive(Clone, Copy, Eq, PartialEq)]
enum Again {
    Useful,
    Useless,
}

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    token_type: String,
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
}

/// The token in an answer of success.
pub(super) fn token(body: &[u8]) -> Result<AccessToken, ClientAuthError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| {
        ClientAuthError::unusable(
            "the answer is not JSON with access_token and token_type, once each",
        )
    })?;
    let token = AccessToken::new(answer.access_token)?;
    if !answer.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(ClientAuthError::unusable("the token is of a type that is not Bearer"));
    }
    match answer.expires_in {
        None => Ok(token),
        Some(seconds) => Ok(token.with_lifetime(lifetime(&seconds)?)),
    }
}

/// Seconds, as a number; some servers write it as text. What has ended before it began lasts no time.
fn lifetime(seconds: &Value) -> Result<Duration, ClientAuthError> {
    let number = match seconds {
        Value::Number(number) => number.as_f64(),
        Value::String(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    };
    let number = number.ok_or_else(|| ClientAuthError::unusable("expires_in is no number"))?;
    Ok(Duration::try_from_secs_f64(number.max(0.0)).unwrap_or(Duration::MAX))
}

/// Why there is no token in any other answer.
pub(super) fn refusal(status: StatusCode, body: &[u8]) -> ClientAuthError {
    let number = status.as_u16();
    if !matches!(number, 400 | 401 | 403) {
        return ClientAuthError::unavailable(format!("the answer is {number}, not 200"));
    }
    let told = serde_json::from_slice::<Refusal>(body).ok();
    let known = told.and_then(|told| CODES.into_iter().find(|(code, _)| *code == told.error));
    match known {
        Some((code, Again::Useful)) => {
            ClientAuthError::unavailable(format!("the endpoint says {code}")).with_code(code)
        }
        Some((code, Again::Useless)) => {
            ClientAuthError::refused(format!("the endpoint says {code}")).with_code(code)
        }
        None => {
            ClientAuthError::refused(format!("the answer is {number}, with no known error code"))
        }
    }
}
