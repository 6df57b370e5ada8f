//! Tokens are meant for somebody: an issuer cannot be trusted without saying for whom.

use tower_auth::Issuer;

fn main() {
    let _ = Issuer::new("https://login.example.com");
}
