//! What the issuer tells about itself, and where.

use http::Uri;
use serde_json::{Value, json};

use crate::Algorithm;

/// The addresses of the issuer's documents: as whole URLs, and as the paths that requests have.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) discovery_url: String,
    pub(super) jwks_url: String,
    discovery_path: String,
    metadata_path: String,
    jwks_path: String,
    base: String,
}

/// What lies at a path.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Document {
    Metadata,
    Jwks,
}

impl Places {
    /// An issuer may have a path. `OpenID` discovery appends to it (Discovery 1.0, section 4),
    /// RFC 8414 inserts before it (section 3).
    pub(super) fn of(issuer: &str) -> Self {
        const DISCOVERY: &str = "/.well-known/openid-configuration";
        const METADATA: &str = "/.well-known/oauth-authorization-server";
        const JWKS: &str = "/jwks.json";

        let base = issuer.trim_end_matches('/');
        // A name that is no URL has no path: its documents lie at the root.
        let path = base.parse::<Uri>().unwrap_or_default();
        let path = path.path().trim_end_matches('/');
        Self {
            discovery_url: format!("{base}{DISCOVERY}"),
            jwks_url: format!("{base}{JWKS}"),
            discovery_path: format!("{path}{DISCOVERY}"),
            metadata_path: format!("{METADATA}{path}"),
            jwks_path: format!("{path}{JWKS}"),
            base: base.to_owned(),
        }
    }

    pub(super) fn document_at(&self, path: &str) -> Option<Document> {
        if path == self.jwks_path {
            Some(Document::Jwks)
        } else if path == self.discovery_path || path == self.metadata_path {
            Some(Document::Metadata)
        } else {
            None
        }
    }

    /// One document for both: the members that `OpenID` discovery requires include RFC 8414's.
    pub(super) fn metadata(&self, issuer: &str, algorithm: Algorithm) -> Value {
        json!({
            "issuer": issuer,
            "jwks_uri": self.jwks_url,
            "authorization_endpoint": format!("{}/authorize", self.base),
            "token_endpoint": format!("{}/token", self.base),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [algorithm.as_str()],
        })
    }
}
