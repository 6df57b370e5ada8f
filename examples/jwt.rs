//! Tokens of one issuer, verified with its public key.
//!
//! ```text
//! cargo run --example jwt                                         # prints a token
//! curl -i http://127.0.0.1:3000/me                                # 401
//! curl -i -H "authorization: Bearer $TOKEN" http://127.0.0.1:3000/me  # 200
//! ```

use std::{error::Error, time::SystemTime};

use axum::{Router, routing::get};
use jsonwebtoken::{EncodingKey, Header, crypto::aws_lc};
use rcgen::KeyPair;
use serde::Deserialize;
use serde_json::json;
use tower_auth::{Algorithm, Identity, Issuer, JwtAuthLayer, JwtVerifier, Keys, TypedClaims};

const ISSUER: &str = "https://login.example.com";

/// What this application wants to know of a token.
#[derive(Deserialize)]
struct Profile {
    name: String,
}

pub(crate) fn app(issuer_key_pem: &str) -> Result<Router, Box<dyn Error>> {
    // Keys come as PEM, as certificates, as DER, as a JWK or as a whole JWK set.
    let keys = Keys::from_pem(issuer_key_pem, Algorithm::ES256);
    let verifier =
        JwtVerifier::builder().issuer(Issuer::new(ISSUER, "orders-api", keys)).build()?;
    Ok(Router::new().route("/me", get(me)).route_layer(JwtAuthLayer::new(verifier)))
}

async fn me(identity: Identity, TypedClaims(profile): TypedClaims<Profile>) -> String {
    format!("{}, known as {}\n", profile.name, identity.subject())
}

/// What the issuer does: here with a key made a moment ago.
pub(crate) fn token(issuer_key: &KeyPair) -> Result<String, Box<dyn Error>> {
    let _ = aws_lc::DEFAULT_PROVIDER.install_default();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let claims = json!({
        "iss": ISSUER, "aud": "orders-api", "sub": "u-1", "exp": now + 3600, "name": "Alice",
    });
    let key = EncodingKey::from_ec_der(&issuer_key.serialize_der());
    Ok(jsonwebtoken::encode(&Header::new(jsonwebtoken::Algorithm::ES256), &claims, &key)?)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let issuer_key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    println!("TOKEN={}", token(&issuer_key)?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    Ok(axum::serve(listener, app(&issuer_key.public_key_pem())?).await?)
}
