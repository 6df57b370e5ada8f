//! The testing kit does what tests will rely on.

mod identity_layer;
mod keys;
mod metadata;
mod serving;
mod tokens;

use std::time::{Duration, SystemTime};

use tower_auth::{Clock, Issuer, JwtVerifier, Keys, TestAuthority};

const ISSUER: &str = "https://login.example.com";
const NOW: u64 = 1_800_000_000;

fn clock() -> Clock {
    Clock::manual(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
}

/// An authority without a socket, whose clock stands at [`NOW`].
fn authority() -> TestAuthority {
    TestAuthority::builder().with_clock(clock()).offline(ISSUER)
}

/// Knows what the authority publishes now; its clock stands at [`NOW`].
fn verifier(authority: &TestAuthority) -> JwtVerifier {
    verifier_of(authority, authority.jwks())
}

fn verifier_of(authority: &TestAuthority, jwks: impl Into<Vec<u8>>) -> JwtVerifier {
    let keys = Keys::from_jwks(jwks);
    JwtVerifier::builder()
        .issuer(Issuer::new(authority.issuer(), authority.audience(), keys))
        .with_clock(clock())
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}
