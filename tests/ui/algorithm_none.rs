//! There is no name for tokens that are not signed, and HMAC is not in the list of an issuer.

use tower_auth::{Algorithm, Keys};

fn main() {
    let _ = Keys::from_pem("", Algorithm::NONE);
    let _ = Keys::from_pem("", Algorithm::HS256);
}
