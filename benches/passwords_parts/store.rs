//! A store of one user, whose password is `wonderland`.

use std::{convert::Infallible, num::NonZeroUsize};

use http::{Request, Response};
use tower::{Service, service_fn};
use tower_auth::{Authenticator, BasicAuthLayer, CacheLimits, PasswordVerifier, User, Users};

/// `Basic alice:wonderland`.
pub(crate) const ALICE: &str = "Basic YWxpY2U6d29uZGVybGFuZA==";

pub(crate) fn store(cost: u32) -> Users {
    let hash = bcrypt::hash("wonderland", cost).expect("a hash");
    let verifier = PasswordVerifier::builder().with_workers(NonZeroUsize::MIN).build();
    Users::builder()
        .user(User::new("alice", hash).with_claim("roles", vec!["editor"]))
        .with_verifier(verifier.expect("good bounds"))
        .build()
        .expect("a good store")
}

/// A layer that remembers alice.
pub(crate) fn cached() -> BasicAuthLayer {
    let cached = store(4).cached(CacheLimits::new());
    let alice = tower_auth::Basic::new("alice", "wonderland".into());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(cached.authenticate(alice)).expect("the right password");
    BasicAuthLayer::new(cached)
}

/// A service that does nothing.
pub(crate) fn bare()
-> impl Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send> + Clone {
    service_fn(async |request: Request<()>| {
        drop(request);
        Ok::<_, Infallible>(Response::new(()))
    })
}
