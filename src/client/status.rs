//! [`TokenStatus`]: how the tokens of a layer are doing, for health endpoints.

use std::time::{Duration, SystemTime};

use crate::client::ClientAuthError;

/// How the tokens of a layer are doing.
///
/// None of it is secret, but errors may name hosts: show it to operators, not to the world.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenStatus {
    /// Whether there is a token that a call could take now.
    pub is_ready: bool,
    /// For how long it is still good.
    pub ends_in: Option<Duration>,
    /// When the next one is asked for, if there is a call then.
    pub renewed_in: Option<Duration>,
    /// How often the source was asked.
    pub fetches: u64,
    /// How many requests were sent again with another token.
    pub retries: u64,
    /// How many times the source failed since it last gave a token.
    pub consecutive_failures: u32,
    /// When the source last gave a token.
    pub last_success: Option<SystemTime>,
    /// When it last failed, and why.
    pub last_error: Option<(SystemTime, ClientAuthError)>,
}
