//! What operators may ask a [`JwtVerifier`] about its remote keys.

use std::sync::Arc;

use crate::{
    error::AuthError,
    jwks::{KeyStatus, Remote},
    jwt::JwtVerifier,
};

impl JwtVerifier {
    /// Fetches all remote keys that have not been fetched yet, all at once, and waits for them.
    ///
    /// It is not needed: the first token that needs keys has them fetched. It moves that wait to the
    /// start of the service, and says there whether the providers answer.
    ///
    /// # Errors
    ///
    /// `Unavailable` where keys of any issuer are not there after one try; see
    /// [`key_status`](Self::key_status) for the reasons. The verifier works all the same, and tries
    /// again as tokens come.
    pub async fn warm_up(&self) -> Result<(), AuthError> {
        let missing = self.remotes().filter(|remote| remote.current().is_none());
        let ends: Vec<_> = missing.map(|remote| remote.learn(true)).collect::<Result<_, _>>()?;
        // The fetches are tasks of their own, so they run side by side.
        for end in ends.into_iter().flatten() {
            end.await;
        }
        let mut missing = self.remotes().filter(|remote| !remote.status().is_ready);
        missing.find_map(|remote| remote.outage()).map_or(Ok(()), Err)
    }

    /// Whether the keys of all issuers that were given to the builder are at hand; for a readiness
    /// probe.
    ///
    /// It starts the fetches that are due, so that a service without tokens stays ready, or gets so.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.remotes().for_each(Remote::tend);
        self.key_status().iter().all(|status| status.is_ready)
    }

    /// How each source of remote keys is doing, without the issuers that a resolver found.
    #[must_use]
    pub fn key_status(&self) -> Vec<KeyStatus> {
        let mut all: Vec<_> = self.remotes().map(|remote| remote.status()).collect();
        all.sort_by(|one, other| (&one.issuer, &one.source).cmp(&(&other.issuer, &other.source)));
        all
    }

    fn remotes(&self) -> impl Iterator<Item = &Arc<Remote>> {
        let issuers = self.0.issuers.values().chain(&self.0.any_issuer);
        issuers.flat_map(|issuer| issuer.remotes())
    }
}
