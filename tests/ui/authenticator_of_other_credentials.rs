//! An authenticator that judges passwords cannot judge tokens.

use tower_auth::{AuthError, Authenticator, Basic, Identity, JwtAuthLayer};

struct Accounts;

impl Authenticator<Basic> for Accounts {
    async fn authenticate(&self, credentials: Basic) -> Result<Identity, AuthError> {
        Ok(Identity::new(credentials.username()))
    }
}

fn main() {
    let _ = JwtAuthLayer::new(Accounts);
}
