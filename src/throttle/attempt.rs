//! [`Attempt`]: what is known of an attempt before it is judged.

use std::net::IpAddr;

/// Credentials of which can be said whose they claim to be and where they come from.
///
/// Implement it for credentials of your own to put a [`FailureThrottle`](crate::FailureThrottle)
/// around their authenticator. What is `None` cannot be counted by, see there.
///
/// # Examples
///
/// ```
/// use std::net::IpAddr;
/// use http::request::Parts;
/// use tower_auth::{Attempt, AuthError, Credentials, PeerAddress};
///
/// struct Pin {
///     account: String,
///     from: Option<PeerAddress>,
/// }
///
/// impl Credentials for Pin {
///     const NAME: &'static str = "Pin";
///
///     fn from_parts(parts: &Parts) -> Result<Option<Self>, AuthError> {
///         let account = parts.headers.get("x-account").and_then(|account| account.to_str().ok());
///         let from = PeerAddress::from_extensions(&parts.extensions);
///         Ok(account.map(|account| Self { account: account.to_owned(), from }))
///     }
/// }
///
/// impl Attempt for Pin {
///     fn subject(&self) -> Option<&str> {
///         Some(&self.account)
///     }
///
///     fn address(&self) -> Option<IpAddr> {
///         self.from.map(|PeerAddress(address)| address)
///     }
/// }
///
/// let pin = Pin { account: "alice".to_owned(), from: None };
/// assert_eq!((pin.subject(), pin.address()), (Some("alice"), None));
/// ```
#[diagnostic::on_unimplemented(
    message = "failed attempts with `{Self}` cannot be counted",
    note = "implement `Attempt` for the credentials, or put the throttle around an authenticator of `Basic`"
)]
pub trait Attempt {
    /// Who the client claims to be. It is compared byte for byte: where the store of accounts ignores
    /// case, give it in lower case.
    fn subject(&self) -> Option<&str>;

    /// Where the attempt comes from.
    fn address(&self) -> Option<IpAddr>;
}

#[cfg(feature = "basic")]
impl Attempt for crate::Basic {
    fn subject(&self) -> Option<&str> {
        Some(self.username())
    }

    fn address(&self) -> Option<IpAddr> {
        self.peer_address()
    }
}
