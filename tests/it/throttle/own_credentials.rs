//! Credentials of one's own.

use std::net::IpAddr;

use tower_auth::{
    Attempt, AuthError, AuthErrorKind, Authenticator, Credentials, Failures, Identity, Throttled,
};

use super::{clock, throttle};

/// Credentials of one's own, of which only the account is known.
struct Pin(String);

impl Credentials for Pin {
    const NAME: &'static str = "Pin";

    fn from_parts(_: &http::request::Parts) -> Result<Option<Self>, AuthError> {
        Ok(None)
    }
}

impl Attempt for Pin {
    fn subject(&self) -> Option<&str> {
        Some(&self.0).filter(|name| !name.is_empty()).map(String::as_str)
    }

    fn address(&self) -> Option<IpAddr> {
        None
    }
}

#[tokio::test]
async fn credentials_of_ones_own_are_counted_too() {
    let limit = throttle(&clock()).danger_with_user_limit(Failures::per_minute(1));
    let refuse = async |_: Pin| Err::<Identity, _>(AuthError::invalid("wrong"));
    let guarded: Throttled<_> = limit.around(refuse).expect("a limit");
    let mut kinds = Vec::new();
    for name in ["1", "1", "2", ""] {
        kinds.push(guarded.authenticate(Pin(name.to_owned())).await.unwrap_err().kind());
    }
    let expected = [
        AuthErrorKind::InvalidCredentials,
        AuthErrorKind::Throttled,
        AuthErrorKind::InvalidCredentials,
        AuthErrorKind::Misconfigured,
    ];
    assert_eq!(kinds, expected);
}
