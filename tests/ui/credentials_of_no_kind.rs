//! A type that says nothing about requests is no kind of credentials.

use tower_auth::{AuthError, Identity, Scheme};

struct ApiKey;

fn main() {
    let _ = Scheme::new(|_: ApiKey| async { Err::<Identity, _>(AuthError::invalid("no")) });
}
