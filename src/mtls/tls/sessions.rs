//! [`Sessions`]: what clients may resume instead of a full handshake.

use arc_swap::ArcSwap;
use tokio_rustls::rustls::server::{ServerSessionMemoryCache, StoresServerSessions};

/// How many are remembered, for each host.
const SESSIONS: usize = 256;

/// Sessions of one host under one set of rules, which can be forgotten all at once.
///
/// They hold what the client showed in its full handshake, so none may be resumed under other rules: each
/// host has a store of its own, and what is read anew starts with an empty one.
#[derive(Debug)]
pub(super) struct Sessions(ArcSwap<ServerSessionMemoryCache>);

impl Sessions {
    pub(super) fn new() -> Self {
        Self(ArcSwap::new(ServerSessionMemoryCache::new(SESSIONS)))
    }

    /// Otherwise a client could come back with the same session for ever, and be refused each time.
    pub(super) fn forget(&self) {
        self.0.store(ServerSessionMemoryCache::new(SESSIONS));
    }
}

impl StoresServerSessions for Sessions {
    fn put(&self, key: Vec<u8>, value: Vec<u8>) -> bool {
        self.0.load().put(key, value)
    }

    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.load().get(key)
    }

    fn take(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.0.load().take(key)
    }

    fn can_cache(&self) -> bool {
        true
    }
}
