//! yuuvis Momentum: tenants by header, logins by each tenant's own provider, ordered rules for endpoints.
//!
//! # Tenants
//!
//! The header is `X-ID-TENANT-NAME`. Where one tenant is configured it may be left out.
//!
//! ```
//! use http::HeaderName;
//! use tower_auth::{BasicAuthLayer, ConfigError, Tenant, TenantLayer, Users};
//!
//! # fn layers(users: Users) -> Result<(), ConfigError> {
//! let tenants = [Tenant::new("acme")?, Tenant::new("globex")?];
//! let layers = (BasicAuthLayer::new(users), TenantLayer::yuuvis(tenants));
//! # let _ = layers;
//! # Ok(())
//! # }
//! ```
//!
//! With a provider for each tenant, [`PerTenant`](crate::PerTenant) chooses the authenticator by the tenant
//! that is asked for; it is loaded when it is needed, and one tenant's trouble stays its own:
//!
//! ```
//! use tower_auth::{
//!     BoxError, Issuer, JwtAuthLayer, JwtVerifier, Keys, PerTenant, Tenant, TenantLayer, TenantSource,
//! };
//!
//! async fn verifier(tenant: Tenant) -> Result<Option<JwtVerifier>, BoxError> {
//!     let issuer = format!("https://login.example.com/realms/{tenant}");
//!     let issuer = Issuer::new(issuer, "momentum", Keys::from_openid_discovery());
//!     Ok(Some(JwtVerifier::builder().issuer(issuer).build()?))
//! }
//!
//! let layers = (
//!     TenantLayer::new(TenantSource::header(TenantSource::DEFAULT_HEADER)),
//!     JwtAuthLayer::new(PerTenant::new(verifier).with_tenant_claim("tenant")),
//! );
//! # let _ = layers;
//! ```
//!
//! # Endpoints
//!
//! The rules are ordered, the first that fits decides, and what is exposed is looked at before all
//! others:
//!
//! ```
//! use tower_auth::{ClaimPermissions, PathRules, Policy};
//!
//! let rules = PathRules::builder()
//!     .expose("/client/**")
//!     .path("/tenant-management/api/admin/users/**", "YUUVIS_MANAGE_SETTINGS or YUUVIS_TENANT_ADMIN".parse::<tower_auth::Requirement>()?)
//!     .path("/tenant-management/api/admin/**", "YUUVIS_TENANT_ADMIN")
//!     .path("/api/**", tower_auth::Access::Authenticated)
//!     .build()?;
//! assert!(rules.lint().is_empty());
//! let policy = Policy::new(rules, ClaimPermissions::at("roles"));
//! # let _ = policy;
//! # Ok::<(), tower_auth::ConfigError>(())
//! ```
//!
//! The shipped table has the two rules for `admin` the other way round, so that the one for users never
//! applies; `lint` says so. The example `yuuvis_gateway` runs the shipped table in front of a service.
//!
//! # What differs
//!
//! | | yuuvis | here |
//! |---|---|---|
//! | a path that no rule is for | not documented | denied |
//! | `/api/..%2fadmin`, `//`, `\`, `;` in a path | left to each service | refused with 400 before any rule |
//! | a rule that never applies | nobody notices | [`PathRules::lint`](crate::PathRules::lint), and an event when the rules are built |
//! | a tenant that is unknown, suspended or of others | not documented | the same bytes |
//! | conditions | an expression language | [requirements](crate::Requirement): `a or (b and not c)` |
//! | sessions | a cookie after each login | none: credentials come with each request, and their judgements are remembered |
