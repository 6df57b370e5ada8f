//! Tokens are meant for somebody: an issuer cannot be trusted without saying for whom.

use tower_auth::{Algorithm, Issuer, JwtVerifier, Keys};

fn main() {
    let keys = Keys::from_pem("", Algorithm::ES256);
    let issuer = Issuer::new("https://login.example.com", keys);
    let _ = JwtVerifier::builder().issuer(issuer).build();
}
