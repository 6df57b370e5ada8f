//! [`AccessToken`]: a token as its source gives it, and for how long.

use std::time::{Duration, SystemTime};

use http::HeaderValue;

use crate::{
    client::{ClientAuthError, line},
    clock::Clock,
    secret::Secret,
};

/// A token to send, and what is known about its life.
///
/// It is printed nowhere. Where nothing is known about its life, it counts as good for
/// [`AuthorizationLayerBuilder::with_default_lifetime`](crate::AuthorizationLayerBuilder::with_default_lifetime).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tower_auth::AccessToken;
///
/// let token = AccessToken::new("2YotnFZFEjr1zCsicMWpAA")?.with_lifetime(Duration::from_secs(3600));
/// assert!(!format!("{token:?}").contains("2Yotn"));
/// assert!(AccessToken::new("two\r\nlines").is_err());
/// # Ok::<(), tower_auth::ClientAuthError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct AccessToken {
    line: HeaderValue,
    life: Life,
    renewal: Option<Duration>,
}

#[derive(Clone, Copy, Debug)]
enum Life {
    Unknown,
    Lasting(Duration),
    Until(SystemTime),
}

impl AccessToken {
    /// The longest token that is sent. Few servers read longer fields.
    pub const MAX_BYTES: usize = 16 * 1024;

    /// A token of the characters that a bearer token may have (RFC 6750, section 2.1).
    ///
    /// # Errors
    ///
    /// [`TokenUnusable`](crate::ClientAuthErrorKind::TokenUnusable) where there is another one among
    /// them, or none at all, or too many.
    pub fn new(token: impl Into<Secret>) -> Result<Self, ClientAuthError> {
        let line = line::bearer(token.into().expose(), Self::MAX_BYTES);
        let line = line.map_err(ClientAuthError::unusable)?;
        Ok(Self { line, life: Life::Unknown, renewal: None })
    }

    /// Says for how long it is good, from the moment at which its source was asked.
    pub const fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.life = Life::Lasting(lifetime);
        self
    }

    /// Says until when it is good.
    pub const fn with_end(mut self, end: SystemTime) -> Self {
        self.life = Life::Until(end);
        self
    }

    /// Has the source asked again after this time, whatever the layer's [`Renewal`](crate::Renewal)
    /// says: for sources that know when the next one is there.
    pub const fn with_renewal_after(mut self, time: Duration) -> Self {
        self.renewal = Some(time);
        self
    }

    pub(super) fn into_line(self) -> HeaderValue {
        self.line
    }

    /// How long it is good from now on.
    pub(super) fn life(&self, default: Duration, clock: &Clock) -> Duration {
        match self.life {
            Life::Unknown => default,
            Life::Lasting(lifetime) => lifetime,
            Life::Until(end) => end.duration_since(clock.now()).unwrap_or_default(),
        }
    }

    pub(super) const fn renewal(&self) -> Option<Duration> {
        self.renewal
    }
}
