//! The store of users: who gets in, which hashes it takes, and bounded, equal work for all.

mod bounds;
mod hashes;
mod held;
mod kinds;
mod passwords;
mod rehash;
mod reload;
mod vectors;
mod work;

use std::num::NonZeroUsize;

use tower_auth::{
    AuthErrorKind, Authenticator, Basic, Identity, PasswordVerifier, Secret, User, Users,
    UsersBuilder,
};

pub(super) const PASSWORD: &str = "open sesame";

/// The lowest cost, in the form that `htpasswd` writes.
pub(super) fn hash(password: impl AsRef<[u8]>) -> String {
    let parts = bcrypt::hash_with_salt(password, 4, *b"sixteen bytes..!");
    parts.expect("a hash").format_for_version(bcrypt::Version::TwoY)
}

pub(super) fn store() -> UsersBuilder {
    let alice = User::new("alice", hash(PASSWORD)).with_claim("roles", vec!["editor"]);
    Users::builder().user(alice)
}

pub(super) fn users() -> Users {
    store().build().expect("a good store")
}

/// One worker, and this many places in front of it.
pub(super) fn bounded(queue: usize) -> UsersBuilder {
    let queue = NonZeroUsize::new(queue).expect("at least one");
    let passwords = PasswordVerifier::builder().with_workers(NonZeroUsize::MIN).with_queue(queue);
    store()
        .with_verifier(passwords.with_max_per_user(NonZeroUsize::MAX).build().expect("good bounds"))
}

pub(super) async fn login(
    users: &Users,
    name: &str,
    password: impl Into<Vec<u8>>,
) -> Result<Identity, AuthErrorKind> {
    let credentials = Basic::new(name, Secret::new(password));
    let judged = users.authenticate(credentials).await;
    judged.map_err(|error| error.kind())
}

pub(super) const WRONG: AuthErrorKind = AuthErrorKind::InvalidCredentials;
