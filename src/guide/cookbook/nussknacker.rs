//! Nussknacker: a file of users with bcrypt hashes, and rules by role and category.
//!
//! Its own `users.conf` is read as it is, with the feature `hocon`; the same as JSON needs none:
//!
//! ```
//! use std::path::Path;
//! use tower_auth::{
//!     Authenticator, BasicAuthLayer, CacheLimits, ConfigError, PermissionClaimLayer, TenantLayer, Users,
//!     UsersFile, require,
//! };
//!
//! # fn guard(file: &Path) -> Result<(), Box<dyn std::error::Error>> {
//! let users = Users::builder().file(UsersFile::at(file)).build()?; // all mistakes at once
//! let rules = users.rules().ok_or("the file has no rules")?;
//! let layers = (
//!     BasicAuthLayer::new(users.cached(CacheLimits::new())).with_realm("nussknacker"),
//!     // A category is a tenant: who has any permission in it belongs to it.
//!     TenantLayer::from_path("/categories").with_membership_rule(rules.clone()),
//!     PermissionClaimLayer::new(rules),
//! );
//! let deploying = require("Deploy"); // at the routes
//! # let _ = (layers, deploying);
//! # Ok(())
//! # }
//! # let folder = tempfile::tempdir().unwrap();
//! # let file = folder.path().join("users.json");
//! # std::fs::write(&file, r#"{
//! #     "users": [{ "identity": "alice", "roles": ["Writer"],
//! #         "encryptedPassword": "$2y$10$bE71XVGrWVTyYA/xWUvyGOoHP7Jw3IWl2ekCM7OBiDgJ72F2BbYl6" }],
//! #     "rules": [{ "role": "Writer", "categories": ["Fraud"], "permissions": ["Read", "Write"] }]
//! # }"#).unwrap();
//! # guard(&file).unwrap();
//! ```
//!
//! The file is read again when it changes, users and rules together; a mistake in it keeps the last good ones.
//!
//! | In Nussknacker | Here |
//! |---|---|
//! | `anonymousUserRole` | `BasicAuthLayer::allow_anonymous_as(Identity::anonymous().with_claim("roles", vec!["Reader"]))` |
//! | `Nu-Impersonate-User-Identity` | [`ImpersonationLayer`](crate::ImpersonationLayer)` .. .with_header(..)` |
//! | `cachingHashes` | [`Authenticator::cached`](crate::Authenticator::cached) |
//! | `OAuth2` and `Oidc` | [`JwtAuthLayer`](crate::JwtAuthLayer) with `RoleRules` from a claim |
//! | a plugged-in provider | your own [`Authenticator`](crate::Authenticator) |
//! | the permissions of the user, as its interface asks for them | [`RoleRules::permission_map`](crate::RoleRules::permission_map) |
//!
//! # What differs
//!
//! | | Nussknacker | here |
//! |---|---|---|
//! | an unknown user | no hash is worked out, so names can be told apart by time | costs what a known one costs |
//! | hashes that are remembered | by the password in clear text, wrong ones as well | by a keyed hash, only good ones |
//! | passwords of more than 72 bytes | an error of the server | refused as wrong ones |
//! | passwords in clear text in the file | accepted | refused, but by a setter that says so |
//! | impersonation | the target is looked up first, so who has no right learns which names exist | the right is asked for first |
//! | the file changes | nothing until a restart | it is read again |
//! | a user twice in the file | the last one counts | a mistake |
//!
//! The example `nussknacker` guards an API by Nussknacker's own sample file.
