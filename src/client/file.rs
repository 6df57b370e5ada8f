//! [`TokenFile`]: tokens in a file that somebody else renews.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;
use tokio::runtime::Handle;
use zeroize::Zeroizing;

use crate::{
    bounded_file,
    client::{AccessToken, ClientAuthError, TokenSource},
    secret::Secret,
};

/// A token in a file that somebody else renews, as Kubernetes does for service accounts.
///
/// The file is read again every [`with_reload_every`](Self::with_reload_every), while there are calls,
/// and when a server refuses the token. A line break at its end is not part of the token. It must be a
/// regular file, or lead to one, of at most 16 KiB.
///
/// Where the token is a JWT its `exp` says until when it is used, should the file not be renewed. Its
/// signature is not looked at: that is for those who are to believe the token. Any other token is good for
/// [`with_default_lifetime`](crate::AuthorizationLayerBuilder::with_default_lifetime) after each time
/// that the file could be read.
///
/// # Examples
///
/// ```
/// use tower_auth::{AuthorizationLayer, TokenFile};
///
/// let source = TokenFile::new("/var/run/secrets/kubernetes.io/serviceaccount/token");
/// let layer = AuthorizationLayer::tokens(source).for_origin("https://kubernetes.default.svc").build()?;
/// # let _ = layer;
/// # Ok::<(), tower_auth::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct TokenFile {
    path: PathBuf,
    reload_every: Duration,
}

#[derive(Deserialize)]
struct Payload {
    exp: Option<f64>,
}

impl TokenFile {
    /// How often the file is read again.
    pub const DEFAULT_RELOAD_EVERY: Duration = Duration::from_secs(10);

    /// The token in this file.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), reload_every: Self::DEFAULT_RELOAD_EVERY }
    }

    /// Sets how often the file is read again. Less than a second counts as one.
    pub const fn with_reload_every(mut self, time: Duration) -> Self {
        self.reload_every = time;
        self
    }
}

impl TokenSource for TokenFile {
    async fn token(&self) -> Result<AccessToken, ClientAuthError> {
        let path = self.path.clone();
        let runtime = Handle::try_current().map_err(ClientAuthError::unavailable)?;
        let token = runtime.spawn_blocking(move || read(&path)).await;
        let token =
            token.map_err(|_| ClientAuthError::unavailable("reading the file panicked"))??;
        Ok(token.with_renewal_after(self.reload_every))
    }
}

fn read(path: &Path) -> Result<AccessToken, ClientAuthError> {
    let text = bounded_file::read(path, AccessToken::MAX_BYTES);
    let text = text.map_err(|problem| {
        ClientAuthError::unavailable(format!("{}: {problem}", path.display()))
    })?;
    let text = text.trim_ascii_end();
    let token = AccessToken::new(Secret::new(text))?;
    Ok(match end(text) {
        Some(end) => token.with_end(end),
        None => token,
    })
}

/// When a JWT ends, by its own word.
fn end(token: &[u8]) -> Option<SystemTime> {
    let mut parts = token.split(|byte| *byte == b'.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    let payload = Zeroizing::new(URL_SAFE_NO_PAD.decode(payload).ok()?);
    let exp = serde_json::from_slice::<Payload>(&payload).ok()?.exp?;
    let since_epoch = Duration::try_from_secs_f64(exp.max(0.0)).unwrap_or(Duration::MAX);
    // What is farther than any clock goes does not end.
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}
