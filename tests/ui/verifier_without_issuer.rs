//! A verifier is built from issuers and cannot come into being by itself.

use tower_auth::JwtVerifier;

fn main() {
    let _ = JwtVerifier::default();
    let _ = JwtVerifier::new();
}
