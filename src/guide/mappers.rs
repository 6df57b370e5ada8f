//! How to make permissions of what providers write into tokens.
//!
//! A [`ClaimMapper`](crate::ClaimMapper) is put together of sources. Each says where its elements are,
//! what is done to them, and whose they are:
//!
//! ```
//! use tower_auth::{ClaimMapper, ClaimPermissions, PermissionClaimLayer};
//!
//! let staff = ClaimPermissions::at("realm_access.roles")
//!     .stripped_of("orders-")
//!     .only(["reader", "writer"])
//!     .when("https://login.example.com/realms/staff");
//! let partners = ClaimPermissions::at("scope")
//!     .prefixed("partner:")
//!     .when("https://id.partner.example");
//! let layer = PermissionClaimLayer::new(staff.and(partners));
//! # let _ = layer;
//! ```
//!
//! Three questions decide whether that is safe:
//!
//! - **Who chooses the name?** A client asks for scopes, an administrator gives roles, and members of a
//!   directory may found groups. A name means what the weakest of its sources lets it mean, so give
//!   each source a prefix, or a list of what it may say ([`only`](crate::ClaimPermissions::only)).
//! - **Whose name is it?** With two issuers, the `admin` of one is not that of the other:
//!   [`when`](crate::ClaimMapper::when).
//! - **What if the form changes?** Elements that are malformed grant nothing, and nobody notices before
//!   users do. Poll [`status`](crate::ClaimPermissions::status), or refuse them by
//!   [`reject_malformed`](crate::ClaimPermissions::reject_malformed). Where roles
//!   [deny](crate::RolesBuilder::deny) something, refuse them: a denial that is skipped is a grant.
//!
//! # Keycloak
//!
//! ```
//! use serde_json::json;
//! use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
//!
//! let mapper = ClaimPermissions::at("realm_access.roles")
//!     .prefixed("realm:")
//!     .and(ClaimPermissions::keycloak_client("orders-api").prefixed("orders:"));
//!
//! let alice = Identity::new("alice")
//!     .with_claim("realm_access", json!({ "roles": ["offline_access"] }))
//!     .with_claim("resource_access", json!({
//!         "orders-api": { "roles": ["writer"] },
//!         "account": { "roles": ["manage-account"] },
//!     }));
//! let permissions = mapper.permissions(&alice, None)?;
//! let names: Vec<_> = permissions.iter().collect();
//! assert_eq!(names, ["orders:writer", "realm:offline_access"]);
//! # Ok::<(), tower_auth::AuthError>(())
//! ```
//!
//! The roles of the client `account` are for the service `account`: a mapper that throws the roles of
//! all clients together gives its `admin` away as yours. For a service that needs them all,
//! `ClaimPermissions::at_each("resource_access", "roles")` keeps them apart as `account:manage-account`.
//! Groups are in a claim of one's own, as paths: `/sales/desk`.
//!
//! # Microsoft Entra ID
//!
//! App roles are in `roles`, delegated scopes in `scp`, and groups, as ids, in `groups`:
//!
//! ```
//! use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
//!
//! let groups = ClaimPermissions::at("groups")
//!     .renamed([("2f9c7a1e-0000-0000-0000-000000000001", "orders:write")])
//!     .only(["orders:write"]);
//! let mapper = ClaimPermissions::at("roles")
//!     .prefixed("app:")
//!     .and(ClaimPermissions::at("scp"))
//!     .and(groups.reject_malformed());
//!
//! let alice = Identity::new("alice")
//!     .with_claim("scp", "Orders.Read")
//!     .with_claim("groups", vec!["2f9c7a1e-0000-0000-0000-000000000001", "another one"]);
//! let permissions = mapper.permissions(&alice, None)?;
//! assert!(permissions.contains("Orders.Read") && permissions.contains("orders:write"));
//!
//! // More than 200 groups are left out of a token. That is not the same as none.
//! let bob = Identity::new("bob").with_claim("hasgroups", true);
//! assert!(mapper.permissions(&bob, None).is_err());
//! # Ok::<(), tower_auth::AuthError>(())
//! ```
//!
//! App roles are the better choice: there is no limit on them, and they are those of your application. A
//! scope says what a client may do for a user, not what the user may do.
//!
//! # Okta and Auth0
//!
//! ```
//! use tower_auth::{ClaimMapper, ClaimPermissions, Identity};
//!
//! // Auth0, with "Add Permissions in the Access Token"; without it there are scopes only.
//! let auth0 = ClaimPermissions::at("permissions").or_else(ClaimPermissions::at("scope"));
//! // Okta, with a claim for groups.
//! let okta = ClaimPermissions::at("scp").and(ClaimPermissions::at("groups").prefixed("group:"));
//!
//! let alice = Identity::new("alice").with_claim("permissions", vec!["orders:read"]);
//! assert!(auth0.permissions(&alice, None)?.contains("orders:read"));
//! let bob = Identity::new("bob").with_claim("groups", vec!["Everyone"]);
//! assert!(okta.permissions(&bob, None)?.contains("group:Everyone"));
//! # Ok::<(), tower_auth::AuthError>(())
//! ```
//!
//! # Groups that are roles
//!
//! What groups are called is the directory's, what a role may do is yours:
//!
//! ```
//! # #[cfg(feature = "regex")] {
//! use tower_auth::{ClaimMapper, ClaimPattern, ClaimPermissions, Identity, Roles};
//!
//! let roles = Roles::builder()
//!     .grant("viewer", ["orders:read"])
//!     .grant("editor", ["orders:write"])
//!     .include("editor", "viewer")
//!     .build()?;
//! // With the feature `regex`.
//! let pattern = ClaimPattern::new("cn=orders-(?<role>[a-z]+),ou=groups,dc=example,dc=com", "{role}")?;
//! let mapper = roles.over(ClaimPermissions::at("groups").matching(pattern));
//!
//! let groups = vec!["cn=orders-editor,ou=groups,dc=example,dc=com", "cn=everybody"];
//! let alice = Identity::new("alice").with_claim("groups", groups);
//! assert!(mapper.permissions(&alice, None)?.contains("orders:read"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Rights in tenants
//!
//! ```
//! use tower_auth::{ClaimMapper, ClaimPermissions, Identity, Tenant};
//!
//! // `acme:orders:read`, of which the tenant is the one that the request acts for.
//! let mapper = ClaimPermissions::at("permissions").of_tenant();
//!
//! let alice = Identity::new("alice").with_claim("permissions", vec!["acme:orders:read"]);
//! let acme = mapper.permissions(&alice, Some(&Tenant::new("acme")?))?;
//! let globex = mapper.permissions(&alice, Some(&Tenant::new("globex")?))?;
//! assert!(acme.contains("orders:read") && globex.is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Temporal
//!
//! [`TemporalPermissions`](crate::TemporalPermissions) reads `namespace:role`, for tokens that are made
//! for the Temporal server. Its settings have these names here:
//!
//! | Temporal | here |
//! |---|---|
//! | `permissionsClaimName` | [`with_claim`](crate::TemporalPermissions::with_claim) |
//! | `permissionsRegex` | `TemporalPermissions::of(ClaimPermissions::at(..).matching(ClaimPattern::temporal(..)?))` |
//! | `temporal-system` | [`with_system_scope`](crate::TemporalPermissions::with_system_scope) |
//! | the namespace of a request | the [`Tenant`](crate::Tenant) |
//! | a reader, writer or admin of the namespace or the system | `temporal:namespace:read` .., see there |
//! | a reader, writer or admin of the system | `temporal:system:read` .. |
//!
//! ```
//! use http::HeaderName;
//! use tower_auth::{
//!     Identity, PermissionClaimLayer, TemporalPermissions, Tenant, TenantLayer, require,
//! };
//!
//! // Whoever has a role that counts in a namespace belongs to it, and the mapper says so.
//! let mapper = TemporalPermissions::new().with_claim("roles");
//! let belongs = mapper.clone();
//! let rule = move |identity: &Identity, namespace: &Tenant| {
//!     use tower_auth::ClaimMapper;
//!     belongs.permissions(identity, Some(namespace)).is_ok_and(|all| !all.is_empty())
//! };
//! let namespace = TenantLayer::from_header(HeaderName::from_static("temporal-namespace"));
//! let auth = (namespace.with_membership_rule(rule), PermissionClaimLayer::new(mapper));
//! let start_workflow = require("temporal:namespace:write");
//! let list_namespaces = require("temporal:system:read");
//! # let _ = (auth, start_workflow, list_namespaces);
//! ```
//!
//! # Nussknacker
//!
//! [`RoleRules`](crate::RoleRules) are its rules; `rolesClaims` is
//! [`from_claims`](crate::RoleRules::from_claims). What rules mean by `global:AdminTab` is granted by no
//! other mapper: a claim with that prefix is malformed there.
//!
//! ```
//! use tower_auth::{ClaimMapper, ClaimPermissions, Identity, RoleRule, RoleRules, Tenant};
//!
//! let rule = RoleRule::new("Writer").with_categories(["Fraud"]).with_permissions(["Write"]);
//! let rules = RoleRules::builder().rule(rule).build()?.from_claims(["http://namespace/roles", "roles"]);
//! let mapper = rules.and(ClaimPermissions::at("scope"));
//!
//! let alice = Identity::new("alice").with_claim("roles", "writer").with_claim("scope", "global:AdminTab");
//! let permissions = mapper.permissions(&alice, Some(&Tenant::new("Fraud")?))?;
//! assert!(permissions.contains("Write") && !permissions.contains("global:AdminTab"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Permissions in a database
//!
//! A `PermissionSource` (feature `cache`) is asked by issuer, subject and tenant; see
//! `PermissionClaimLayer::resolved_by`. Remember its answers for as long as somebody may keep a right
//! that was taken away, or give the source a `generation` that changes with its rows:
//!
//! | What happens | What the client is told |
//! |---|---|
//! | nobody of that name | the route's 403: no permissions are an answer, and are remembered |
//! | the database is down | 503, and the next request asks again |
//! | it does not answer | 503 after 5 seconds |
//! | a thousand requests of one caller at once | one question |
