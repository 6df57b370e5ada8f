//! [`KeyStatus`]: how a source of keys is doing, for health endpoints.

use std::time::{Duration, SystemTime};

/// How a source of remote keys is doing.
///
/// None of it is secret, but errors may name hosts: show it to operators, not to the world.
///
/// # Examples
///
/// ```
/// use tower_auth::{Issuer, JwtVerifier, Keys};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower_auth::ConfigError> {
/// let keys = Keys::from_jwks_url("http://127.0.0.1:9/jwks.json");
/// let verifier = JwtVerifier::builder()
///     .issuer(Issuer::new("https://login.example.com", "orders-api", keys))
///     .build()?;
///
/// let status = &verifier.key_status()[0];
/// assert_eq!(status.issuer.as_deref(), Some("https://login.example.com"));
/// assert!(!status.is_ready, "nothing has been fetched yet");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct KeyStatus {
    /// The issuer whose keys these are; `None` where any issuer is accepted.
    pub issuer: Option<String>,
    /// Where the keys, or the metadata that says where they are, come from.
    pub source: String,
    /// Whether tokens can be verified with keys of this source now.
    pub is_ready: bool,
    /// How many keys there are, each counted once for each algorithm it is bound to.
    pub keys: usize,
    /// Why keys of the last set are left out.
    pub left_out: Vec<String>,
    /// The SHA-256 of the last good key-set document, in hexadecimal.
    pub key_set_hash: Option<String>,
    /// How long ago the keys were fetched.
    pub age: Option<Duration>,
    /// When a fetch last succeeded.
    pub last_success: Option<SystemTime>,
    /// When a fetch last failed, and why.
    pub last_error: Option<(SystemTime, String)>,
    /// How many fetches failed since the last one that succeeded.
    pub consecutive_failures: u32,
    /// How many fetches were started.
    pub fetches: u64,
}

impl KeyStatus {
    pub(super) fn hexadecimal(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
