//! Temporal with Microsoft Entra ID: certificates of an authority of one's own, tokens with app `roles`.
//!
//! The recipe makes an authority, gives each client a certificate, and takes permissions from app roles
//! such as `default:write`, which arrive in the claim `roles`.
//!
//! # Certificates
//!
//! ```no_run
//! use std::path::Path;
//! use tower_auth::TlsListener;
//!
//! # async fn listen() -> Result<TlsListener, Box<dyn std::error::Error>> {
//! let socket = tokio::net::TcpListener::bind("0.0.0.0:7233").await?;
//! // Mounted from a key vault, renewed there 90 days before their end, and read again here.
//! let listener = TlsListener::builder(Path::new("tls/cluster.pem"), Path::new("tls/cluster-key.pem"))
//!     .with_client_ca(Path::new("tls/ca.pem"))
//!     .bind(socket)?;
//! # Ok(listener)
//! # }
//! ```
//!
//! # Tokens
//!
//! ```
//! use tower_auth::{
//!     ConfigError, Issuer, JwtAuthLayer, JwtVerifier, Keys, PermissionClaimLayer, TemporalPermissions,
//! };
//!
//! # fn layers() -> Result<(JwtAuthLayer, PermissionClaimLayer), ConfigError> {
//! let tenant = "11111111-2222-3333-4444-555555555555";
//! let issuer = Issuer::new(
//!     format!("https://login.microsoftonline.com/{tenant}/v2.0"),
//!     "66666666-7777-8888-9999-000000000000", // the client id of the API's registration
//!     Keys::from_jwks_url(format!("https://login.microsoftonline.com/{tenant}/discovery/v2.0/keys")),
//! );
//! let verifier = JwtVerifier::builder().issuer(issuer).build()?;
//! let layers = (
//!     JwtAuthLayer::new(verifier),
//!     PermissionClaimLayer::new(TemporalPermissions::new().with_claim("roles")),
//! );
//! # Ok(layers)
//! # }
//! # layers().unwrap();
//! ```
//!
//! The rest is as in [`temporal`](super::temporal).
//!
//! # What to know about Entra ID
//!
//! - **The recipe checks neither issuer nor audience**: any token that the tenant's keys have signed
//!   passes if its `roles` fit, also one for another app. Here both are checked.
//! - There are two versions of tokens. Those of version 1 have the issuer
//!   `https://sts.windows.net/{tenant}/` and an audience such as `api://..`. Trust them, where you must, as
//!   an issuer of its own, with an audience of its own.
//! - App roles are in the access token of the API that defines them. Tokens for Microsoft Graph can be
//!   verified by nobody else.
//! - Keys often come without `alg`; they are accepted for the algorithms of their type.
//! - More than 200 groups are replaced by a pointer to where they can be fetched. Mappers count it as
//!   malformed, and not as "no groups"; roles are not affected.
//! - `system:read` was the scope of the system until Temporal 1.20; it is `temporal-system:read` since.
//!   [`with_system_scope`](crate::TemporalPermissions::with_system_scope) reads old tokens.
