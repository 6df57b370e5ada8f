//! A source of tokens that does what a test says, and counts.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tower_auth::{AccessToken, AuthorizationLayerBuilder, ClientAuthError, TokenSource};

pub(crate) const ORIGIN: &str = "https://orders.example.com";

/// What the source does when it is asked.
#[derive(Clone, Debug)]
pub(crate) enum Play {
    /// `token-1`, `token-2` and so on, each good for this time.
    Lasting(Duration),
    /// The same token each time.
    Same,
    /// A token as by `Lasting`, for an hour, after this time.
    Slow(Duration),
    Hang,
    Fail,
    Refuse,
    Panic,
}

/// The source and how often it was asked.
#[derive(Clone)]
pub(crate) struct Source(Arc<Mutex<(Play, u64)>>);

impl Source {
    pub(crate) fn new(play: Play) -> Self {
        Self(Arc::new(Mutex::new((play, 0))))
    }

    pub(crate) fn lasting(seconds: u64) -> Self {
        Self::new(Play::Lasting(Duration::from_secs(seconds)))
    }

    pub(crate) fn play(&self, play: Play) {
        self.0.lock().unwrap().0 = play;
    }

    pub(crate) fn asked(&self) -> u64 {
        self.0.lock().unwrap().1
    }

    /// A layer for [`ORIGIN`] with tokens of this source.
    pub(crate) fn layer(&self) -> AuthorizationLayerBuilder {
        tower_auth::AuthorizationLayer::tokens(self.clone()).for_origin(ORIGIN)
    }
}

impl TokenSource for Source {
    async fn token(&self) -> Result<AccessToken, ClientAuthError> {
        let (play, number) = {
            let mut state = self.0.lock().unwrap();
            state.1 += 1;
            state.clone()
        };
        let hour = Duration::from_secs(3600);
        let (token, lifetime) = match play {
            Play::Lasting(lifetime) => (format!("token-{number}"), lifetime),
            Play::Same => ("token".to_owned(), hour),
            Play::Slow(delay) => {
                tokio::time::sleep(delay).await;
                (format!("token-{number}"), hour)
            }
            Play::Hang => std::future::pending().await,
            Play::Fail => return Err(ClientAuthError::unavailable("connection refused")),
            Play::Refuse => return Err(ClientAuthError::refused("who are you?")),
            Play::Panic => panic!("a source that panics"),
        };
        Ok(AccessToken::new(token)?.with_lifetime(lifetime))
    }
}

/// Time passes, and what is due in the background is done.
pub(crate) async fn pass(time: Duration) {
    tokio::time::advance(time).await;
    settle().await;
}

pub(crate) async fn settle() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}
